import csv
from io import StringIO
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from console import once
from console.access import ConsoleRequest, Member, organization_page
from console.batches.faults import Fault
from console.batches.progress import BADGES, pace, run_of, work_on
from console.models import Batch
from console.page import answer
from tenants.authlete.operation import Effect

PARTS, FAULTS, FIRST = 50, 100, 20  # a page; of a batch's own page


@organization_page(Effect.READ)
def show(request: ConsoleRequest, member: Member, batch: UUID) -> HttpResponse:
    """One batch; its page looks again by itself until there is nothing to wait for."""
    found = one_of(member, batch)
    run = run_of(found, is_dry=False)
    dry = run_of(found, is_dry=True)
    shown = run if run.parts else dry
    context = {
        "member": member,
        "batch": found,
        "badge": BADGES.get(found.state, ""),
        "run": run,
        "dry": dry,
        "page": Paginator(shown.parts, PARTS).get_page(request.GET.get("page")),
        "faults": [Fault.of(row) for row in found.faults[:FIRST]],
        "work": work_on(found),
        "once": once.fresh(),
        "every": pace(found, shown),
    }
    return answer(request, "batches/show.html", context, part="batch")


@organization_page(Effect.READ)
def faults(request: ConsoleRequest, member: Member, batch: UUID) -> HttpResponse:
    """What is wrong with a file, line by line; or the same as a table."""
    found = one_of(member, batch)
    listed = [Fault.of(row) for row in found.faults]
    if "download" in request.GET:
        text = StringIO()
        rows = csv.writer(text)
        rows.writerow(["line", "column", "member", "fault", "code"])
        for one in listed:
            rows.writerow([one.line, one.column, one.member, one.words, one.code])
        response = HttpResponse(text.getvalue(), content_type="text/csv")
        name = f'attachment; filename="faults-{found.pk}.csv"'
        response["Content-Disposition"] = name
        return response
    page = Paginator(listed, FAULTS).get_page(request.GET.get("page"))
    context = {"member": member, "batch": found, "page": page}
    return answer(request, "batches/faults.html", context)


def one_of(member: Member, pk: UUID) -> Batch:
    """A batch of the organization; raises `Http404`."""
    mine = Batch.objects.filter(organization=member.organization)
    return get_object_or_404(mine.select_related("organization"), pk=pk)


def path_of(name: str, batch: Batch) -> str:
    return reverse(f"batches:{name}", args=[batch.organization.slug, batch.pk])
