"""The progress of jobs, in numbers and words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import batched
from math import ceil
from typing import Any

from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tenants.jobs.completion import reason_names_subject
from tenants.jobs.models import (
    FAILED_ITEM_STATES,
    UNFINISHED_ITEM_STATES,
    Item,
    ItemState,
    Job,
    JobState,
)

PACE_WINDOW = timedelta(minutes=1)  # of which the pace is taken
MIN_ITEMS_FOR_PACE = 3  # items in it to tell a pace by
MAX_JOBS_PER_QUERY = 500

STATE_BADGES: Mapping[str, str] = {
    JobState.RUNNING: "info",
    JobState.PAUSED: "warn",
    JobState.COMPLETED: "ok",
    JobState.NOT_ALLOWED: "bad",
}


@dataclass(frozen=True, slots=True)
class JobProgress:
    """A job and its item counts by state."""

    job: Job
    counts: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def attempted(self) -> int:
        return self.total - sum(self.counts.get(state, 0) for state in UNFINISHED_ITEM_STATES)

    @property
    def failed(self) -> int:
        return sum(self.counts.get(state, 0) for state in FAILED_ITEM_STATES)

    @property
    def concerns_user(self) -> bool:
        return reason_names_subject(self.job)

    @property
    def badge(self) -> str:
        return STATE_BADGES.get(self.job.state, "")

    @property
    def text(self) -> str:
        return _("%(tried)s of %(total)s") % {"tried": self.attempted, "total": self.total}

    @property
    def is_scheduled(self) -> bool:
        job = self.job
        later = job.run_at is not None and job.run_at > timezone.now()
        return job.state == JobState.WAITING and later

    @property
    def is_finishing_item(self) -> bool:
        """A worker is still at an item of a job that was paused or cancelled."""
        paused = self.job.state in (JobState.PAUSED, JobState.CANCELLED)
        return paused and bool(self.counts.get(ItemState.RUNNING))

    @property
    def time_left(self) -> str:
        """How long it still takes at the pace of the last minute, in words."""
        job = self.job
        if job.state != JobState.RUNNING or job.started_at is None:
            return ""
        now = timezone.now()
        ended = Item.objects.filter(job=job, ended_at__gt=now - PACE_WINDOW).count()
        span = min(PACE_WINDOW, now - job.started_at)
        if ended < MIN_ITEMS_FOR_PACE or not span:
            return ""
        seconds = span.total_seconds() / ended * (self.total - self.attempted)
        if seconds < 60:
            return _("less than a minute left")
        count = ceil(seconds / 60)
        words = ngettext("about %(count)s min left", "about %(count)s min left", count)
        return words % {"count": count}


def load_progress(jobs: Iterable[Job]) -> list[JobProgress]:
    """Load the progress of several jobs with one query for each 500."""
    listed = list(jobs)
    counts: dict[Any, dict[str, int]] = {job.pk: {} for job in listed}
    for batch in batched(counts, MAX_JOBS_PER_QUERY):
        items = Item.objects.filter(job__in=batch).order_by()
        for pk, state, number in items.values_list("job", "state").annotate(Count("pk")):
            counts[pk][state] = number
    return [JobProgress(job, counts[job.pk]) for job in listed]
