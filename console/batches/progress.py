"""How far a batch is, in numbers and words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from console.models import Batch, Chunk, Sending
from tenants.jobs import queue
from tenants.jobs.models import OPEN, Job
from tenants.jobs.models import State as JobState

OFTEN, SELDOM = 2, 10  # seconds between two looks of a browser
BADGES: Mapping[str, str] = {
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
FATES: Mapping[str, str] = {
    Sending.Fate.SUCCEEDED: "ok",
    Sending.Fate.SETTLED: "ok",
    Sending.Fate.FAILED: "bad",
    Sending.Fate.REFUSED: "bad",
    Sending.Fate.UNKNOWN: "warn",
    Sending.Fate.RUNNING: "idle",
    Sending.Fate.WAITING: "idle",
}


@dataclass(frozen=True, slots=True)
class Part:
    """A request, and the lines that it is about."""

    sending: Sending
    chunk: Chunk | None

    @property
    def dot(self) -> str:
        return FATES[self.sending.fate]


@dataclass(frozen=True, slots=True)
class Run:
    """One run over all parts, dry or not."""

    parts: Sequence[Part]

    @property
    def total(self) -> int:
        return len(self.parts)

    @property
    def ended(self) -> int:
        """Parts of which it is known what became of them."""
        undecided = (*Sending.OPEN, Sending.Fate.UNKNOWN)
        return sum(one.sending.fate not in undecided for one in self.parts)

    @property
    def sent(self) -> int:
        return sum(bool(one.sending.sent_at) for one in self.parts)

    @property
    def made(self) -> int:
        """Tokens, as Authlete counts them."""
        return sum(one.sending.count for one in self.parts)

    @property
    def unknown(self) -> list[Part]:
        return [one for one in self.parts if one.sending.fate == "unknown"]

    @property
    def is_uncounted(self) -> bool:
        """Whether a part ended well and Authlete told no count of it."""
        return any(
            one.sending.fate == "succeeded" and one.sending.count < one.sending.tokens
            for one in self.parts
        )


def run_of(batch: Batch, *, is_dry: bool) -> Run:
    chunks = {
        one.position: one for one in Chunk.objects.filter(batch=batch).defer("sealed")
    }
    sendings = Sending.objects.filter(batch=batch, is_dry=is_dry)
    return Run([Part(one, chunks.get(one.position)) for one in sendings])


@dataclass(frozen=True, slots=True)
class Work:
    """The jobs that go on with a batch, and whether they do."""

    batch: Batch
    job: Job | None
    watch: Job | None

    @property
    def stopped(self) -> Job | None:
        """A job that was stopped, or that ended too early."""
        if self.batch.state not in Batch.MOVING:
            return None
        for job in (self.job, self.watch):
            if job and (job.state == JobState.PAUSED or job.trouble):
                return job
        if self.job is None or not self.job.is_over:
            return None
        waits = self.batch.state == Batch.State.CHECKING or self._waiting.exists()
        return self.job if waits else None

    @property
    def _waiting(self) -> QuerySet[Sending]:
        """Parts that its job was to send."""
        return Sending.objects.filter(
            batch=self.batch,
            fate=Sending.Fate.WAITING,
            is_dry=self.batch.state == Batch.State.TRYING,
        )

    @property
    def is_unwatched(self) -> bool:
        """Whether requests run at Authlete and nobody looks how they go."""
        running = Sending.objects.filter(batch=self.batch, fate=Sending.Fate.RUNNING)
        watched = self.watch is not None and self.watch.state in OPEN
        return not watched and running.exists()

    @property
    def is_stalled(self) -> bool:
        jobs = [one.pk for one in (self.job, self.watch) if one]
        due = Job.objects.filter(queue.due(), pk__in=jobs)
        return due.exists() and not queue.is_worked_on()


def work_on(batch: Batch) -> Work:
    found = Job.objects.in_bulk([one for one in (batch.job, batch.watch) if one])
    return Work(
        batch,
        found.get(batch.job) if batch.job else None,
        found.get(batch.watch) if batch.watch else None,
    )


def pace(batch: Batch, run: Run) -> int:
    """Seconds until a browser looks again; 0 when there is nothing to wait for."""
    if batch.state not in Batch.MOVING:
        return 0
    longest = max((one.sending.looks for one in run.parts), default=0)
    return OFTEN if longest < 8 else SELDOM
