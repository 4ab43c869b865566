"""Create and close receipts."""

from collections.abc import Iterable

from django.utils import timezone

from console.models import Lookup, Receipt, ReceiptPlace
from console.users.connected_apps import RegionResult, RevokedApp
from console.users.lookups import OpenLookup
from console.users.receipt_lines import ServiceReceipt
from console.web.access import Member
from tenants.jobs.models import Job
from tenants.organizations.regions import Region


def create_receipt(
    member: Member,
    lookup: OpenLookup,
    reason: str,
    ticket: str,
    *,
    regions: Iterable[Region],
    revokes_all: bool = False,
) -> Receipt:
    """Create the receipt of a revocation that is about to start."""
    receipt = Receipt(
        organization=member.organization,
        maker=member.user,
        actor=member.user.get_username(),
        everything=revokes_all,
        regions=[one.name for one in regions],
        reason=reason,
        ticket=ticket,
        page="" if revokes_all else member.page_id,
        lookup=lookup.lookup.pk,
    )
    receipt.seal_subject(lookup.subject).save(force_insert=True)
    return receipt


def close_receipt(receipt: Receipt) -> None:
    """Set the end time of a receipt."""
    Receipt.objects.filter(pk=receipt.pk).update(ended_at=timezone.now())


def link_job(receipt: Receipt, job: Job) -> None:
    """Its calls are found under the job's id, as all that a job does."""
    if receipt.job is None:
        receipt.job, receipt.page = job.pk, str(job.pk)
        receipt.save(update_fields=["job", "page"])


def attach_revoked_apps(lookup: Lookup, results: Iterable[RegionResult]) -> None:
    """Add apps revoked from this lookup that aren't connected again."""
    for one in results:
        there = {(app.service.service_id, app.client.client_id) for app in one.apps}
        found = _revoked_apps(lookup, one.region.name)
        one.revoked_apps = [ended for key, ended in found.items() if key not in there]


def _revoked_apps(lookup: Lookup, region: str) -> dict[tuple[int, int], RevokedApp]:
    """By service and client, each as it was tried last."""
    places = ReceiptPlace.objects.filter(
        ended_at__isnull=False, receipt__lookup=lookup.pk, region=region
    )
    return {
        (place.service_id, line.client_id): (place, line)
        for place in places.order_by("ended_at")
        for line in ServiceReceipt.from_row(place).lines.values()
    }
