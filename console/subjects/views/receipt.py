import json
from uuid import UUID

from django.http import Http404, HttpResponse
from django.urls import reverse

from console import lookups
from console.access import ConsoleRequest, Member, organization_page
from console.page import answer
from console.subjects import receipts
from console.subjects.filing import filed
from console.subjects.sheets import Sheet, sheet
from tenants.jobs.steering import may_steer

OFTEN = 2  # seconds between two looks of a browser while a job goes on
POLL = "X-Poll"  # of a page that looks again; see `SessionLimits`


@organization_page(None)
def receipt(request: ConsoleRequest, member: Member, receipt: UUID) -> HttpResponse:
    """What was ended for a subject, for a ticket; it shows nothing else."""
    found = sheet(member, receipts.opened(member, receipt))
    if request.GET.get("format") == "json":
        return _file(found)
    context = {
        "member": member,
        "sheet": found,
        "receipt": found.receipt,
        "address": request.build_absolute_uri(request.path),
        "steers": found.job is not None
        and may_steer(found.job, member.user.pk, member.role),
        "again": _page_of(member, found),
        "every": OFTEN if found.job and not found.is_over else 0,
        "polled": POLL in request.headers,
    }
    return answer(request, "subjects/receipt.html", context, part="sheet")


def _page_of(member: Member, found: Sheet) -> str:
    """The page of the subject, as long as it is this reader's."""
    pk = found.receipt.lookup
    if pk is None:
        return ""
    try:
        lookup = lookups.opened(member, pk).lookup.pk
    except Http404:
        return ""
    return reverse("subjects:show", args=[member.organization.slug, lookup])


def _file(found: Sheet) -> HttpResponse:
    text = json.dumps(filed(found), ensure_ascii=False, indent=2)
    response = HttpResponse(text, content_type="application/json")
    name = f"receipt-{found.receipt.pk}.json"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response
