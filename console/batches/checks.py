"""The job that checks a file against what the service is like."""

import json
from collections import Counter
from collections.abc import Iterator

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from console.batches.checking import Check, Entry
from console.batches.keeping import pieces
from console.batches.rules import Known
from console.models import Batch, Chunk, Piece
from tenants.authlete import Authlete
from tenants.authlete.listing import all_clients
from tenants.authlete.operation import Effect
from tenants.jobs.kinds import Result, handler
from tenants.jobs.models import Item
from tenants.jobs.work import Work
from tenants.vault import Sealed

AT_ONCE = 20  # chunks that are written together

State = Batch.State


def batch_of(work: Work, item: Item, *states: Batch.State) -> Batch | None:
    """The batch that an item is about; None where it is not in these states any more,
    or another job goes on with it."""
    found = Batch.objects.filter(
        pk=item.what["batch"], organization=work.job.organization, state__in=states
    )
    found.filter(job=None).update(job=work.job.pk)
    return found.filter(job=work.job.pk).select_related("organization").first()


@handler("token_batch.check", effect=Effect.REVEAL)
def check(work: Work, item: Item) -> Result:
    """Check a file, and leave either its tokens in chunks or its faults."""
    batch = batch_of(work, item, State.CHECKING)
    if batch is None:
        return Result(_("It is not waiting for this any more."), changed=False)
    known = known_of(work.connect(item.region), item.service_id)
    checked = Check(known, settings.BATCH_MAX_TOKENS)
    Chunk.objects.filter(batch=batch).delete()
    try:
        _keep(batch, checked, work)
    except Sealed:
        trouble = _("What was uploaded does not open under any key. Upload it anew.")
        _end(batch, State.FAULTY, trouble=trouble)
        return Result(trouble)
    _end(
        batch,
        State.FAULTY if checked.counted else State.CHECKED,
        format=checked.format,
        tokens=checked.tokens,
        clients_known=known.clients is not None,
        fault_count=checked.counted,
        listed=json.dumps([fault.row for fault in checked.faults]),
    )
    return Result(_("Checked."))


def known_of(authlete: Authlete, service_id: int) -> Known:
    """What a service supports, by what it says now."""
    service = authlete.service(service_id).get()
    listed = all_clients([(authlete, service_id)])[0]
    return Known(
        frozenset(service.texts("supportedGrantTypes")),
        frozenset(str(one.get("name")) for one in service.objects("supportedScopes")),
        frozenset(listed.found) if listed.whole else None,
        frozenset(one.client_id for one in listed.all if one.get("locked")),
    )


def _keep(batch: Batch, checked: Check, work: Work) -> None:
    made: list[Chunk] = []
    for position, some in enumerate(_together(checked, batch, work), 1):
        made.append(_chunk(batch, position, some))
        if len(made) == AT_ONCE:
            Chunk.objects.bulk_create(made)
            made = []
    Chunk.objects.bulk_create(made)


def _together(
    checked: Check, batch: Batch, work: Work
) -> Iterator[list[tuple[int, Entry]]]:
    """As many as are sent at once."""
    some: list[tuple[int, Entry]] = []
    for one in checked.entries(_alive(pieces(batch), work)):
        some.append(one)
        if len(some) == settings.BATCH_CHUNK:
            yield some
            some = []
    if some:
        yield some


def _alive(parts: Iterator[bytes], work: Work) -> Iterator[bytes]:
    for part in parts:
        work.watch.beat()
        yield part


def _chunk(batch: Batch, position: int, some: list[tuple[int, Entry]]) -> Chunk:
    entries = [
        {name: value for name, value in entry.items() if value is not None}
        for _line, entry in some
    ]
    clients = Counter(one.get("clientId", 0) for one in entries)
    return Chunk(
        batch=batch,
        position=position,
        first_line=some[0][0],
        last_line=some[-1][0],
        tokens=len(some),
        clients=json.dumps(clients),
    ).keep(entries)


def _end(batch: Batch, state: Batch.State, **more: object) -> None:
    """A file that has faults is not needed any more: another one takes its place."""
    with transaction.atomic():
        if batch.turn(state, State.CHECKING, **more):
            Piece.objects.filter(batch=batch).delete()
            if state == State.FAULTY:
                Chunk.objects.filter(batch=batch).delete()
        else:
            Chunk.objects.filter(batch=batch).delete()
