"""The jobs that send checked chunks to Authlete: a dry run first, then the real run.

A chunk is sent only once. When its outcome is unknown, it is never sent again and stays
unknown until a member resolves it (`docs/explanation/decisions/batches.md`).
"""

import json
import re
from collections import Counter

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from console.batches import polling
from console.batches.check_job import get_batch
from console.batches.forms import REQUEST_ID_PATTERN
from console.batches.polling import mask
from console.batches.storage import BatchConflictError, job_item, start_batch_job
from console.models import Batch, BatchRequest, Chunk
from console.web.access import Member
from tenants.audit.actor import Actor
from tenants.authlete import AuthleteClient
from tenants.authlete.errors import (
    AuthleteError,
    InvalidRequestError,
    InvalidResponseError,
    UnauthorizedError,
)
from tenants.authlete.operation import Effect
from tenants.authlete.outcome import Outcome
from tenants.crypto.vault import UnsealError
from tenants.jobs.completion import load_starter, worker_actor
from tenants.jobs.context import JobContext
from tenants.jobs.failure_policy import is_transient
from tenants.jobs.models import Item
from tenants.jobs.registry import ItemResult, job_handler

REQUEST_ID = re.compile(REQUEST_ID_PATTERN)  # safe to use in a URL path
MAX_CLIENTS_COUNTED = 10  # whose tokens are counted before a run

State, RequestState = Batch.State, BatchRequest.State


def start_dry_run(member: Member, batch: Batch) -> None:
    """Start a dry run of every chunk.

    Raises:
        BatchConflictError: The batch has changed state meanwhile.

    """
    states = (State.CHECKED, State.TRIED, State.UNFIT)
    _prepare(batch, State.TRYING, *states, is_dry=True, tried_at=None, job=None)
    title = _("Dry run of %(name)s") % {"name": batch.name}
    _start_job(batch, member.actor, "token_batch.dry_run", title)


def start_submission(member: Member, batch: Batch, reason: str, ticket: str) -> None:
    """Start the run that creates the tokens.

    Raises:
        BatchConflictError: No dry run has passed for exactly this file.

    """
    now = timezone.now()
    fields = {"reason": reason, "ticket": ticket, "submitted_at": now, "job": None}
    _prepare(batch, State.SUBMITTING, State.TRIED, is_dry=False, **fields)
    title = _("Create %(count)s tokens from %(name)s") % {"count": batch.tokens, "name": batch.name}
    _start_job(batch, member.actor, "token_batch.submit", title)


def _prepare(
    batch: Batch, state: Batch.State, *states: Batch.State, is_dry: bool, **fields: object
) -> None:
    chunks = Chunk.objects.filter(batch=batch).values_list("position", "tokens")
    with transaction.atomic():
        if not batch.transition(state, *states, **fields):
            raise BatchConflictError
        BatchRequest.objects.filter(batch=batch, is_dry=is_dry).delete()
        BatchRequest.objects.bulk_create(
            BatchRequest(batch=batch, position=position, tokens=tokens, is_dry=is_dry)
            for position, tokens in chunks
        )


def _start_job(batch: Batch, actor: Actor, kind: str, title: str) -> None:
    chunks = Chunk.objects.filter(batch=batch).defer("sealed")
    items = [job_item(batch, position=chunk.position, label=line_range(chunk)) for chunk in chunks]
    start_batch_job(batch, actor, kind, title, items)


def line_range(chunk: Chunk) -> str:
    """Return which lines of the uploaded file a chunk holds."""
    return _("Lines %(first)s to %(last)s") % {"first": chunk.first_line, "last": chunk.last_line}


@job_handler("token_batch.dry_run", permission=Effect.REVEAL)
def run_dry_run_job(work: JobContext, item: Item) -> ItemResult:
    """Have Authlete check a chunk; this creates no tokens, so it can be repeated."""
    waiting = _get_waiting(work, item, State.TRYING, is_dry=True)
    if waiting is None:
        return ItemResult(_("This part is no longer waiting."), changed=False)
    batch, request, chunk = waiting
    api = work.connect(item.region).service(item.service_id).token_batches
    entries = _unseal_entries(chunk)
    try:
        request_id = api.dry_run(entries, label=item.label)
    except AuthleteError as error:
        error.message = mask(error.message)
        if _is_final(error):
            _mark_ended(request, RequestState.REFUSED, error, item)
            polling.update_state(batch)
        raise
    valid_id = request_id if REQUEST_ID.fullmatch(request_id) else ""
    _mark_sent(request, valid_id, item.entry)
    polling.ensure_polling(batch, load_starter(work.job, Effect.REVEAL) or worker_actor(work.job))
    return ItemResult(_("Accepted by Authlete."), changed=False)


@job_handler("token_batch.submit", permission=Effect.REVEAL, repeatable=False)
def run_submit_job(work: JobContext, item: Item) -> ItemResult:
    """Send a chunk once, and store the request ID as soon as it is known."""
    states = (*Batch.SENT, State.UNKNOWN, State.PARTLY, State.FAILED)
    waiting = _get_waiting(work, item, *states, is_dry=False)
    if waiting is None:
        return ItemResult(_("This part was already sent or is no longer needed."), False)
    batch, request, chunk = waiting
    batch.transition(State.SUBMITTING, *states)  # the job may have been resumed or retried
    authlete = work.connect(item.region)
    _count_tokens(authlete, batch)
    entries = _unseal_entries(chunk)
    api = authlete.service(item.service_id).token_batches
    try:
        request_id = api.create(entries, label=item.label)
        if not REQUEST_ID.fullmatch(request_id):
            raise InvalidResponseError(_("Authlete accepted the request but returned no ID."))
    except AuthleteError as error:
        error.message = mask(error.message)
        if work.audit_sink.sent:
            with transaction.atomic():
                _mark_ended(request, RequestState.UNKNOWN, error, item)
                Chunk.objects.filter(pk=chunk.pk).update(sealed="")
            polling.ensure_polling(
                batch, load_starter(work.job, Effect.REVEAL) or worker_actor(work.job)
            )
        elif _is_final(error):
            _mark_ended(request, RequestState.REFUSED, error, item)
            polling.update_state(batch)
        raise
    with transaction.atomic():
        _mark_sent(request, request_id, item.entry)
        Chunk.objects.filter(pk=chunk.pk).update(sealed="")
    polling.ensure_polling(batch, load_starter(work.job, Effect.REVEAL) or worker_actor(work.job))
    return ItemResult(_("Accepted by Authlete."))


def _get_waiting(
    work: JobContext, item: Item, *states: Batch.State, is_dry: bool
) -> tuple[Batch, BatchRequest, Chunk] | None:
    """Return what to send, or None if it no longer needs to be sent."""
    batch = get_batch(work, item, *states)
    if batch is None:
        return None
    part = {"batch": batch, "position": item.payload["position"]}
    request = BatchRequest.objects.filter(**part, is_dry=is_dry).first()
    chunk = Chunk.objects.filter(**part).first()
    if request is None or chunk is None or request.request_id:
        return None
    if request.state not in (RequestState.WAITING, RequestState.REFUSED):
        return None
    return batch, request, chunk


def _is_final(error: AuthleteError) -> bool:
    """Return whether another attempt would be rejected as well."""
    refused = error.outcome is Outcome.REJECTED
    return refused and not is_transient(error) and not isinstance(error, UnauthorizedError)


def _unseal_entries(chunk: Chunk) -> list[dict[str, object]]:
    """Decrypt the token records of a chunk.

    Raises:
        InvalidRequestError: They can't be decrypted or have been deleted.

    """
    try:
        return chunk.entries
    except UnsealError:
        message = _("The uploaded records can't be decrypted or have been deleted.")
        raise InvalidRequestError(message) from None


def _mark_sent(request: BatchRequest, request_id: str, entry: str) -> None:
    now = timezone.now()
    BatchRequest.objects.filter(pk=request.pk).update(
        state=RequestState.RUNNING if request_id else RequestState.SUCCEEDED,
        request_id=request_id,
        entry=entry,
        sent_at=now,
        next_poll_at=now,
        ended_at=None if request_id else now,
        code="",
        text="",
    )


def _mark_ended(
    request: BatchRequest, state: BatchRequest.State, error: AuthleteError, item: Item
) -> None:
    BatchRequest.objects.filter(pk=request.pk).update(
        state=state,
        code=error.code[:20],
        text=error.message[:400],
        entry=error.request_id or item.entry,
        sent_at=timezone.now(),
        ended_at=timezone.now(),
    )


def _count_tokens(authlete: AuthleteClient, batch: Batch) -> None:
    """Store how many tokens the clients have before the run.

    The counts help to resolve a part whose outcome is unknown. If Authlete can't be
    asked, none are stored.
    """
    if batch.counts != "{}":
        return
    total: Counter[int] = Counter()
    for chunk in Chunk.objects.filter(batch=batch).defer("sealed"):
        total.update(chunk.tokens_by_client)
    tokens = authlete.service(batch.service_id).tokens
    counted = {}
    for client, _number in total.most_common(MAX_CLIENTS_COUNTED):
        if client:
            try:
                counted[client] = tokens.count(client, status=polling.ANY_STATUS)
            except AuthleteError:
                break
    counts = json.dumps(counted or {0: 0})
    Batch.objects.filter(pk=batch.pk).update(counts=counts)
    batch.counts = counts
