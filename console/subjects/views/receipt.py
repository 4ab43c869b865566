import json
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.urls import reverse

from console import lookups, receipts
from console.access import ConsoleRequest, Member, organization_page
from console.models import Receipt
from console.page import answer
from console.subjects.filing import filed
from console.subjects.noting import is_removed, noted
from console.subjects.sheets import Sheet, sheet
from tenants.jobs import queue
from tenants.jobs.models import ACTIVE, Job
from tenants.jobs.steering import may_steer

OFTEN, SELDOM = 2, 10  # seconds between two looks of a browser while a job goes on


@organization_page(None)
def receipt(request: ConsoleRequest, member: Member, receipt: UUID) -> HttpResponse:
    """What was ended for a subject, for a ticket; it shows nothing else."""
    found = receipts.opened(member, receipt)
    if request.GET.get("format") == "json":
        return _file(sheet(found, member))
    return shown(request, member, found, part="sheet")


def shown(
    request: ConsoleRequest, member: Member, receipt: Receipt, *, part: str = ""
) -> HttpResponse:
    """The receipt as it is now, wherever it was asked for."""
    found = sheet(receipt, member)
    path = reverse("subjects:receipt", args=[member.organization.slug, receipt.pk])
    job = found.job
    context = {
        "member": member,
        "sheet": found,
        "noted": noted(found),
        "is_removed": is_removed(found),
        "receipt": receipt,
        "path": path,
        "address": request.build_absolute_uri(path),
        "steers": job is not None and may_steer(job, member.user.pk, member.role),
        "again": _page_of(member, receipt),
        "every": _pace(found),
        "stalled": _stalled(job),
    }
    return answer(request, "subjects/receipt.html", context, part=part)


def _pace(found: Sheet) -> int:
    """Seconds until a browser looks again; 0 when there is nothing to wait for."""
    if found.is_over or found.job is None:
        return 0
    return OFTEN if found.moves else SELDOM


def _stalled(job: Job | None) -> bool:
    """Whether nothing is there that would go on with it."""
    if job is None or job.state not in ACTIVE:
        return False
    return not queue.is_worked_on()


def _page_of(member: Member, receipt: Receipt) -> str:
    """The page of the subject, as long as it is this reader's."""
    if receipt.lookup is None:
        return ""
    try:
        lookup = lookups.opened(member, receipt.lookup).lookup.pk
    except Http404:
        return ""
    return reverse("subjects:show", args=[member.organization.slug, lookup])


def _noted(found: Sheet) -> dict[str, Any] | None:
    """Where the record keeps the digest of what the file says."""
    if (seen := noted(found)) is None:
        return None
    return {
        "digest": seen.digest,
        "entry": seen.entry.entry,
        "position": seen.entry.seq,
        "same": seen.is_same,
    }


def _file(found: Sheet) -> HttpResponse:
    content = filed(found) | {"noted": _noted(found)}
    text = json.dumps(content, ensure_ascii=False, indent=2)
    response = HttpResponse(text, content_type="application/json")
    name = f"receipt-{found.receipt.pk}.json"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response
