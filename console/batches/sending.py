"""The jobs that send what was checked: first dry, then, asked for anew, in earnest.

A chunk is sent once. Where no clear answer came, nobody sends it again: it is unknown
until somebody settles it (`docs/decisions/batches.md`).
"""

import json
import re
from collections import Counter

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from console.access import Member
from console.batches import watching
from console.batches.checks import batch_of
from console.batches.forms import REQUEST
from console.batches.keeping import Moved, at, put_to_work
from console.batches.words import masked
from console.models import Batch, Chunk, Sending
from tenants.audit.who import Who
from tenants.authlete import Authlete
from tenants.authlete.errors import (
    AuthleteError,
    Outcome,
    Unauthorized,
    Unreadable,
    Unsendable,
)
from tenants.authlete.operation import Effect
from tenants.jobs.endings import allowed, worker
from tenants.jobs.judging import passing
from tenants.jobs.kinds import Result, handler
from tenants.jobs.models import Item
from tenants.jobs.work import Work
from tenants.vault import Sealed

ID = re.compile(REQUEST)  # of a request, as it may stand in a path
COUNTED = 10  # clients whose tokens are counted before a run

State, Fate = Batch.State, Sending.Fate


def dry_run(member: Member, batch: Batch) -> None:
    """Have every chunk tried; raises `Moved`."""
    states = (State.CHECKED, State.TRIED, State.UNFIT)
    _prepare(batch, State.TRYING, *states, is_dry=True, tried_at=None, job=None)
    title = _("Dry run of %(name)s") % {"name": batch.name}
    _start(batch, member.who, "token_batch.dry_run", title)


def submit(member: Member, batch: Batch, reason: str, ticket: str) -> None:
    """Have the tokens made; raises `Moved` where the dry run has not passed for
    exactly this file."""
    now = timezone.now()
    why = {"reason": reason, "ticket": ticket, "submitted_at": now, "job": None}
    _prepare(batch, State.SUBMITTING, State.TRIED, is_dry=False, **why)
    title = _("Create %(count)s tokens from %(name)s") % {
        "count": batch.tokens,
        "name": batch.name,
    }
    _start(batch, member.who, "token_batch.submit", title)


def _prepare(
    batch: Batch, to: Batch.State, *states: Batch.State, is_dry: bool, **more: object
) -> None:
    chunks = Chunk.objects.filter(batch=batch).values_list("position", "tokens")
    with transaction.atomic():
        if not batch.turn(to, *states, **more):
            raise Moved
        Sending.objects.filter(batch=batch, is_dry=is_dry).delete()
        Sending.objects.bulk_create(
            Sending(batch=batch, position=position, tokens=tokens, is_dry=is_dry)
            for position, tokens in chunks
        )


def _start(batch: Batch, who: Who, kind: str, title: str) -> None:
    chunks = Chunk.objects.filter(batch=batch).defer("sealed")
    items = [at(batch, position=one.position, label=lines_of(one)) for one in chunks]
    put_to_work(batch, who, kind, title, items)


def lines_of(chunk: Chunk) -> str:
    said = _("Lines %(first)s to %(last)s")
    return said % {"first": chunk.first_line, "last": chunk.last_line}


@handler("token_batch.dry_run", effect=Effect.REVEAL)
def dry_run_one(work: Work, item: Item) -> Result:
    """Have Authlete check a chunk; no token is made, so it may be done again."""
    found = _waiting(work, item, State.TRYING, is_dry=True)
    if found is None:
        return Result(_("It is not waiting for this any more."), changed=False)
    batch, sending, chunk = found
    api = work.connect(item.region).service(item.service_id).token_batches
    entries = _entries(chunk)
    try:
        request_id = api.dry_run(entries, label=item.label)
    except AuthleteError as error:
        error.message = masked(error.message)
        if _is_final(error):
            _ended(sending, Fate.REFUSED, error, item)
            watching.settle(batch)
        raise
    known = request_id if ID.fullmatch(request_id) else ""
    _sent(sending, known, item.entry)
    watching.ensure(batch, allowed(work.job, Effect.REVEAL) or worker(work.job))
    return Result(_("Accepted."), changed=False)


@handler("token_batch.submit", effect=Effect.REVEAL, repeatable=False)
def submit_one(work: Work, item: Item) -> Result:
    """Send a chunk, once, and keep the id of the request the moment it is known."""
    states = (*Batch.SENT, State.UNKNOWN, State.PARTLY, State.FAILED)
    found = _waiting(work, item, *states, is_dry=False)
    if found is None:
        return Result(_("It was sent before, or is not wanted any more."), False)
    batch, sending, chunk = found
    batch.turn(State.SUBMITTING, *states)  # it may have been resumed or tried again
    authlete = work.connect(item.region)
    _count(authlete, batch)
    entries = _entries(chunk)
    api = authlete.service(item.service_id).token_batches
    try:
        request_id = api.create(entries, label=item.label)
        if not ID.fullmatch(request_id):
            raise Unreadable(_("Authlete took it and told no id."))
    except AuthleteError as error:
        error.message = masked(error.message)
        if work.watch.sent:
            with transaction.atomic():
                _ended(sending, Fate.UNKNOWN, error, item)
                Chunk.objects.filter(pk=chunk.pk).update(sealed="")
            watching.ensure(batch, allowed(work.job, Effect.REVEAL) or worker(work.job))
        elif _is_final(error):
            _ended(sending, Fate.REFUSED, error, item)
            watching.settle(batch)
        raise
    with transaction.atomic():
        _sent(sending, request_id, item.entry)
        Chunk.objects.filter(pk=chunk.pk).update(sealed="")
        work.known(item)
    watching.ensure(batch, allowed(work.job, Effect.REVEAL) or worker(work.job))
    return Result(_("Accepted."))


def _waiting(
    work: Work, item: Item, *states: Batch.State, is_dry: bool
) -> tuple[Batch, Sending, Chunk] | None:
    """What is to be sent, where that is still so."""
    batch = batch_of(work, item, *states)
    if batch is None:
        return None
    mine = {"batch": batch, "position": item.what["position"]}
    sending = Sending.objects.filter(**mine, is_dry=is_dry).first()
    chunk = Chunk.objects.filter(**mine).first()
    if sending is None or chunk is None or sending.request_id:
        return None
    if sending.fate not in (Fate.WAITING, Fate.REFUSED):
        return None
    return batch, sending, chunk


def _is_final(error: AuthleteError) -> bool:
    """Whether Authlete will say the same of these tokens the next time."""
    refused = error.outcome is Outcome.REFUSED
    return refused and not passing(error) and not isinstance(error, Unauthorized)


def _entries(chunk: Chunk) -> list[dict[str, object]]:
    """Raises `Unsendable` where they are not kept any more."""
    try:
        return chunk.entries
    except Sealed:
        said = _("What was uploaded does not open, or is kept no longer.")
        raise Unsendable(said) from None


def _sent(sending: Sending, request_id: str, entry: str) -> None:
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


def _ended(
    sending: Sending, fate: Sending.Fate, error: AuthleteError, item: Item
) -> None:
    Sending.objects.filter(pk=sending.pk).update(
        fate=fate,
        code=error.code[:20],
        text=error.message[:400],
        entry=error.request_id or item.entry,
        sent_at=timezone.now(),
        ended_at=timezone.now(),
    )


def _count(authlete: Authlete, batch: Batch) -> None:
    """Keep how many tokens the clients have before the run, by which a lost reply may
    be settled; where that cannot be told, nothing is kept."""
    if batch.counts != "{}":
        return
    total: Counter[int] = Counter()
    for chunk in Chunk.objects.filter(batch=batch).defer("sealed"):
        total.update(chunk.of_clients)
    tokens = authlete.service(batch.service_id).tokens
    found = {}
    for client, _number in total.most_common(COUNTED):
        if client:
            try:
                found[client] = tokens.count(client, status=watching.ANY)
            except AuthleteError:
                break
    counts = json.dumps(found or {0: 0})
    Batch.objects.filter(pk=batch.pk).update(counts=counts)
    batch.counts = counts
