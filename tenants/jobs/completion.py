"""How a job stops without anybody asking for it: it is over, or somebody must look."""

from typing import Any
from uuid import UUID

from django.db.models import Count
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from tenants.audit import events
from tenants.audit.actor import Actor
from tenants.audit.recorder import EventDetails, record_action
from tenants.authlete.changes import FieldChange
from tenants.jobs import leases
from tenants.jobs.errors import LeaseLostError
from tenants.jobs.models import UNFINISHED_ITEM_STATES, Item, ItemState, Job, JobState
from tenants.jobs.registry import JOB_HANDLERS
from tenants.models import Membership
from tenants.organizations.roles import Permission, Role


def load_starter(job: Job, permission: Permission) -> Actor | None:
    """The starter as they are now; None when they may not do this any more.

    What a job does is kept under its own id as the page: all of it is found by that.
    """
    home = job.organization
    found = Membership.objects.filter(
        organization=home, user=job.starter_id, user__is_active=True
    ).first()
    if found is None or not Role(found.role).has_permission(permission):
        return None
    return Actor(
        found.user_id,
        job.actor,
        found.role,
        home.pk,
        home.slug,
        str(job.pk),
        job.address,
    )


def pause_with_problem(job: Job, lease: UUID, problem: str) -> None:
    """Pause the job until somebody has looked, and say why."""
    with record_action(worker_actor(job), events.JOB_PAUSE, **event_details(job)):
        _leave_running_state(job, lease, state=JobState.PAUSED, trouble=problem)


def end_job(job: Job, lease: UUID, state: JobState, problem: str = "") -> None:
    """End the job; what was not tried is skipped."""
    said = event_details(job)
    said["changes"] = item_counts_as_changes(job)
    with record_action(worker_actor(job), events.JOB_END, **said):
        _leave_running_state(job, lease, state=state, ended_at=Now(), trouble=problem)
        skip_pending_items(job)
    run_ended_hook(job)


def run_ended_hook(job: Job) -> None:
    """Let whoever knows this kind of job tell what came of it."""
    known = JOB_HANDLERS.get(job.kind)
    if known and known.on_ended:
        known.on_ended(job)


def event_details(job: Job) -> EventDetails:
    """What the record says of everything that happens to a job."""
    said: EventDetails = {"object": str(job.pk), "label": job.title}
    if not reason_names_subject(job):
        said |= {"reason": job.reason, "ticket": job.ticket}
    return said


def reason_names_subject(job: Job) -> bool:
    """Whether its reason may name a subject, whom its own entries do not tell."""
    known = JOB_HANDLERS.get(job.kind)
    return known is not None and known.reason_names_subject


def _leave_running_state(job: Job, lease: UUID, **values: Any) -> None:
    """Raises `Lost` where the job does not run under this lease any more."""
    mine = Job.objects.filter(pk=job.pk, lease=lease, state=JobState.RUNNING)
    if not mine.update(**values):
        raise LeaseLostError


def end_abandoned_items() -> None:
    """End what a killed worker was at in a job that was cancelled: nobody takes that
    up again."""
    running = Item.objects.filter(state=ItemState.RUNNING)
    left = Job.objects.filter(
        leases.is_unleased(), state=JobState.CANCELLED, pk__in=running.values("job")
    )
    for job in left:
        text = _("The worker stopped while processing this item.")
        running.filter(job=job).update(state=ItemState.UNKNOWN, text=text, ended_at=Now())
        run_ended_hook(job)


def skip_pending_items(job: Job) -> None:
    """What was not begun will not be; no secret of it is kept."""
    pending = Item.objects.filter(job=job, state=ItemState.PENDING)
    pending.filter(sealed=True).update(inputs="")
    pending.update(state=ItemState.SKIPPED, ended_at=Now())


def count_items_by_state(job: Job) -> dict[ItemState, int]:
    """How many items came to what."""
    found = Item.objects.filter(job=job).order_by().values_list("state")
    return {ItemState(state): number for state, number in found.annotate(Count("pk"))}


def item_counts_as_changes(job: Job) -> list[FieldChange]:
    """The same for the record."""
    found = count_items_by_state(job)
    return [FieldChange(f"items_{fate.name.lower()}", None, found[fate]) for fate in found]


def has_unfinished_items(job: Job) -> bool:
    return Item.objects.filter(job=job, state__in=UNFINISHED_ITEM_STATES).exists()


def worker_actor(job: Job) -> Actor:
    """What runs by itself, as the record tells it."""
    home = job.organization
    return Actor(
        0,
        "manage.py worker",
        organization_id=home.pk,
        organization=home.slug,
        page_id=str(job.pk),
    )
