"""How far jobs are, in numbers and words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from typing import Any

from django.db.models import Count
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tenants.audit.lost.settling import Settled
from tenants.audit.lost.settling import settled as found_out
from tenants.jobs.endings import of_a_subject
from tenants.jobs.kinds import HANDLERS
from tenants.jobs.models import FAILED, TO_DO, Fate, Item, Job, State

MINUTE = timedelta(minutes=1)  # of which the pace is taken
ENOUGH = 3  # items in it to tell a pace by

BADGES: Mapping[str, str] = {
    State.RUNNING: "info",
    State.PAUSED: "warn",
    State.DONE: "ok",
    State.REFUSED: "bad",
}
WORDS: Mapping[str, Promise] = {
    Fate.DONE: gettext_lazy("done"),
    Fate.SAME: gettext_lazy("already so"),
    Fate.REFUSED: gettext_lazy("refused"),
    Fate.NOT_SENT: gettext_lazy("not sent"),
    Fate.UNKNOWN: gettext_lazy("unknown"),
    Fate.SKIPPED: gettext_lazy("skipped"),
    Fate.RUNNING: gettext_lazy("running"),
    Fate.PENDING: gettext_lazy("to do"),
}


@dataclass(frozen=True, slots=True)
class Progress:
    """One job and the fates of its items."""

    job: Job
    counts: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def tried(self) -> int:
        return self.total - sum(self.counts.get(one, 0) for one in TO_DO)

    @property
    def failed(self) -> int:
        return sum(self.counts.get(one, 0) for one in FAILED)

    @property
    def is_of_a_subject(self) -> bool:
        return of_a_subject(self.job)

    @property
    def badge(self) -> str:
        return BADGES.get(self.job.state, "")

    @property
    def said(self) -> str:
        return _("%(tried)s of %(total)s") % {"tried": self.tried, "total": self.total}

    @property
    def begins_later(self) -> bool:
        job = self.job
        later = job.run_at is not None and job.run_at > timezone.now()
        return job.state == State.WAITING and later

    @property
    def ends_pausing(self) -> bool:
        """A worker is still at an item of a job that was paused or cancelled."""
        paused = self.job.state in (State.PAUSED, State.CANCELLED)
        return paused and bool(self.counts.get(Fate.RUNNING))

    @property
    def left(self) -> str:
        """How long it still takes at the pace of the last minute, in words."""
        job = self.job
        if job.state != State.RUNNING or job.started_at is None:
            return ""
        now = timezone.now()
        ended = Item.objects.filter(job=job, ended_at__gt=now - MINUTE).count()
        span = min(MINUTE, now - job.started_at)
        if ended < ENOUGH or not span:
            return ""
        seconds = span.total_seconds() / ended * (self.total - self.tried)
        if seconds < 60:
            return _("less than a minute left")
        count = ceil(seconds / 60)
        words = ngettext("about %(count)s min left", "about %(count)s min left", count)
        return words % {"count": count}


def settled(job: Job) -> dict[str, Settled]:
    """By entry, what was found out later of the job's unknown items."""
    unknown = Item.objects.filter(job=job, state=Fate.UNKNOWN).exclude(entry="")
    return found_out(job.organization_id, unknown.values_list("entry", flat=True))


def summary(job: Job) -> list[tuple[str, int]]:
    """What else its kind tells of it."""
    known = HANDLERS.get(job.kind)
    told = known.summary(job) if known and known.summary else ()
    return [(words, number) for words, number in told if number]


def of(jobs: Iterable[Job]) -> list[Progress]:
    """The progress of several jobs, counted at once."""
    listed = list(jobs)
    counts: dict[Any, dict[str, int]] = {job.pk: {} for job in listed}
    found = Item.objects.filter(job__in=listed).order_by()
    for pk, state, number in found.values_list("job", "state").annotate(Count("pk")):
        counts[pk][state] = number
    return [Progress(job, counts[job.pk]) for job in listed]
