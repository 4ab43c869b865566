"""Pages about one batch and the issues in its file."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from console.batches.progress import describe_progress, load_jobs, load_run, poll_seconds
from console.batches.validation.issues import ValidationIssue
from console.batches.views.index import csv_response
from console.models import Batch
from console.web.access import ConsoleRequest, Member, organization_page
from console.web.responses import render_page
from tenants.authlete.operation import Effect

PARTS_PER_PAGE = 50
ISSUES_PER_PAGE = 100
ISSUES_ON_BATCH_PAGE = 20


@organization_page(Effect.READ)
def show(request: ConsoleRequest, member: Member, batch: UUID) -> HttpResponse:
    """Show the progress of a batch; the page polls until it's finished."""
    record = get_batch(member, batch)
    run = load_run(record, is_dry=False)
    dry = load_run(record, is_dry=True)
    shown = run if run.parts else dry
    issues = [ValidationIssue.from_list(row) for row in record.faults[:ISSUES_ON_BATCH_PAGE]]
    context = {
        "member": member,
        "batch": record,
        "summary": describe_progress(record, run, dry),
        "run": run,
        "page": Paginator(shown.parts, PARTS_PER_PAGE).get_page(request.GET.get("page")),
        "issues": issues,
        "jobs": load_jobs(record),
        "every": poll_seconds(record, shown),
    }
    return render_page(request, "batches/show.html", context, part="batch")


@organization_page(Effect.READ)
def issues(request: ConsoleRequest, member: Member, batch: UUID) -> HttpResponse:
    """List the issues in a file; or download them as CSV."""
    record = get_batch(member, batch)
    found = [ValidationIssue.from_list(row) for row in record.faults]
    if "download" in request.GET:
        header = ("line", "column", "field", "issue", "code")
        rows = [
            (issue.line, issue.column, issue.field, issue.message, issue.code) for issue in found
        ]
        return csv_response(f"issues-{record.pk}.csv", [header, *rows])
    page = Paginator(found, ISSUES_PER_PAGE).get_page(request.GET.get("page"))
    context = {"member": member, "batch": record, "page": page}
    return render_page(request, "batches/issues.html", context)


def get_batch(member: Member, pk: UUID) -> Batch:
    """Return a batch of the organization; raises `Http404`."""
    batches = Batch.objects.filter(organization=member.organization)
    return get_object_or_404(batches.select_related("organization"), pk=pk)


def batch_path(batch: Batch) -> str:
    """Return the path of the page of a batch."""
    return reverse("batches:show", args=[batch.organization.slug, batch.pk])
