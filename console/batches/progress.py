"""The progress of a batch, in numbers and words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from console.models import Batch, BatchRequest, Chunk
from tenants.jobs import leases, queue
from tenants.jobs.models import OPEN_JOB_STATES, Job, JobState

FAST_POLL_SECONDS, SLOW_POLL_SECONDS = 2, 10
STATE_DOTS: Mapping[str, str] = {
    BatchRequest.State.SUCCEEDED: "ok",
    BatchRequest.State.SETTLED: "ok",
    BatchRequest.State.FAILED: "bad",
    BatchRequest.State.REFUSED: "bad",
    BatchRequest.State.UNKNOWN: "warn",
    BatchRequest.State.RUNNING: "idle",
    BatchRequest.State.WAITING: "idle",
}

State = Batch.State


@dataclass(frozen=True, slots=True)
class BatchPart:
    """A request and the lines it covers."""

    request: BatchRequest
    chunk: Chunk | None

    @property
    def dot(self) -> str:
        """The kind of the dot that marks its outcome."""
        return STATE_DOTS[self.request.state]


@dataclass(frozen=True, slots=True)
class BatchRun:
    """The requests of a dry run or a submission."""

    parts: Sequence[BatchPart]

    @property
    def total(self) -> int:
        """The number of requests."""
        return len(self.parts)

    @property
    def finished(self) -> int:
        """The number of requests with a known outcome."""
        unfinished = (*BatchRequest.OPEN, BatchRequest.State.UNKNOWN)
        return sum(part.request.state not in unfinished for part in self.parts)

    @property
    def sent(self) -> int:
        """The number of requests sent."""
        return sum(bool(part.request.sent_at) for part in self.parts)

    @property
    def created(self) -> int:
        """The number of tokens created, as counted by Authlete."""
        return sum(part.request.count for part in self.parts)

    @property
    def unknown(self) -> list[BatchPart]:
        """The requests with unknown outcome."""
        return [part for part in self.parts if part.request.state == BatchRequest.State.UNKNOWN]

    @property
    def is_uncounted(self) -> bool:
        """Whether a request succeeded for which Authlete returned no complete count."""
        return any(
            part.request.state == BatchRequest.State.SUCCEEDED
            and part.request.count < part.request.tokens
            for part in self.parts
        )


def load_run(batch: Batch, *, is_dry: bool) -> BatchRun:
    """Load the requests of a batch's dry run or submission."""
    chunks = {chunk.position: chunk for chunk in Chunk.objects.filter(batch=batch).defer("sealed")}
    requests = BatchRequest.objects.filter(batch=batch, is_dry=is_dry)
    return BatchRun([BatchPart(request, chunks.get(request.position)) for request in requests])


def describe_progress(batch: Batch, run: BatchRun, dry: BatchRun) -> str:
    """Return a sentence about the state of a batch and what's next."""
    numbers = {
        "tokens": intcomma(batch.tokens),
        "created": intcomma(run.created),
        "sent": run.sent,
        "requests": run.total,
        "dry_finished": dry.finished,
        "dry_requests": dry.total,
    }
    match batch.state:
        case State.CHECKING:
            text = _("Checking every line. You can leave this page.")
        case State.FAULTY:
            text = _("Nothing was sent. Fix the issues and upload the file again.")
        case State.CHECKED:
            text = ngettext(
                "%(tokens)s line is valid. Next: start the dry run.",
                "All %(tokens)s lines are valid. Next: start the dry run.",
                batch.tokens,
            )
        case State.TRYING:
            text = _("Dry run: %(dry_finished)s of %(dry_requests)s requests finished.")
        case State.TRIED:
            text = _("The dry run passed. Next: submit the batch.")
        case State.UNFIT:
            text = _("The dry run failed. No tokens were created.")
        case State.SUBMITTING | State.RUNNING if batch.tokens:
            text = _(
                "%(sent)s of %(requests)s requests sent, %(created)s of %(tokens)s tokens"
                " created. You can leave this page."
            )
        case State.SUBMITTING | State.RUNNING:
            text = _("Polling the status. You can leave this page.")
        case State.SUCCEEDED:
            text = ngettext(
                "%(created)s token was created.", "%(created)s tokens were created.", run.created
            )
        case State.PARTLY | State.FAILED if batch.tokens:
            text = _("%(created)s of %(tokens)s tokens were created.")
        case State.PARTLY | State.FAILED:
            text = _("%(created)s tokens were created.")
        case State.UNKNOWN:
            text = _("Whether some tokens were created is unknown. They aren't sent again.")
        case State.ABANDONED:
            text = _("It wasn't submitted, and the file was deleted.")
    return text % numbers


@dataclass(frozen=True, slots=True)
class BatchJobs:
    """The jobs of a batch."""

    batch: Batch
    job: Job | None
    poll_job: Job | None

    @property
    def stopped_job(self) -> Job | None:
        """A job that is paused, waits, or ended before the batch was finished."""
        if self.batch.state not in Batch.MOVING:
            return None
        for job in (self.job, self.poll_job):
            if job and (job.state == JobState.PAUSED or job.error):
                return job
        if self.job is None or not self.job.is_over:
            return None
        is_waiting = self.batch.state == State.CHECKING or self._waiting_requests.exists()
        return self.job if is_waiting else None

    @property
    def _waiting_requests(self) -> QuerySet[BatchRequest]:
        return BatchRequest.objects.filter(
            batch=self.batch,
            state=BatchRequest.State.WAITING,
            is_dry=self.batch.state == State.TRYING,
        )

    @property
    def is_unpolled(self) -> bool:
        """Whether requests are running at Authlete and no job polls their status."""
        running = BatchRequest.objects.filter(batch=self.batch, state=BatchRequest.State.RUNNING)
        is_polled = self.poll_job is not None and self.poll_job.state in OPEN_JOB_STATES
        return not is_polled and running.exists()

    @property
    def is_stalled(self) -> bool:
        """Whether a job is due and no worker is alive."""
        pks = [job.pk for job in (self.job, self.poll_job) if job]
        due = Job.objects.filter(leases.is_due(), pk__in=pks)
        return due.exists() and not queue.has_live_worker()


def load_jobs(batch: Batch) -> BatchJobs:
    """Load the jobs of a batch."""
    jobs = Job.objects.in_bulk([pk for pk in (batch.job, batch.poll_job) if pk])
    return BatchJobs(
        batch,
        jobs.get(batch.job) if batch.job else None,
        jobs.get(batch.poll_job) if batch.poll_job else None,
    )


def poll_seconds(batch: Batch, run: BatchRun) -> int:
    """Return the seconds until the page polls again; 0 for a batch at rest."""
    if batch.state not in Batch.MOVING:
        return 0
    polls = max((part.request.polls for part in run.parts), default=0)
    return FAST_POLL_SECONDS if polls < 8 else SLOW_POLL_SECONDS
