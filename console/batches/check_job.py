"""The job that validates a batch file against its service."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import batched

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from console.batches.storage import read_pieces
from console.batches.validation.file_check import FileCheck, TokenEntry
from console.batches.validation.rules import ServiceRules
from console.models import Batch, Chunk, UploadPart
from tenants.authlete import AuthleteClient
from tenants.authlete.listing import list_all_clients
from tenants.authlete.operation import Effect
from tenants.crypto.vault import UnsealError
from tenants.jobs.context import JobContext
from tenants.jobs.models import Item
from tenants.jobs.registry import ItemResult, job_handler

CHUNKS_PER_INSERT = 20

State = Batch.State


def get_batch(work: JobContext, item: Item, *states: Batch.State) -> Batch | None:
    """Return the batch of an item.

    Returns None if it's in another state by now, or belongs to another job.
    """
    batches = Batch.objects.filter(
        pk=item.payload["batch"], organization=work.job.organization, state__in=states
    )
    batches.filter(job=None).update(job=work.job.pk)
    return batches.filter(job=work.job.pk).select_related("organization").first()


@job_handler("token_batch.check", permission=Effect.REVEAL)
def run_check_job(work: JobContext, item: Item) -> ItemResult:
    """Validate a file, and store either its tokens in chunks or its issues."""
    batch = get_batch(work, item, State.CHECKING)
    if batch is None:
        return ItemResult(_("This check is no longer needed."), changed=False)
    rules = load_rules(work.connect(item.region), item.service_id)
    check = FileCheck(rules, settings.BATCH_MAX_TOKENS)
    Chunk.objects.filter(batch=batch).delete()
    try:
        _save_chunks(batch, check, work)
    except UnsealError:
        error = _("The uploaded file can't be decrypted. Upload it again.")
        _finish(batch, State.FAULTY, error=error)
        return ItemResult(error)
    _finish(
        batch,
        State.FAULTY if check.issue_count else State.CHECKED,
        format=check.format,
        tokens=check.tokens,
        clients_known=rules.clients is not None,
        fault_count=check.issue_count,
        faults_json=json.dumps([issue.as_list for issue in check.issues]),
    )
    return ItemResult(_("Checked."))


def load_rules(authlete: AuthleteClient, service_id: int) -> ServiceRules:
    """Fetch what a service supports, and its clients."""
    service = authlete.service(service_id).get()
    clients = list_all_clients([(authlete, service_id)])[0]
    return ServiceRules(
        frozenset(service.get_texts("supportedGrantTypes")),
        frozenset(str(scope.get("name")) for scope in service.get_objects("supportedScopes")),
        frozenset(clients.items_by_id) if clients.is_complete else None,
        frozenset(client.client_id for client in clients.items if client.get("locked")),
    )


def _save_chunks(batch: Batch, check: FileCheck, work: JobContext) -> None:
    blocks = _with_heartbeat(read_pieces(batch), work)
    groups = enumerate(batched(check.entries(blocks), settings.BATCH_CHUNK), 1)
    chunks = (_build_chunk(batch, position, entries) for position, entries in groups)
    for inserted in batched(chunks, CHUNKS_PER_INSERT):
        Chunk.objects.bulk_create(inserted)


def _with_heartbeat(parts: Iterator[bytes], work: JobContext) -> Iterator[bytes]:
    for part in parts:
        work.audit_sink.renew_lease()
        yield part


def _build_chunk(
    batch: Batch, position: int, located_entries: Sequence[tuple[int, TokenEntry]]
) -> Chunk:
    entries = [
        {name: value for name, value in entry.items() if value is not None}
        for _line, entry in located_entries
    ]
    clients = Counter(entry.get("clientId", 0) for entry in entries)
    return Chunk(
        batch=batch,
        position=position,
        first_line=located_entries[0][0],
        last_line=located_entries[-1][0],
        tokens=len(located_entries),
        clients=json.dumps(clients),
    ).seal_entries(entries)


def _finish(batch: Batch, state: Batch.State, **fields: object) -> None:
    """Set the result, and delete what is no longer needed."""
    with transaction.atomic():
        if batch.transition(state, State.CHECKING, **fields):
            UploadPart.objects.filter(batch=batch).delete()
            if state == State.FAULTY:
                Chunk.objects.filter(batch=batch).delete()
        else:
            Chunk.objects.filter(batch=batch).delete()
