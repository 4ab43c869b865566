"""Keeping receipts: begun before anything is sent, ended when all was tried."""

from collections.abc import Iterable

from django.utils import timezone

from console.access import Member
from console.lookups import Found
from console.models import Lookup, Receipt, ReceiptPlace
from console.subjects.apps import Ended, Told
from console.subjects.lines import Kept
from tenants.jobs.models import Job
from tenants.regions import Region


def begin(
    member: Member,
    found: Found,
    reason: str,
    ticket: str,
    *,
    regions: Iterable[Region],
    everything: bool = False,
) -> Receipt:
    """The receipt of what is about to be revoked; one app's is on this very page."""
    receipt = Receipt(
        organization=member.organization,
        maker=member.user,
        actor=member.user.get_username(),
        everything=everything,
        regions=[one.name for one in regions],
        reason=reason,
        ticket=ticket,
        page="" if everything else member.page,
        lookup=found.lookup.pk,
    )
    receipt.keep(found.subject).save(force_insert=True)
    return receipt


def end(receipt: Receipt) -> None:
    Receipt.objects.filter(pk=receipt.pk).update(ended_at=timezone.now())


def done_by(receipt: Receipt, job: Job) -> None:
    """Its calls are found under the job's id, as all that a job does."""
    if receipt.job is None:
        receipt.job, receipt.page = job.pk, str(job.pk)
        receipt.save(update_fields=["job", "page"])


def tell_ended(lookup: Lookup, told: Iterable[Told]) -> None:
    """Add what was revoked from this lookup's page, and is not there again."""
    for one in told:
        there = {(app.place.service_id, app.client.client_id) for app in one.apps}
        found = _ended(lookup, one.region.name)
        one.ended = [ended for key, ended in found.items() if key not in there]


def _ended(lookup: Lookup, region: str) -> dict[tuple[int, int], Ended]:
    """By service and client, each as it was tried last."""
    places = ReceiptPlace.objects.filter(
        ended_at__isnull=False, receipt__lookup=lookup.pk, region=region
    )
    return {
        (place.service_id, line.client_id): (place, line)
        for place in places.order_by("ended_at")
        for line in Kept.of(place).lines.values()
    }
