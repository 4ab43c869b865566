"""Batches that are known by their ids alone, and replies that were lost."""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from console.access import Member, Workspace
from console.batches import watching
from console.batches.forms import SettleForm
from console.batches.keeping import Moved, said_of
from console.models import Batch, Chunk, Sending
from tenants.audit.events import BATCH_ADOPT, BATCH_SETTLE
from tenants.audit.lost.settling import settle as write
from tenants.audit.lost.settling import unknown
from tenants.audit.notes import doing
from tenants.authlete import Authlete
from tenants.authlete.errors import AuthleteError, Outcome

MOST = 10  # clients whose tokens are counted

State, Fate = Batch.State, Sending.Fate


def adopt(
    workspace: Workspace, service_id: int, service_name: str, request_id: str
) -> Batch:
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
        actor=member.who.actor,
        submitted_at=timezone.now(),
        is_adopted=True,
    )
    with doing(member.who, BATCH_ADOPT, **said_of(batch)), transaction.atomic():
        batch.save(force_insert=True)
        Sending.objects.create(
            batch=batch, position=1, fate=Fate.RUNNING, request_id=request_id
        )
    watching.ensure(batch, member.who)
    return batch


def settle(
    member: Member, batch: Batch, sending: Sending, form: SettleForm, authlete: Authlete
) -> None:
    """Keep what somebody found out about a lost reply.

    Raises `Moved`, or `NotFound` where Authlete knows no batch of the id.
    """
    verdict, request_id = (form.cleaned_data[n] for n in ("verdict", "request_id"))
    now = timezone.now()
    told: dict[str, object]
    if verdict == SettleForm.ADOPT:
        authlete.service(batch.service_id).token_batches.status(request_id)
        told = {"fate": Fate.RUNNING, "request_id": request_id, "again_at": now}
        told |= {"misses": 0, "looks": 0, "ended_at": None, "text": "", "code": ""}
    elif verdict == SettleForm.MADE:
        told = {"fate": Fate.SETTLED, "count": sending.tokens, "ended_at": now}
        told["text"] = _("Somebody found that they were made.")
    else:
        told = {"fate": Fate.FAILED, "count": 0, "ended_at": now}
        told["text"] = _("Somebody found that none was made.")
    said = said_of(batch)
    said["reason"] = form.cleaned_data["reason"]
    said["ticket"] = form.cleaned_data["ticket"]
    with doing(member.who, BATCH_SETTLE, **said):
        mine = Sending.objects.filter(pk=sending.pk, fate=Fate.UNKNOWN)
        if not mine.update(**told):
            raise Moved
    if verdict != SettleForm.ADOPT:
        _settle_entry(member, sending, verdict, told["text"], form)
    watching.settle(batch)
    if verdict == SettleForm.ADOPT:
        watching.look_now(batch, member.who)


def _settle_entry(
    member: Member, sending: Sending, verdict: str, found: object, form: SettleForm
) -> None:
    """The call is not unknown in the record either."""
    lost = unknown(member.organization.pk).filter(entry=sending.entry).first()
    if lost:
        made = verdict == SettleForm.MADE
        why = {name: form.cleaned_data[name] for name in ("reason", "ticket")}
        outcome = Outcome.DONE if made else Outcome.NOT_DONE
        write(member.who, lost, outcome, str(found), **why)


@dataclass(frozen=True, slots=True)
class Count:
    """The tokens of one client: before the run, now, and what the run would add."""

    client_id: int
    before: int | None
    now: int | None
    sure: int  # of parts that succeeded
    open: int  # of the part that is unknown

    @property
    def more(self) -> int | None:
        """How many there are beyond those that are sure."""
        if self.before is None or self.now is None:
            return None
        return self.now - self.before - self.sure


def counted(
    batch: Batch, sending: Sending, authlete: Authlete
) -> tuple[list[Count], AuthleteError | None]:
    """What the list of tokens says about a part that is unknown."""
    chunks = {
        one.position: one for one in Chunk.objects.filter(batch=batch).defer("sealed")
    }
    mine = chunks.get(sending.position)
    done = Sending.objects.filter(batch=batch, is_dry=False, fate__in=Sending.DONE)
    sure = [chunks[one].of_clients for one in done.values_list("position", flat=True)]
    before = batch.counted
    tokens = authlete.service(batch.service_id).tokens
    found: list[Count] = []
    clients = list(mine.of_clients.items()) if mine else []
    try:
        for client, number in clients[:MOST]:
            now = tokens.count(client, status=watching.ANY) if client else None
            added = sum(one.get(client, 0) for one in sure)
            found.append(Count(client, before.get(client), now, added, number))
    except AuthleteError as error:
        return found, error
    return found, None
