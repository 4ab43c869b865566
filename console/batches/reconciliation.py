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
from console.models import Batch, Chunk, Sending
from console.web.access import Member, Workspace
from tenants.audit.events import BATCH_ADOPT, BATCH_RESOLVE
from tenants.audit.models import AuditEntry
from tenants.audit.reconciliation.resolutions import find_unresolved, on_resolved, resolve
from tenants.audit.recorder import record_action
from tenants.authlete import AuthleteClient
from tenants.authlete.api.batches import CREATE
from tenants.authlete.errors import AuthleteError, Outcome
from tenants.organizations.reconciliation import register_evidence_source

MAX_CLIENTS = 10  # clients whose tokens are counted

State, Fate = Batch.State, Sending.Fate


def adopt_batch(workspace: Workspace, service_id: int, service_name: str, request_id: str) -> Batch:
    """Watch a batch created elsewhere, or return it if it is already being watched.

    Raises:
        NotFoundError: Authlete has no such batch.

    """
    member, region = workspace.member, workspace.region.name
    watched = Sending.objects.filter(
        request_id=request_id,
        batch__organization=member.organization,
        batch__region=region,
        batch__service_id=service_id,
    ).select_related("batch__organization")
    if sending := watched.first():
        return sending.batch
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
        Sending.objects.create(batch=batch, position=1, fate=Fate.RUNNING, request_id=request_id)
    polling.ensure_polling(batch, member.actor)
    return batch


def resolve_sending(
    member: Member, batch: Batch, sending: Sending, form: ResolvePartForm, authlete: AuthleteClient
) -> None:
    """Store what a member found out about a part whose outcome is unknown.

    Raises:
        BatchConflictError: The part has been resolved meanwhile.
        NotFoundError: Authlete has no batch with the given ID.

    """
    verdict, request_id = (form.cleaned_data[name] for name in ("verdict", "request_id"))
    now = timezone.now()
    result: dict[str, object]
    if verdict == ResolvePartForm.ADOPT:
        authlete.service(batch.service_id).token_batches.status(request_id)
        result = {"fate": Fate.RUNNING, "request_id": request_id, "again_at": now}
        result |= {"misses": 0, "looks": 0, "ended_at": None, "text": "", "code": ""}
    elif verdict == ResolvePartForm.CREATED:
        result = {"fate": Fate.SETTLED, "count": sending.tokens, "ended_at": now}
        result["text"] = _("A member confirmed that the tokens were created.")
    else:
        result = {"fate": Fate.FAILED, "count": 0, "ended_at": now}
        result["text"] = _("A member confirmed that no token was created.")
    fields = audit_fields(batch)
    fields["reason"] = form.cleaned_data["reason"]
    fields["ticket"] = form.cleaned_data["ticket"]
    with record_action(member.actor, BATCH_RESOLVE, **fields):
        unknown = Sending.objects.filter(pk=sending.pk, fate=Fate.UNKNOWN)
        if not unknown.update(**result):
            raise BatchConflictError
    if verdict != ResolvePartForm.ADOPT:
        _resolve_entry(member, sending, verdict, result["text"], form)
    polling.update_state(batch)
    if verdict == ResolvePartForm.ADOPT:
        polling.poll_now(batch, member.actor)


def _resolve_entry(
    member: Member, sending: Sending, verdict: str, text: object, form: ResolvePartForm
) -> None:
    """Resolve the entry of the call in the audit log as well."""
    unresolved = find_unresolved(member.organization.pk).filter(entry=sending.entry).first()
    if unresolved:
        succeeded = verdict == ResolvePartForm.CREATED
        fields = {name: form.cleaned_data[name] for name in ("reason", "ticket")}
        outcome = Outcome.SUCCEEDED if succeeded else Outcome.FAILED
        resolve(member.actor, unresolved, outcome, str(text), **fields)


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
    batch: Batch, sending: Sending, authlete: AuthleteClient
) -> tuple[list[ClientCount], AuthleteError | None]:
    """Count the tokens of the clients in a part whose outcome is unknown."""
    chunks = {chunk.position: chunk for chunk in Chunk.objects.filter(batch=batch).defer("sealed")}
    chunk = chunks.get(sending.position)
    done = Sending.objects.filter(batch=batch, is_dry=False, fate__in=Sending.DONE)
    confirmed = [
        chunks[position].tokens_by_client for position in done.values_list("position", flat=True)
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
    sending = _entry_sendings(entry).exclude(request_id="").first()
    return {"request_id": sending.request_id} if sending else {}


@on_resolved(CREATE.name)
def update_batches(entry: AuditEntry, _outcome: Outcome) -> None:
    """Update the state of the batches whose request the entry recorded."""
    for sending in _entry_sendings(entry).select_related("batch"):
        polling.update_state(sending.batch)


def _entry_sendings(entry: AuditEntry) -> QuerySet[Sending]:
    return Sending.objects.filter(
        entry=entry.entry,
        is_dry=False,
        batch__organization=entry.organization_id,
        batch__region=entry.region,
        batch__service_id=entry.service,
    )
