"""Watching batches created elsewhere, and resolving parts whose outcome is unknown."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from console.batches import polling
from console.batches.forms import ResolvePartForm
from console.batches.storage import BatchConflictError, audit_fields
from console.models import Batch, BatchRequest, Chunk
from console.web.access import Member, Workspace
from tenants.audit.events import BATCH_ADOPT, BATCH_RESOLVE
from tenants.audit.models import AuditEntry
from tenants.audit.reconciliation.resolutions import find_unresolved, on_resolved, resolve
from tenants.audit.recorder import record_action
from tenants.authlete import AuthleteClient
from tenants.authlete.api.batches import CREATE
from tenants.authlete.errors import AuthleteError
from tenants.authlete.outcome import Outcome
from tenants.organizations.reconciliation import register_evidence_source

MAX_CLIENTS = 10  # clients whose tokens are counted

State, RequestState = Batch.State, BatchRequest.State


def adopt_batch(workspace: Workspace, service_id: int, service_name: str, request_id: str) -> Batch:
    """Watch a batch created elsewhere, or return it if it is already being watched.

    Raises:
        NotFoundError: Authlete has no such batch.

    """
    member, region = workspace.member, workspace.region.name
    watched = BatchRequest.objects.filter(
        request_id=request_id,
        batch__organization=member.organization,
        batch__region=region,
        batch__service_id=service_id,
    ).select_related("batch__organization")
    if request := watched.first():
        return request.batch
    workspace.authlete.service(service_id).token_batches.status(request_id)
    batch = Batch(
        organization=member.organization,
        region=region,
        service_id=service_id,
        service_name=service_name,
        state=State.RUNNING,
        starter=member.user,
        actor=member.actor.name,
        submitted_at=timezone.now(),
        is_adopted=True,
    )
    with record_action(member.actor, BATCH_ADOPT, **audit_fields(batch)), transaction.atomic():
        batch.save(force_insert=True)
        BatchRequest.objects.create(
            batch=batch, position=1, state=RequestState.RUNNING, request_id=request_id
        )
    polling.ensure_polling(batch, member.actor)
    return batch


def resolve_request(
    member: Member,
    batch: Batch,
    request: BatchRequest,
    form: ResolvePartForm,
    authlete: AuthleteClient,
) -> None:
    """Store what a member found out about a part whose outcome is unknown.

    Raises:
        BatchConflictError: The part has been resolved meanwhile.
        NotFoundError: Authlete has no batch with the given ID.

    """
    resolution, request_id = (form.cleaned_data[name] for name in ("resolution", "request_id"))
    now = timezone.now()
    result: dict[str, object]
    if resolution == ResolvePartForm.ADOPT:
        authlete.service(batch.service_id).token_batches.status(request_id)
        result = {"state": RequestState.RUNNING, "request_id": request_id, "next_poll_at": now}
        result |= {"misses": 0, "polls": 0, "ended_at": None, "text": "", "code": ""}
    elif resolution == ResolvePartForm.CREATED:
        result = {"state": RequestState.SETTLED, "count": request.tokens, "ended_at": now}
        result["text"] = _("A member confirmed that the tokens were created.")
    else:
        result = {"state": RequestState.FAILED, "count": 0, "ended_at": now}
        result["text"] = _("A member confirmed that no token was created.")
    fields = audit_fields(batch) | form.reason_fields
    with record_action(member.actor, BATCH_RESOLVE, **fields):
        unknown = BatchRequest.objects.filter(pk=request.pk, state=RequestState.UNKNOWN)
        if not unknown.update(**result):
            raise BatchConflictError
    if resolution != ResolvePartForm.ADOPT:
        _resolve_entry(member, request, resolution, result["text"], form)
    polling.update_state(batch)
    if resolution == ResolvePartForm.ADOPT:
        polling.poll_now(batch, member.actor)


def _resolve_entry(
    member: Member, request: BatchRequest, resolution: str, text: object, form: ResolvePartForm
) -> None:
    """Resolve the entry of the call in the audit log as well."""
    unresolved = find_unresolved(member.organization.pk).filter(entry=request.entry).first()
    if unresolved:
        succeeded = resolution == ResolvePartForm.CREATED
        outcome = Outcome.SUCCEEDED if succeeded else Outcome.FAILED
        resolve(member.actor, unresolved, outcome, str(text), **form.reason_fields)


@dataclass(frozen=True, slots=True)
class ClientCount:
    """The tokens of one client: before the run, now, and how many the run would add."""

    client_id: int
    before: int | None
    now: int | None
    confirmed: int  # of parts that succeeded
    unresolved: int  # of the part that is unknown

    @property
    def unexplained(self) -> int | None:
        """The tokens added since the run started that no succeeded part explains."""
        if self.before is None or self.now is None:
            return None
        return self.now - self.before - self.confirmed


def count_tokens(
    batch: Batch, request: BatchRequest, authlete: AuthleteClient
) -> tuple[list[ClientCount], AuthleteError | None]:
    """Count the tokens of the clients in a part whose outcome is unknown."""
    chunks = {chunk.position: chunk for chunk in Chunk.objects.filter(batch=batch).defer("sealed")}
    chunk = chunks.get(request.position)
    finished = BatchRequest.objects.filter(batch=batch, is_dry=False, state__in=BatchRequest.DONE)
    confirmed = [
        chunks[position].tokens_by_client
        for position in finished.values_list("position", flat=True)
    ]
    before = batch.token_counts_before
    tokens = authlete.service(batch.service_id).tokens
    counts: list[ClientCount] = []
    clients = list(chunk.tokens_by_client.items()) if chunk else []
    try:
        for client, number in clients[:MAX_CLIENTS]:
            now = tokens.count(client, status=polling.ANY_STATUS) if client else None
            added = sum(tokens_by_client.get(client, 0) for tokens_by_client in confirmed)
            counts.append(ClientCount(client, before.get(client), now, added, number))
    except AuthleteError as error:
        return counts, error
    return counts, None


@register_evidence_source(CREATE.name)
def get_request_id(entry: AuditEntry) -> Mapping[str, Any]:
    """Return the request ID as evidence, if it is known.

    The console may have been killed before it recorded the reply, or a member has
    entered the ID since.
    """
    request = _entry_requests(entry).exclude(request_id="").first()
    return {"request_id": request.request_id} if request else {}


@on_resolved(CREATE.name)
def update_batches(entry: AuditEntry, _outcome: Outcome) -> None:
    """Update the state of the batches whose request the entry recorded."""
    for request in _entry_requests(entry).select_related("batch"):
        polling.update_state(request.batch)


def _entry_requests(entry: AuditEntry) -> QuerySet[BatchRequest]:
    return BatchRequest.objects.filter(
        entry=entry.entry,
        is_dry=False,
        batch__organization=entry.organization_id,
        batch__region=entry.region,
        batch__service_id=entry.service,
    )
