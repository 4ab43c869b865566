"""The job that checks a file against what the service is like."""

import json
from collections import Counter
from collections.abc import Iterator

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from console.batches.storage import read_pieces
from console.batches.validation.file_check import FileCheck, TokenEntry
from console.batches.validation.rules import ServiceRules
from console.models import Batch, Chunk, Piece
from tenants.authlete import AuthleteClient
from tenants.authlete.listing import list_all_clients
from tenants.authlete.operation import Effect
from tenants.crypto.vault import UnsealError
from tenants.jobs.context import JobContext
from tenants.jobs.models import Item
from tenants.jobs.registry import ItemResult, job_handler

CHUNKS_PER_INSERT = 20  # chunks that are written together

State = Batch.State


def get_batch(work: JobContext, item: Item, *states: Batch.State) -> Batch | None:
    """The batch that an item is about; None where it is not in these states any more,
    or another job goes on with it."""
    found = Batch.objects.filter(
        pk=item.payload["batch"], organization=work.job.organization, state__in=states
    )
    found.filter(job=None).update(job=work.job.pk)
    return found.filter(job=work.job.pk).select_related("organization").first()


@job_handler("token_batch.check", permission=Effect.REVEAL)
def run_check_job(work: JobContext, item: Item) -> ItemResult:
    """Check a file, and leave either its tokens in chunks or its faults."""
    batch = get_batch(work, item, State.CHECKING)
    if batch is None:
        return ItemResult(_("It is not waiting for this any more."), changed=False)
    known = load_rules(work.connect(item.region), item.service_id)
    checked = FileCheck(known, settings.BATCH_MAX_TOKENS)
    Chunk.objects.filter(batch=batch).delete()
    try:
        _save_chunks(batch, checked, work)
    except UnsealError:
        trouble = _("What was uploaded does not open under any key. Upload it anew.")
        _finish(batch, State.FAULTY, trouble=trouble)
        return ItemResult(trouble)
    _finish(
        batch,
        State.FAULTY if checked.issue_count else State.CHECKED,
        format=checked.format,
        tokens=checked.tokens,
        clients_known=known.clients is not None,
        fault_count=checked.issue_count,
        listed=json.dumps([fault.as_list for fault in checked.issues]),
    )
    return ItemResult(_("Checked."))


def load_rules(authlete: AuthleteClient, service_id: int) -> ServiceRules:
    """What a service supports, by what it says now."""
    service = authlete.service(service_id).get()
    listed = list_all_clients([(authlete, service_id)])[0]
    return ServiceRules(
        frozenset(service.get_texts("supportedGrantTypes")),
        frozenset(str(one.get("name")) for one in service.get_objects("supportedScopes")),
        frozenset(listed.items_by_id) if listed.is_complete else None,
        frozenset(one.client_id for one in listed.items if one.get("locked")),
    )


def _save_chunks(batch: Batch, check: FileCheck, work: JobContext) -> None:
    made: list[Chunk] = []
    for position, some in enumerate(_group_entries(check, batch, work), 1):
        made.append(_build_chunk(batch, position, some))
        if len(made) == CHUNKS_PER_INSERT:
            Chunk.objects.bulk_create(made)
            made = []
    Chunk.objects.bulk_create(made)


def _group_entries(
    check: FileCheck, batch: Batch, work: JobContext
) -> Iterator[list[tuple[int, TokenEntry]]]:
    """As many as are sent at once."""
    some: list[tuple[int, TokenEntry]] = []
    for one in check.entries(_with_heartbeat(read_pieces(batch), work)):
        some.append(one)
        if len(some) == settings.BATCH_CHUNK:
            yield some
            some = []
    if some:
        yield some


def _with_heartbeat(parts: Iterator[bytes], work: JobContext) -> Iterator[bytes]:
    for part in parts:
        work.audit_sink.renew_lease()
        yield part


def _build_chunk(
    batch: Batch, position: int, located_entries: list[tuple[int, TokenEntry]]
) -> Chunk:
    entries = [
        {name: value for name, value in entry.items() if value is not None}
        for _line, entry in located_entries
    ]
    clients = Counter(one.get("clientId", 0) for one in entries)
    return Chunk(
        batch=batch,
        position=position,
        first_line=located_entries[0][0],
        last_line=located_entries[-1][0],
        tokens=len(located_entries),
        clients=json.dumps(clients),
    ).seal_entries(entries)


def _finish(batch: Batch, state: Batch.State, **fields: object) -> None:
    """A file that has faults is not needed any more: another one takes its place."""
    with transaction.atomic():
        if batch.transition(state, State.CHECKING, **fields):
            Piece.objects.filter(batch=batch).delete()
            if state == State.FAULTY:
                Chunk.objects.filter(batch=batch).delete()
        else:
            Chunk.objects.filter(batch=batch).delete()
