import csv
from io import StringIO
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from console.batches.progress import STATE_BADGES, load_jobs, load_run, poll_seconds
from console.batches.validation.issues import ValidationIssue
from console.models import Batch
from console.web.access import ConsoleRequest, Member, organization_page
from console.web.responses import render_page
from tenants.authlete.operation import Effect

PARTS_PER_PAGE, ISSUES_PER_PAGE, ISSUES_ON_BATCH_PAGE = (
    50,
    100,
    20,
)  # a page; of a batch's own page


@organization_page(Effect.READ)
def show(request: ConsoleRequest, member: Member, batch: UUID) -> HttpResponse:
    """One batch; its page looks again by itself until there is nothing to wait for."""
    found = get_batch(member, batch)
    run = load_run(found, is_dry=False)
    dry = load_run(found, is_dry=True)
    shown = run if run.parts else dry
    context = {
        "member": member,
        "batch": found,
        "badge": STATE_BADGES.get(found.state, ""),
        "run": run,
        "dry": dry,
        "page": Paginator(shown.parts, PARTS_PER_PAGE).get_page(request.GET.get("page")),
        "faults": [ValidationIssue.from_list(row) for row in found.faults[:ISSUES_ON_BATCH_PAGE]],
        "work": load_jobs(found),
        "every": poll_seconds(found, shown),
    }
    return render_page(request, "batches/show.html", context, part="batch")


@organization_page(Effect.READ)
def issues(request: ConsoleRequest, member: Member, batch: UUID) -> HttpResponse:
    """What is wrong with a file, line by line; or the same as a table."""
    found = get_batch(member, batch)
    listed = [ValidationIssue.from_list(row) for row in found.faults]
    if "download" in request.GET:
        text = StringIO()
        rows = csv.writer(text)
        rows.writerow(["line", "column", "member", "fault", "code"])
        for one in listed:
            rows.writerow([one.line, one.column, one.field, one.message, one.code])
        response = HttpResponse(text.getvalue(), content_type="text/csv")
        name = f'attachment; filename="faults-{found.pk}.csv"'
        response["Content-Disposition"] = name
        return response
    page = Paginator(listed, ISSUES_PER_PAGE).get_page(request.GET.get("page"))
    context = {"member": member, "batch": found, "page": page}
    return render_page(request, "batches/issues.html", context)


def get_batch(member: Member, pk: UUID) -> Batch:
    """A batch of the organization; raises `Http404`."""
    mine = Batch.objects.filter(organization=member.organization)
    return get_object_or_404(mine.select_related("organization"), pk=pk)


def batch_path(name: str, batch: Batch) -> str:
    return reverse(f"batches:{name}", args=[batch.organization.slug, batch.pk])
