"""End or pause a job without a user's request."""

from typing import Any
from uuid import UUID

from django.db.models import Count, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from tenants.audit import events
from tenants.audit.actor import Actor
from tenants.audit.events import AuditEvent
from tenants.audit.models import AuditEntry
from tenants.audit.recorder import EventDetails, record_action
from tenants.authlete.changes import FieldChange
from tenants.authlete.outcome import Outcome
from tenants.jobs import leases
from tenants.jobs.item_log import find_change
from tenants.jobs.models import (
    UNFINISHED_ITEM_STATES,
    Item,
    ItemState,
    Job,
    JobState,
    LeaseLostError,
)
from tenants.jobs.registry import JOB_HANDLERS
from tenants.metrics import JOBS
from tenants.models import Membership
from tenants.organizations.roles import Permission, Role


def load_starter(job: Job, permission: Permission) -> Actor | None:
    """Return the job's starter as an actor, or None without ``permission``.

    The job's ID is the actor's page, so that all its entries can be found.
    """
    organization = job.organization
    membership = Membership.objects.filter(
        organization=organization, user=job.starter_id, user__is_active=True
    ).first()
    if membership is None or not Role(membership.role).has_permission(permission):
        return None
    return Actor(
        membership.user_id,
        job.actor,
        membership.role,
        organization.pk,
        organization.slug,
        str(job.pk),
        job.address,
    )


def pause_with_problem(job: Job, lease: UUID, problem: str) -> None:
    """Pause the job and store the problem."""
    with record_action(worker_actor(job), events.JOB_PAUSE, **event_details(job)):
        _leave_running_state(job, lease, JobState.PAUSED, problem)


def has_ended(job: Job) -> bool:
    """Return whether the audit log says that the job ended and wasn't retried since."""
    entries = AuditEntry.objects.filter(
        organization_id=job.organization_id, object=str(job.pk), object__gt=""
    )
    end_events = [event.name for event in (events.JOB_END, events.JOB_REJECT, events.JOB_CANCEL)]
    starts = [event.name for event in (events.JOB_START, events.JOB_RETRY)]
    failed = [Outcome.REJECTED, Outcome.NOT_SENT]  # an open one may have taken effect
    has_succeeded = Q(operation__in=end_events, outcome=Outcome.SUCCEEDED)
    newest = entries.filter(has_succeeded | Q(~Q(outcome__in=failed), operation__in=starts)).first()
    return newest is not None and newest.operation in end_events


def end_job(
    job: Job, lease: UUID, state: JobState, problem: str = "", event: AuditEvent = events.JOB_END
) -> None:
    """End the job and skip pending items."""
    details = event_details(job)
    details["changes"] = item_counts_as_changes(job)
    with record_action(worker_actor(job), event, **details):
        _leave_running_state(job, lease, state, problem, ended_at=Now())
        skip_pending_items(job)
    if job.started_at:
        seconds = (timezone.now() - job.started_at).total_seconds()
        JOBS.labels(job.kind, state.value).observe(seconds)
    run_ended_hook(job)


def run_ended_hook(job: Job) -> None:
    """Run the handler's hook for ended jobs."""
    handler = JOB_HANDLERS.get(job.kind)
    if handler and handler.on_ended:
        handler.on_ended(job)


def event_details(job: Job) -> EventDetails:
    """Return the details recorded with every event of the job."""
    details: EventDetails = {"object": str(job.pk), "label": job.title}
    if not reason_names_subject(job):
        details |= {"reason": job.reason, "ticket": job.ticket}
    return details


def reason_names_subject(job: Job) -> bool:
    """Return whether the job's reason may name a subject."""
    handler = JOB_HANDLERS.get(job.kind)
    return handler is not None and handler.reason_names_subject


def _leave_running_state(
    job: Job, lease: UUID, state: JobState, problem: str, **values: Any
) -> None:
    """Change the state; raise `LeaseLostError` without the lease."""
    jobs = Job.objects.filter(pk=job.pk, lease=lease, state=JobState.RUNNING)
    if not jobs.update(state=state, mac=job.authenticate(state), error=problem, **values):
        raise LeaseLostError


def end_abandoned_items() -> None:
    """Mark items of killed workers in cancelled jobs as unknown."""
    running = Item.objects.filter(state=ItemState.RUNNING)
    jobs = Job.objects.filter(
        leases.is_unleased(), state=JobState.CANCELLED, pk__in=running.values("job")
    )
    for job in jobs:
        text = _("The worker stopped while processing this item.")
        for item in running.filter(job=job):
            mac = item.authenticate(ItemState.UNKNOWN)
            values = {"state": ItemState.UNKNOWN, "mac": mac, "text": text, "ended_at": Now()}
            running.filter(pk=item.pk).update(**values, entry=find_change(job, item))
        run_ended_hook(job)


def skip_pending_items(job: Job) -> None:
    """Skip pending items and erase their secrets."""
    pending = Item.objects.filter(job=job, state=ItemState.PENDING)
    pending.filter(sealed=True).update(inputs="")
    pending.update(state=ItemState.SKIPPED, mac="", ended_at=Now())


def count_items_by_state(job: Job) -> dict[ItemState, int]:
    """Count items by state."""
    items = Item.objects.filter(job=job).order_by().values_list("state")
    return {ItemState(state): number for state, number in items.annotate(Count("pk"))}


def item_counts_as_changes(job: Job) -> list[FieldChange]:
    """Return the counts as changes for the audit log."""
    counts = count_items_by_state(job)
    return [
        FieldChange(f"items_{state.value.replace(' ', '_')}", None, counts[state])
        for state in counts
    ]


def has_unfinished_items(job: Job) -> bool:
    """Return whether items are pending or running."""
    return Item.objects.filter(job=job, state__in=UNFINISHED_ITEM_STATES).exists()


def worker_actor(job: Job) -> Actor:
    """Return the worker as an actor."""
    organization = job.organization
    return Actor(
        0,
        "manage.py worker",
        organization_id=organization.pk,
        organization=organization.slug,
        page_id=str(job.pk),
    )
