"""The job that asks Authlete for the status of running batches until they have ended."""

import re
from datetime import timedelta
from time import monotonic

from django.db.models import F, Min, Q, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from console.batches.validation.issues import FIELD_TYPES
from console.models import Batch, BatchRequest, Chunk
from tenants.audit.actor import Actor
from tenants.audit.reconciliation.resolutions import find_resolutions
from tenants.authlete import AuthleteClient
from tenants.authlete.documents.tokens import TokenStatus
from tenants.authlete.errors import (
    AuthleteError,
    CredentialCircuitOpenError,
    NotFoundError,
    UnauthorizedError,
)
from tenants.authlete.operation import Effect
from tenants.authlete.outcome import Outcome
from tenants.jobs.context import JobContext
from tenants.jobs.control import run_now, start_job
from tenants.jobs.item_log import find_change
from tenants.jobs.models import OPEN_JOB_STATES, Item, ItemState, Job, NewItem, RetryLaterError
from tenants.jobs.registry import ItemResult, job_handler

FIRST_POLL_SECONDS = 1.0  # the delay doubles with every poll
MAX_POLL_SECONDS = 60.0
MAX_SLICE_SECONDS = 5.0  # of polls in one run of the job
MAX_MISSES = 4  # "not found" replies until one is believed
ANY_STATUS = TokenStatus.ALL
REQUIRED_EFFECT = Effect.READ

State, RequestState = Batch.State, BatchRequest.State


def ensure_polling(batch: Batch, actor: Actor) -> None:
    """Start the job that polls the batch, unless one is running.

    Don't call this within a transaction.
    """
    batch.refresh_from_db(fields=["poll_job"])
    if Job.objects.filter(pk__in=[batch.poll_job], state__in=OPEN_JOB_STATES).exists():
        return
    job = start_job(
        actor,
        batch.organization,
        "token_batch.watch",
        _("Watch %(name)s") % {"name": batch.name},
        [
            NewItem(
                batch.region, batch.service_id, label=batch.name, payload={"batch": str(batch.pk)}
            )
        ],
        reason=batch.reason,
        ticket=batch.ticket,
    )
    Batch.objects.filter(pk=batch.pk).update(poll_job=job.pk)
    batch.poll_job = job.pk


def poll_now(batch: Batch, actor: Actor) -> None:
    """Poll the batch at once instead of when the next poll is due."""
    BatchRequest.objects.filter(batch=batch, state=RequestState.RUNNING).update(next_poll_at=None)
    ensure_polling(batch, actor)
    for job in Job.objects.filter(pk__in=[batch.poll_job]):
        run_now(job)


@job_handler("token_batch.watch", permission=REQUIRED_EFFECT)
def run_poll_job(work: JobContext, item: Item) -> ItemResult:
    """Poll the parts that are due, and repeat until none is left to wait for."""
    batch = (
        Batch.objects.select_related("organization")
        .filter(pk=item.payload["batch"], organization=work.job.organization)
        .first()
    )
    if batch is None:
        return ItemResult(_("The batch no longer exists."), changed=False)
    deadline = monotonic() + MAX_SLICE_SECONDS
    authlete = work.connect(item.region)
    for request in _due_requests(batch):
        poll(authlete, batch, request)
        if monotonic() > deadline:
            break
    update_state(batch)
    if not _is_pending(batch):
        return ItemResult(_("The batch has ended."), changed=False)
    raise RetryLaterError(_seconds_until_due(batch))


def poll(authlete: AuthleteClient, batch: Batch, request: BatchRequest) -> None:
    """Ask Authlete for the status of one request; raises if it rejects the token."""
    api = authlete.service(batch.service_id).token_batches
    try:
        status = api.status(request.request_id)
    except (UnauthorizedError, CredentialCircuitOpenError):
        raise
    except NotFoundError as error:
        if request.misses + 1 < MAX_MISSES:
            _schedule_next(request, misses=F("misses") + 1)
        elif request.is_dry:
            text = _("Accepted; Authlete stores no status for dry runs.")
            _finish(request, RequestState.SUCCEEDED, text=text)
        else:
            text = _("Authlete has no batch with this ID.")
            _finish(request, RequestState.UNKNOWN, text=text, code=error.code[:20])
        return
    except AuthleteError as error:
        _schedule_next(request, text=mask(error.message), code=error.code[:20])
        return
    result = {
        "count": status.token_count,
        "code": (status.error_code or "")[:20],
        "text": mask(status.error_description or ""),
    }
    match status.result:
        case None | "":
            _schedule_next(request, count=status.token_count, code="", text="", misses=0)
        case "SUCCEEDED":
            _finish(request, RequestState.SUCCEEDED, **result)
        case "FAILED":
            _finish(request, RequestState.FAILED, **result)
        case _:
            result["text"] = _("Authlete returned an unknown result.")
            _finish(request, RequestState.UNKNOWN, **result)


def update_state(batch: Batch) -> None:
    """Update the state of a batch from its parts."""
    batch.refresh_from_db()
    if batch.state == State.TRYING:
        _apply_job_outcome(batch, is_dry=True)
        _update_dry_run(batch)
    elif batch.state in (*Batch.SENT, State.UNKNOWN):
        _apply_job_outcome(batch, is_dry=False)
        _apply_reconciled(batch)
        _update_run(batch)


def _update_dry_run(batch: Batch) -> None:
    requests = BatchRequest.objects.filter(batch=batch, is_dry=True)
    if requests.filter(state__in=BatchRequest.OPEN).exists():
        return
    if requests.exclude(state=RequestState.SUCCEEDED).exists():
        batch.transition(State.UNFIT)
    else:
        batch.transition(State.TRIED, tried_at=timezone.now())


def _update_run(batch: Batch) -> None:
    requests = BatchRequest.objects.filter(batch=batch, is_dry=False)
    states = set(requests.values_list("state", flat=True))
    if RequestState.RUNNING in states:
        _transition(batch, State.SUBMITTING if RequestState.WAITING in states else State.RUNNING)
        return
    created = requests.aggregate(all=Sum("count"))["all"] or 0
    if RequestState.UNKNOWN in states:  # its job waits for a member too
        to = State.UNKNOWN
    elif RequestState.WAITING in states:
        _transition(batch, State.SUBMITTING)
        return
    elif states <= set(BatchRequest.DONE) and not _has_shortfall(batch):
        to = State.SUCCEEDED
    else:
        to = State.PARTLY if created else State.FAILED
    if to != batch.state:
        now = timezone.now()
        mail = batch.mail_at or now
        batch.transition(to, ended_at=now, mail_at=None if batch.mailed_at else mail)
    if to != State.UNKNOWN:
        refused = requests.filter(state=RequestState.REFUSED).values("position")
        chunks = Chunk.objects.filter(batch=batch).exclude(position__in=refused)
        chunks.exclude(sealed="").update(sealed="")


def _transition(batch: Batch, state: Batch.State) -> None:
    if batch.state != state:
        batch.transition(state)


def _has_shortfall(batch: Batch) -> bool:
    """Return whether a part that succeeded created fewer tokens than it was sent."""
    parts = BatchRequest.objects.filter(batch=batch, is_dry=False, state__in=BatchRequest.DONE)
    return parts.filter(count__lt=F("tokens")).exists()


def _apply_job_outcome(batch: Batch, *, is_dry: bool) -> None:
    """Update the parts that the job left waiting.

    The worker may have been killed during a call, or the job may have been stopped.
    """
    waiting = BatchRequest.objects.filter(batch=batch, is_dry=is_dry, state=RequestState.WAITING)
    if not batch.job or not waiting.exists():
        return
    job = Job.objects.filter(pk=batch.job).first()
    is_over = job is None or job.is_over
    now = timezone.now()
    is_leased = job is not None and job.lease_until is not None and job.lease_until > now
    in_call = []
    states = (ItemState.RUNNING, ItemState.UNKNOWN)
    for item in Item.objects.filter(job=batch.job, state__in=states).select_related("job"):
        entry = item.entry or find_change(item.job, item)
        if not entry:
            continue
        position = item.payload["position"]
        if item.state == ItemState.RUNNING and is_leased:
            in_call.append(position)
        elif item.state == ItemState.UNKNOWN or (item.state == ItemState.RUNNING and is_over):
            waiting.filter(position=position).update(
                state=RequestState.UNKNOWN, entry=entry, text=item.text, ended_at=now
            )
            Chunk.objects.filter(batch=batch, position=position).update(sealed="")
    if is_over:
        text = _("Not sent.")
        waiting.exclude(position__in=in_call).update(
            state=RequestState.REFUSED, text=text, ended_at=now
        )


def _apply_reconciled(batch: Batch) -> None:
    """Take over what was resolved in the audit log."""
    unknown = BatchRequest.objects.filter(batch=batch, is_dry=False, state=RequestState.UNKNOWN)
    entries = {request.entry: request for request in unknown.exclude(entry="")}
    for entry, resolution in find_resolutions(batch.organization_id, entries).items():
        succeeded = resolution.outcome == Outcome.SUCCEEDED
        unknown.filter(pk=entries[entry].pk).update(
            state=RequestState.SETTLED if succeeded else RequestState.FAILED,
            count=entries[entry].tokens if succeeded else 0,
            text=_("Resolved in the audit log."),
            ended_at=timezone.now(),
        )


def _due_requests(batch: Batch) -> list[BatchRequest]:
    ready = Q(next_poll_at=None) | Q(next_poll_at__lte=timezone.now())
    due = BatchRequest.objects.filter(ready, batch=batch, state=RequestState.RUNNING)
    return list(due.order_by("next_poll_at", "position"))


def _is_pending(batch: Batch) -> bool:
    """Return whether any part is still to be waited for."""
    open_ = BatchRequest.objects.filter(batch=batch, state__in=BatchRequest.OPEN)
    return batch.state in Batch.MOVING and open_.exists()


def _seconds_until_due(batch: Batch) -> float:
    """Return the seconds until the next poll."""
    running = BatchRequest.objects.filter(batch=batch, state=RequestState.RUNNING)
    next_poll_at = running.aggregate(at=Min("next_poll_at"))["at"]
    if next_poll_at is None:
        return MAX_POLL_SECONDS / 10
    seconds: float = (next_poll_at - timezone.now()).total_seconds()
    return min(MAX_POLL_SECONDS, max(FIRST_POLL_SECONDS, seconds))


def _schedule_next(request: BatchRequest, **fields: object) -> None:
    delay = min(MAX_POLL_SECONDS, FIRST_POLL_SECONDS * 2.0 ** min(request.polls, 10))
    now = timezone.now()
    _running(request).update(
        polls=F("polls") + 1, polled_at=now, next_poll_at=now + timedelta(seconds=delay), **fields
    )


def _finish(request: BatchRequest, state: BatchRequest.State, **fields: object) -> None:
    now = timezone.now()
    _running(request).update(
        state=state, polls=F("polls") + 1, polled_at=now, ended_at=now, **fields
    )


def _running(request: BatchRequest) -> QuerySet[BatchRequest]:
    return BatchRequest.objects.filter(pk=request.pk, state=RequestState.RUNNING)


QUOTED = re.compile(r"""'[^']*'|"[^"]*"|`[^`]*`|\u201c[^\u201d]*\u201d""")
WORD = re.compile(r"[^\s,;:()\[\]{}]+")
RESULT_CODE = re.compile(r"A\d{6}")
PLAIN_WORD = re.compile(r"[A-Z]?[a-z]{1,16}|[A-Z]{1,5}|[a-z]+['-][a-z]+|\d{1,6}")
MASK = "…"


def mask(text: str) -> str:
    """Replace quoted texts and everything that isn't a plain word."""
    return WORD.sub(_mask_word, QUOTED.sub(_mask_quoted, text)).strip()[:400]


def _mask_quoted(match: re.Match[str]) -> str:
    quoted = match[0][1:-1]
    return quoted if quoted in FIELD_TYPES else MASK


def _mask_word(match: re.Match[str]) -> str:
    word = match[0].rstrip(".?!")
    if word in FIELD_TYPES or RESULT_CODE.fullmatch(word) or PLAIN_WORD.fullmatch(word) or not word:
        return match[0]
    return MASK + match[0][len(word) :]
