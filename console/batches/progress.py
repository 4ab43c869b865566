"""How far a batch is, in numbers and words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from console.models import Batch, Chunk, Sending
from tenants.jobs import queue
from tenants.jobs.models import OPEN_JOB_STATES, Job
from tenants.jobs.models import JobState as JobState

FAST_POLL_SECONDS, SLOW_POLL_SECONDS = 2, 10  # seconds between two looks of a browser
STATE_BADGES: Mapping[str, str] = {
    Batch.State.CHECKING: "info",
    Batch.State.FAULTY: "bad",
    Batch.State.TRYING: "info",
    Batch.State.TRIED: "ok",
    Batch.State.UNFIT: "bad",
    Batch.State.SUBMITTING: "info",
    Batch.State.RUNNING: "info",
    Batch.State.SUCCEEDED: "ok",
    Batch.State.PARTLY: "warn",
    Batch.State.FAILED: "bad",
    Batch.State.UNKNOWN: "warn",
}
FATE_DOTS: Mapping[str, str] = {
    Sending.Fate.SUCCEEDED: "ok",
    Sending.Fate.SETTLED: "ok",
    Sending.Fate.FAILED: "bad",
    Sending.Fate.REFUSED: "bad",
    Sending.Fate.UNKNOWN: "warn",
    Sending.Fate.RUNNING: "idle",
    Sending.Fate.WAITING: "idle",
}


@dataclass(frozen=True, slots=True)
class BatchPart:
    """A request, and the lines that it is about."""

    sending: Sending
    chunk: Chunk | None

    @property
    def dot(self) -> str:
        return FATE_DOTS[self.sending.fate]


@dataclass(frozen=True, slots=True)
class BatchRun:
    """One run over all parts, dry or not."""

    parts: Sequence[BatchPart]

    @property
    def total(self) -> int:
        return len(self.parts)

    @property
    def finished(self) -> int:
        """Parts of which it is known what became of them."""
        undecided = (*Sending.OPEN, Sending.Fate.UNKNOWN)
        return sum(one.sending.fate not in undecided for one in self.parts)

    @property
    def sent(self) -> int:
        return sum(bool(one.sending.sent_at) for one in self.parts)

    @property
    def created(self) -> int:
        """Tokens, as Authlete counts them."""
        return sum(one.sending.count for one in self.parts)

    @property
    def unknown(self) -> list[BatchPart]:
        return [one for one in self.parts if one.sending.fate == "unknown"]

    @property
    def is_uncounted(self) -> bool:
        """Whether a part ended well and Authlete told no count of it."""
        return any(
            one.sending.fate == "succeeded" and one.sending.count < one.sending.tokens
            for one in self.parts
        )


def load_run(batch: Batch, *, is_dry: bool) -> BatchRun:
    chunks = {one.position: one for one in Chunk.objects.filter(batch=batch).defer("sealed")}
    sendings = Sending.objects.filter(batch=batch, is_dry=is_dry)
    return BatchRun([BatchPart(one, chunks.get(one.position)) for one in sendings])


@dataclass(frozen=True, slots=True)
class BatchJobs:
    """The jobs that go on with a batch, and whether they do."""

    batch: Batch
    job: Job | None
    poll_job: Job | None

    @property
    def stopped_job(self) -> Job | None:
        """A job that was stopped, or that ended too early."""
        if self.batch.state not in Batch.MOVING:
            return None
        for job in (self.job, self.poll_job):
            if job and (job.state == JobState.PAUSED or job.trouble):
                return job
        if self.job is None or not self.job.is_over:
            return None
        waits = self.batch.state == Batch.State.CHECKING or self._waiting_sendings.exists()
        return self.job if waits else None

    @property
    def _waiting_sendings(self) -> QuerySet[Sending]:
        """Parts that its job was to send."""
        return Sending.objects.filter(
            batch=self.batch,
            fate=Sending.Fate.WAITING,
            is_dry=self.batch.state == Batch.State.TRYING,
        )

    @property
    def is_unpolled(self) -> bool:
        """Whether requests run at Authlete and nobody looks how they go."""
        running = Sending.objects.filter(batch=self.batch, fate=Sending.Fate.RUNNING)
        watched = self.poll_job is not None and self.poll_job.state in OPEN_JOB_STATES
        return not watched and running.exists()

    @property
    def is_stalled(self) -> bool:
        jobs = [one.pk for one in (self.job, self.poll_job) if one]
        due = Job.objects.filter(queue.is_due(), pk__in=jobs)
        return due.exists() and not queue.has_live_worker()


def load_jobs(batch: Batch) -> BatchJobs:
    found = Job.objects.in_bulk([one for one in (batch.job, batch.watch) if one])
    return BatchJobs(
        batch,
        found.get(batch.job) if batch.job else None,
        found.get(batch.watch) if batch.watch else None,
    )


def poll_seconds(batch: Batch, run: BatchRun) -> int:
    """Seconds until a browser looks again; 0 when there is nothing to wait for."""
    if batch.state not in Batch.MOVING:
        return 0
    longest = max((one.sending.looks for one in run.parts), default=0)
    return FAST_POLL_SECONDS if longest < 8 else SLOW_POLL_SECONDS
