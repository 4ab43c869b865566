"""How a job stops without anybody asking for it: it is over, or somebody must look."""

from typing import Any
from uuid import UUID

from django.db.models import Count
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from tenants.audit import events
from tenants.audit.notes import Told, doing
from tenants.audit.who import Who
from tenants.authlete.changes import Change
from tenants.jobs import leases
from tenants.jobs.kinds import HANDLERS
from tenants.jobs.models import TO_DO, Fate, Item, Job, State
from tenants.jobs.work import Lost
from tenants.models import Membership
from tenants.roles import Need, Role


def allowed(job: Job, effect: Need) -> Who | None:
    """The starter as they are now; None when they may not do this any more.

    What a job does is kept under its own id as the page: all of it is found by that.
    """
    home = job.organization
    found = Membership.objects.filter(
        organization=home, user=job.starter_id, user__is_active=True
    ).first()
    if found is None or not Role(found.role).may(effect):
        return None
    return Who(
        found.user_id,
        job.actor,
        found.role,
        home.pk,
        home.slug,
        str(job.pk),
        job.address,
    )


def stop(job: Job, lease: UUID, why: str) -> None:
    """Pause the job until somebody has looked, and say why."""
    with doing(worker(job), events.JOB_PAUSE, **told(job)):
        _leave(job, lease, state=State.PAUSED, trouble=why)


def end(job: Job, lease: UUID, state: State, why: str = "") -> None:
    """End the job; what was not tried is skipped."""
    said = told(job)
    said["changes"] = tally(job)
    with doing(worker(job), events.JOB_END, **said):
        _leave(job, lease, state=state, ended_at=Now(), trouble=why)
        skip(job)
    tell_ended(job)


def tell_ended(job: Job) -> None:
    """Let whoever knows this kind of job tell what came of it."""
    known = HANDLERS.get(job.kind)
    if known and known.ended:
        known.ended(job)


def told(job: Job) -> Told:
    """What the record says of everything that happens to a job."""
    said: Told = {"object": str(job.pk), "label": job.title}
    if not of_a_subject(job):
        said |= {"reason": job.reason, "ticket": job.ticket}
    return said


def of_a_subject(job: Job) -> bool:
    """Whether its reason may name a subject, whom its own entries do not tell."""
    known = HANDLERS.get(job.kind)
    return known is not None and known.of_a_subject


def _leave(job: Job, lease: UUID, **values: Any) -> None:
    """Raises `Lost` where the job does not run under this lease any more."""
    mine = Job.objects.filter(pk=job.pk, lease=lease, state=State.RUNNING)
    if not mine.update(**values):
        raise Lost


def lay_down() -> None:
    """End what a killed worker was at in a job that was cancelled: nobody takes that
    up again."""
    running = Item.objects.filter(state=Fate.RUNNING)
    left = Job.objects.filter(
        leases.free(), state=State.CANCELLED, pk__in=running.values("job")
    )
    for job in left:
        text = _("The worker was stopped in the middle of this.")
        running.filter(job=job).update(state=Fate.UNKNOWN, text=text, ended_at=Now())
        tell_ended(job)


def skip(job: Job) -> None:
    """What was not begun will not be; no secret of it is kept."""
    pending = Item.objects.filter(job=job, state=Fate.PENDING)
    pending.filter(sealed=True).update(inputs="")
    pending.update(state=Fate.SKIPPED, ended_at=Now())


def counts(job: Job) -> dict[Fate, int]:
    """How many items came to what."""
    found = Item.objects.filter(job=job).order_by().values_list("state")
    return {Fate(state): number for state, number in found.annotate(Count("pk"))}


def tally(job: Job) -> list[Change]:
    """The same for the record."""
    found = counts(job)
    return [Change(f"items_{fate.name.lower()}", None, found[fate]) for fate in found]


def to_do(job: Job) -> bool:
    return Item.objects.filter(job=job, state__in=TO_DO).exists()


def worker(job: Job) -> Who:
    """What runs by itself, as the record tells it."""
    home = job.organization
    return Who(
        0,
        "manage.py worker",
        organization_id=home.pk,
        organization=home.slug,
        page=str(job.pk),
    )
