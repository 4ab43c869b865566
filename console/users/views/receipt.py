import json
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.urls import reverse

from console.models import Receipt
from console.users import lookups, receipt_access
from console.users.receipt_digest import find_recorded_digest, is_digest_deleted
from console.users.receipt_export import receipt_data
from console.users.receipt_report import ReceiptReport, build_report
from console.web.access import ConsoleRequest, Member, organization_page
from console.web.responses import render_page
from tenants.jobs import queue
from tenants.jobs.control import can_control
from tenants.jobs.models import ACTIVE_JOB_STATES, Job

ACTIVE_REFRESH_SECONDS = 2  # while the job makes progress
IDLE_REFRESH_SECONDS = 10


@organization_page(None)
def receipt(request: ConsoleRequest, member: Member, receipt: UUID) -> HttpResponse:
    """Show the receipt of a revocation."""
    found = receipt_access.get_receipt(member, receipt)
    if request.GET.get("format") == "json":
        return _json_response(build_report(found, member))
    return render_receipt(request, member, found, part="receipt")


def render_receipt(
    request: ConsoleRequest, member: Member, receipt: Receipt, *, part: str = ""
) -> HttpResponse:
    """Render the current state of a receipt."""
    found = build_report(receipt, member)
    path = reverse("users:receipt", args=[member.organization.slug, receipt.pk])
    job = found.job
    context = {
        "member": member,
        "report": found,
        "recorded_digest": find_recorded_digest(found),
        "is_removed": is_digest_deleted(found),
        "receipt": receipt,
        "path": path,
        "address": request.build_absolute_uri(path),
        "can_control_job": job is not None and can_control(job, member.user.pk, member.role),
        "user_path": _user_url(member, receipt),
        "every": _refresh_seconds(found),
        "stalled": _is_stalled(job),
    }
    return render_page(request, "users/receipt.html", context, part=part)


def _refresh_seconds(report: ReceiptReport) -> int:
    """Return the polling interval in seconds; 0 for none."""
    if report.is_over or report.job is None:
        return 0
    return ACTIVE_REFRESH_SECONDS if report.is_running else IDLE_REFRESH_SECONDS


def _is_stalled(job: Job | None) -> bool:
    """Return whether no worker would continue the job."""
    if job is None or job.state not in ACTIVE_JOB_STATES:
        return False
    return not queue.has_live_worker()


def _user_url(member: Member, receipt: Receipt) -> str:
    """Return the URL of the user's page if the reader may open it, or ""."""
    if receipt.lookup is None:
        return ""
    try:
        lookup = lookups.get_lookup(member, receipt.lookup).lookup.pk
    except Http404:
        return ""
    return reverse("users:show", args=[member.organization.slug, lookup])


def _digest_data(report: ReceiptReport) -> dict[str, Any] | None:
    """Return the logged digest for the file."""
    if (seen := find_recorded_digest(report)) is None:
        return None
    return {
        "digest": seen.digest,
        "entry": seen.entry.entry,
        "position": seen.entry.seq,
        "same": seen.matches,
    }


def _json_response(report: ReceiptReport) -> HttpResponse:
    content = receipt_data(report) | {"noted": _digest_data(report)}
    text = json.dumps(content, ensure_ascii=False, indent=2)
    response = HttpResponse(text, content_type="application/json")
    name = f"receipt-{report.receipt.pk}.json"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response
