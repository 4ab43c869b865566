"""The jobs that send what was checked: first dry, then, asked for anew, in earnest.

A chunk is sent once. Where no clear answer came, nobody sends it again: it is unknown
until somebody settles it (`docs/explanation/decisions/batches.md`).
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
from console.batches.masking import mask
from console.batches.storage import BatchConflictError, job_item, start_batch_job
from console.models import Batch, Chunk, Sending
from console.web.access import Member
from tenants.audit.actor import Actor
from tenants.authlete import AuthleteClient
from tenants.authlete.errors import (
    AuthleteError,
    InvalidRequestError,
    InvalidResponseError,
    Outcome,
    UnauthorizedError,
)
from tenants.authlete.operation import Effect
from tenants.crypto.vault import UnsealError
from tenants.jobs.completion import load_starter, worker_actor
from tenants.jobs.context import JobContext
from tenants.jobs.failure_policy import is_transient
from tenants.jobs.models import Item
from tenants.jobs.registry import ItemResult, job_handler

REQUEST_ID = re.compile(REQUEST_ID_PATTERN)  # of a request, as it may stand in a path
MAX_CLIENTS_COUNTED = 10  # clients whose tokens are counted before a run

State, Fate = Batch.State, Sending.Fate


def start_dry_run(member: Member, batch: Batch) -> None:
    """Have every chunk tried; raises `Moved`."""
    states = (State.CHECKED, State.TRIED, State.UNFIT)
    _prepare(batch, State.TRYING, *states, is_dry=True, tried_at=None, job=None)
    title = _("Dry run of %(name)s") % {"name": batch.name}
    _start_job(batch, member.actor, "token_batch.dry_run", title)


def start_submission(member: Member, batch: Batch, reason: str, ticket: str) -> None:
    """Have the tokens made; raises `Moved` where the dry run has not passed for
    exactly this file."""
    now = timezone.now()
    why = {"reason": reason, "ticket": ticket, "submitted_at": now, "job": None}
    _prepare(batch, State.SUBMITTING, State.TRIED, is_dry=False, **why)
    title = _("Create %(count)s tokens from %(name)s") % {
        "count": batch.tokens,
        "name": batch.name,
    }
    _start_job(batch, member.actor, "token_batch.submit", title)


def _prepare(
    batch: Batch,
    state: Batch.State,
    *states: Batch.State,
    is_dry: bool,
    **fields: object,
) -> None:
    chunks = Chunk.objects.filter(batch=batch).values_list("position", "tokens")
    with transaction.atomic():
        if not batch.transition(state, *states, **fields):
            raise BatchConflictError
        Sending.objects.filter(batch=batch, is_dry=is_dry).delete()
        Sending.objects.bulk_create(
            Sending(batch=batch, position=position, tokens=tokens, is_dry=is_dry)
            for position, tokens in chunks
        )


def _start_job(batch: Batch, who: Actor, kind: str, title: str) -> None:
    chunks = Chunk.objects.filter(batch=batch).defer("sealed")
    items = [job_item(batch, position=one.position, label=line_range(one)) for one in chunks]
    start_batch_job(batch, who, kind, title, items)


def line_range(chunk: Chunk) -> str:
    said = _("Lines %(first)s to %(last)s")
    return said % {"first": chunk.first_line, "last": chunk.last_line}


@job_handler("token_batch.dry_run", permission=Effect.REVEAL)
def run_dry_run_job(work: JobContext, item: Item) -> ItemResult:
    """Have Authlete check a chunk; no token is made, so it may be done again."""
    found = _get_waiting(work, item, State.TRYING, is_dry=True)
    if found is None:
        return ItemResult(_("It is not waiting for this any more."), changed=False)
    batch, sending, chunk = found
    api = work.connect(item.region).service(item.service_id).token_batches
    entries = _unseal_entries(chunk)
    try:
        request_id = api.dry_run(entries, label=item.label)
    except AuthleteError as error:
        error.message = mask(error.message)
        if _is_final(error):
            _mark_ended(sending, Fate.REFUSED, error, item)
            polling.update_state(batch)
        raise
    known = request_id if REQUEST_ID.fullmatch(request_id) else ""
    _mark_sent(sending, known, item.entry)
    polling.ensure_polling(batch, load_starter(work.job, Effect.REVEAL) or worker_actor(work.job))
    return ItemResult(_("Accepted."), changed=False)


@job_handler("token_batch.submit", permission=Effect.REVEAL, repeatable=False)
def run_submit_job(work: JobContext, item: Item) -> ItemResult:
    """Send a chunk, once, and keep the id of the request the moment it is known."""
    states = (*Batch.SENT, State.UNKNOWN, State.PARTLY, State.FAILED)
    found = _get_waiting(work, item, *states, is_dry=False)
    if found is None:
        return ItemResult(_("It was sent before, or is not wanted any more."), False)
    batch, sending, chunk = found
    batch.transition(State.SUBMITTING, *states)  # it may have been resumed or tried again
    authlete = work.connect(item.region)
    _count_tokens(authlete, batch)
    entries = _unseal_entries(chunk)
    api = authlete.service(item.service_id).token_batches
    try:
        request_id = api.create(entries, label=item.label)
        if not REQUEST_ID.fullmatch(request_id):
            raise InvalidResponseError(_("Authlete took it and told no id."))
    except AuthleteError as error:
        error.message = mask(error.message)
        if work.audit_sink.sent:
            with transaction.atomic():
                _mark_ended(sending, Fate.UNKNOWN, error, item)
                Chunk.objects.filter(pk=chunk.pk).update(sealed="")
            polling.ensure_polling(
                batch, load_starter(work.job, Effect.REVEAL) or worker_actor(work.job)
            )
        elif _is_final(error):
            _mark_ended(sending, Fate.REFUSED, error, item)
            polling.update_state(batch)
        raise
    with transaction.atomic():
        _mark_sent(sending, request_id, item.entry)
        Chunk.objects.filter(pk=chunk.pk).update(sealed="")
        work.mark_outcome_known(item)
    polling.ensure_polling(batch, load_starter(work.job, Effect.REVEAL) or worker_actor(work.job))
    return ItemResult(_("Accepted."))


def _get_waiting(
    work: JobContext, item: Item, *states: Batch.State, is_dry: bool
) -> tuple[Batch, Sending, Chunk] | None:
    """What is to be sent, where that is still so."""
    batch = get_batch(work, item, *states)
    if batch is None:
        return None
    mine = {"batch": batch, "position": item.payload["position"]}
    sending = Sending.objects.filter(**mine, is_dry=is_dry).first()
    chunk = Chunk.objects.filter(**mine).first()
    if sending is None or chunk is None or sending.request_id:
        return None
    if sending.fate not in (Fate.WAITING, Fate.REFUSED):
        return None
    return batch, sending, chunk


def _is_final(error: AuthleteError) -> bool:
    """Whether Authlete will say the same of these tokens the next time."""
    refused = error.outcome is Outcome.REJECTED
    return refused and not is_transient(error) and not isinstance(error, UnauthorizedError)


def _unseal_entries(chunk: Chunk) -> list[dict[str, object]]:
    """Raises `Unsendable` where they are not kept any more."""
    try:
        return chunk.entries
    except UnsealError:
        said = _("What was uploaded does not open, or is kept no longer.")
        raise InvalidRequestError(said) from None


def _mark_sent(sending: Sending, request_id: str, entry: str) -> None:
    now = timezone.now()
    Sending.objects.filter(pk=sending.pk).update(
        fate=Fate.RUNNING if request_id else Fate.SUCCEEDED,
        request_id=request_id,
        entry=entry,
        sent_at=now,
        again_at=now,
        ended_at=None if request_id else now,
        code="",
        text="",
    )


def _mark_ended(sending: Sending, fate: Sending.Fate, error: AuthleteError, item: Item) -> None:
    Sending.objects.filter(pk=sending.pk).update(
        fate=fate,
        code=error.code[:20],
        text=error.message[:400],
        entry=error.request_id or item.entry,
        sent_at=timezone.now(),
        ended_at=timezone.now(),
    )


def _count_tokens(authlete: AuthleteClient, batch: Batch) -> None:
    """Keep how many tokens the clients have before the run, by which a lost reply may
    be settled; where that cannot be told, nothing is kept."""
    if batch.counts != "{}":
        return
    total: Counter[int] = Counter()
    for chunk in Chunk.objects.filter(batch=batch).defer("sealed"):
        total.update(chunk.tokens_by_client)
    tokens = authlete.service(batch.service_id).tokens
    found = {}
    for client, _number in total.most_common(MAX_CLIENTS_COUNTED):
        if client:
            try:
                found[client] = tokens.count(client, status=polling.ANY_STATUS)
            except AuthleteError:
                break
    counts = json.dumps(found or {0: 0})
    Batch.objects.filter(pk=batch.pk).update(counts=counts)
    batch.counts = counts
