"""Turn audit log entries into notifications.

Each organization has a position in the log. Notifications and the next position are stored in
one transaction, so that after a crash nothing is lost or repeated.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from time import monotonic
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from console.audit_log.event_labels import EVENT_GROUPS
from console.models import AccountPreferences, Batch, Notification, Watch, WatchPosition
from console.models.watches import DeliveryChoice, notify_of_counts, watch_permission
from console.watches.searches import count_new_matches
from console.web.paths import parse_id
from tenants.audit import events
from tenants.audit.models import (
    IS_CHANGE,
    NOT_SUCCEEDED,
    OUTCOME_TIMEOUT,
    AuditEntry,
    AuditHead,
    to_microseconds,
)
from tenants.authlete.outcome import Outcome
from tenants.jobs.models import Job
from tenants.jobs.periodic_tasks import run_every
from tenants.models import Membership, Organization
from tenants.organizations.roles import Role

POLL_SECONDS = 10.0
ROWS_PER_STEP = 5_000  # of all organizations
MAX_SECONDS_PER_RUN = 5.0  # of an organization
# Uses of tokens and grants are no changes of a service or client.
WATCHED_EVENTS = frozenset(
    name for group in ("services", "clients", "keys") for name in EVENT_GROUPS[group].event_names
)
JOB_EVENTS = frozenset(
    event.name for event in (events.JOB_END, events.JOB_REJECT, events.JOB_CANCEL, events.JOB_PAUSE)
)
NO_EFFECT = (Outcome.REJECTED, Outcome.NOT_SENT)


@run_every(POLL_SECONDS)
def collect_notifications() -> None:
    """Notify every organization's members about new audit log entries."""
    for organization in Organization.objects.all():
        deadline = monotonic() + MAX_SECONDS_PER_RUN
        while collect_step(organization) and monotonic() < deadline:
            pass


def ensure_position(organization: Organization) -> WatchPosition:
    """Return the organization's position; a new one starts at the end of the log."""
    position, _created = WatchPosition.objects.get_or_create(
        organization=organization, defaults={"seq": _head()}
    )
    return position


def collect_step(organization: Organization) -> bool:
    """Handle the next entries; return whether there may be more."""
    position, head = ensure_position(organization), _head()
    last = min(_last_settled(organization, position.seq, head), position.seq + ROWS_PER_STEP)
    if last <= position.seq:
        return False
    entries = _changes(organization, position.seq, last)
    notifications = [*_about_objects(organization, entries), *_about_jobs(organization, entries)]
    matches = count_new_matches(organization, position.seq + 1, last)
    with transaction.atomic():
        unmoved = WatchPosition.objects.filter(organization=organization, seq=position.seq)
        if unmoved.update(seq=last):  # else another worker has handled them
            Notification.objects.bulk_create(notifications, ignore_conflicts=True)
            for watch, number in matches:
                notify_of_counts(watch, f"search/{watch.pk}/{last}", added=number)
    return last < head


def _head() -> int:
    return AuditHead.objects.values_list("seq", flat=True).first() or 0


def _last_settled(organization: Organization, after: int, head: int) -> int:
    """Return the row before the first entry that may still get an outcome."""
    recent = to_microseconds(datetime.now(UTC) - OUTCOME_TIMEOUT)
    still_open = AuditEntry.objects.filter(
        NOT_SUCCEEDED,
        organization_id=organization.pk,
        seq__gt=after,
        seq__lte=head,
        outcome="",
        at__gte=recent,
    )
    first = still_open.order_by("seq").values_list("seq", flat=True).first()
    return first - 1 if first else head


def _changes(organization: Organization, after: int, last: int) -> list[AuditEntry]:
    """Return the changes that succeeded or whose outcome is unknown."""
    entries = AuditEntry.objects.filter(
        IS_CHANGE, organization_id=organization.pk, seq__gt=after, seq__lte=last
    ).exclude(outcome__in=NO_EFFECT)
    names = WATCHED_EVENTS | JOB_EVENTS
    return [entry for entry in entries.order_by("seq") if entry.operation in names]


def _about_objects(
    organization: Organization, entries: Sequence[AuditEntry]
) -> Iterator[Notification]:
    """Yield a notification for each watch of an entry's service or client."""
    changes = [entry for entry in entries if entry.service and entry.operation in WATCHED_EVENTS]
    watches = _watches_by_target(organization) if changes else {}
    for entry in changes:
        target = "/".join(filter(None, (entry.region, entry.service, entry.client)))
        for watch in watches.get(target, ()):
            if entry.actor_id != watch.membership.user_id and entry.time >= watch.created_at:
                yield Notification(
                    membership=watch.membership,
                    watch=watch,
                    kind=Notification.Kind.CHANGE,
                    key=f"entry/{entry.entry}",
                    name=entry.label or watch.name,
                    region=entry.region,
                    service_id=parse_id(entry.service) or 0,
                    client_id=parse_id(entry.client) or 0,
                    entry=entry.entry,
                    delivery=watch.delivery,
                    webhook_id=watch.webhook_id,
                )


def _watches_by_target(organization: Organization) -> dict[str, list[Watch]]:
    watches = Watch.objects.filter(membership__organization=organization, is_muted=False)
    by_target = defaultdict(list)
    for watch in watches.select_related("membership"):
        if Role(watch.membership.role).has_permission(watch_permission(watch.kind)):
            by_target[watch.target].append(watch)
    return by_target


def _about_jobs(
    organization: Organization, entries: Iterable[AuditEntry]
) -> Iterator[Notification]:
    """Yield a notification for the starter of each job that ended or was paused by others."""
    ended = {UUID(entry.object): entry for entry in entries if entry.operation in JOB_EVENTS}
    if not ended:
        return
    jobs = Job.objects.filter(organization=organization, pk__in=ended)
    batches = {
        pk: batch
        for batch in Batch.objects.filter(
            Q(job__in=ended) | Q(poll_job__in=ended), organization=organization
        )
        for pk in (batch.job, batch.poll_job)
    }
    members = {
        member.user_id: member
        for member in Membership.objects.filter(
            organization=organization, user__in=[job.starter_id for job in jobs]
        )
    }
    choices = dict(
        AccountPreferences.objects.filter(user__in=members).values_list("user", "job_delivery")
    )
    for job in jobs:
        member, entry, batch = members.get(job.starter_id or 0), ended[job.pk], batches.get(job.pk)
        if member and entry.actor_id != member.user_id:
            yield Notification(
                membership=member,
                kind=Notification.Kind.JOB,
                key=f"entry/{entry.entry}",
                name=(batch.name if batch else job.title)[:200],
                job=job,
                batch=batch,
                # Batches send an email of their own when they end.
                delivery=DeliveryChoice.INBOX if batch else choices.get(member.user_id, ""),
            )
