"""Batches that are known by their ids alone, and replies that were lost."""

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
from tenants.audit.reconciliation.resolutions import find_unresolved, on_resolved
from tenants.audit.reconciliation.resolutions import resolve as write
from tenants.audit.recorder import record_action
from tenants.authlete import AuthleteClient
from tenants.authlete.api.batches import CREATE
from tenants.authlete.errors import AuthleteError, Outcome
from tenants.organizations.reconciliation import register_evidence_source

MAX_CLIENTS = 10  # clients whose tokens are counted

State, Fate = Batch.State, Sending.Fate


def adopt_batch(workspace: Workspace, service_id: int, service_name: str, request_id: str) -> Batch:
    """Watch a batch that was made elsewhere; one that is watched already is that one.

    Raises `NotFound` where Authlete knows no such batch.
    """
    member, region = workspace.member, workspace.region.name
    known = Sending.objects.filter(
        request_id=request_id,
        batch__organization=member.organization,
        batch__region=region,
        batch__service_id=service_id,
    ).select_related("batch__organization")
    if found := known.first():
        return found.batch
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
    with (
        record_action(member.actor, BATCH_ADOPT, **audit_fields(batch)),
        transaction.atomic(),
    ):
        batch.save(force_insert=True)
        Sending.objects.create(batch=batch, position=1, fate=Fate.RUNNING, request_id=request_id)
    polling.ensure_polling(batch, member.actor)
    return batch


def resolve_sending(
    member: Member,
    batch: Batch,
    sending: Sending,
    form: ResolvePartForm,
    authlete: AuthleteClient,
) -> None:
    """Keep what somebody found out about a lost reply.

    Raises `Moved`, or `NotFound` where Authlete knows no batch of the id.
    """
    verdict, request_id = (form.cleaned_data[n] for n in ("verdict", "request_id"))
    now = timezone.now()
    told: dict[str, object]
    if verdict == ResolvePartForm.ADOPT:
        authlete.service(batch.service_id).token_batches.status(request_id)
        told = {"fate": Fate.RUNNING, "request_id": request_id, "again_at": now}
        told |= {"misses": 0, "looks": 0, "ended_at": None, "text": "", "code": ""}
    elif verdict == ResolvePartForm.CREATED:
        told = {"fate": Fate.SETTLED, "count": sending.tokens, "ended_at": now}
        told["text"] = _("Somebody found that they were made.")
    else:
        told = {"fate": Fate.FAILED, "count": 0, "ended_at": now}
        told["text"] = _("Somebody found that none was made.")
    said = audit_fields(batch)
    said["reason"] = form.cleaned_data["reason"]
    said["ticket"] = form.cleaned_data["ticket"]
    with record_action(member.actor, BATCH_RESOLVE, **said):
        mine = Sending.objects.filter(pk=sending.pk, fate=Fate.UNKNOWN)
        if not mine.update(**told):
            raise BatchConflictError
    if verdict != ResolvePartForm.ADOPT:
        _resolve_entry(member, sending, verdict, told["text"], form)
    polling.update_state(batch)
    if verdict == ResolvePartForm.ADOPT:
        polling.poll_now(batch, member.actor)


def _resolve_entry(
    member: Member, sending: Sending, verdict: str, text: object, form: ResolvePartForm
) -> None:
    """The call is not unknown in the record either."""
    lost = find_unresolved(member.organization.pk).filter(entry=sending.entry).first()
    if lost:
        made = verdict == ResolvePartForm.CREATED
        why = {name: form.cleaned_data[name] for name in ("reason", "ticket")}
        outcome = Outcome.SUCCEEDED if made else Outcome.FAILED
        write(member.actor, lost, outcome, str(text), **why)


@dataclass(frozen=True, slots=True)
class ClientCount:
    """The tokens of one client: before the run, now, and what the run would add."""

    client_id: int
    before: int | None
    now: int | None
    confirmed: int  # of parts that succeeded
    unresolved: int  # of the part that is unknown

    @property
    def unexplained(self) -> int | None:
        """How many there are beyond those that are sure."""
        if self.before is None or self.now is None:
            return None
        return self.now - self.before - self.confirmed


def count_tokens(
    batch: Batch, sending: Sending, authlete: AuthleteClient
) -> tuple[list[ClientCount], AuthleteError | None]:
    """What the list of tokens says about a part that is unknown."""
    chunks = {one.position: one for one in Chunk.objects.filter(batch=batch).defer("sealed")}
    mine = chunks.get(sending.position)
    done = Sending.objects.filter(batch=batch, is_dry=False, fate__in=Sending.DONE)
    sure = [chunks[one].tokens_by_client for one in done.values_list("position", flat=True)]
    before = batch.token_counts_before
    tokens = authlete.service(batch.service_id).tokens
    found: list[ClientCount] = []
    clients = list(mine.tokens_by_client.items()) if mine else []
    try:
        for client, number in clients[:MAX_CLIENTS]:
            now = tokens.count(client, status=polling.ANY_STATUS) if client else None
            added = sum(one.get(client, 0) for one in sure)
            found.append(ClientCount(client, before.get(client), now, added, number))
    except AuthleteError as error:
        return found, error
    return found, None


@register_evidence_source(CREATE.name)
def get_request_id(entry: AuditEntry) -> Mapping[str, Any]:
    """The id, where the reply told it and the console was killed before that was
    noted, or somebody has found it since."""
    known = _entry_sendings(entry).exclude(request_id="").first()
    return {"request_id": known.request_id} if known else {}


@on_resolved(CREATE.name)
def update_batches(entry: AuditEntry, _outcome: Outcome) -> None:
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
