"""Keeping what was uploaded, sealed, for as long as it is needed and no longer."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import SecretStr

from console.access import Member
from console.models import Batch, Chunk, Piece, Sending
from tenants import vault
from tenants.audit.events import BATCH_CANCEL, BATCH_UPLOAD
from tenants.audit.notes import Told, doing, note
from tenants.audit.who import Who
from tenants.authlete.changes import Change
from tenants.connect import fingerprint
from tenants.jobs.chores import chore
from tenants.jobs.models import ACTIVE, OPEN, Job, fit
from tenants.jobs.models import State as JobState
from tenants.jobs.steering import NewItem, start

PIECE = 262_144  # bytes
LOST = timedelta(minutes=10)  # without a job that would go on with it

State = Batch.State
type Upload = UploadedFile[Any]


def receive(
    member: Member, region: str, service_id: int, name: str, file: Upload
) -> Batch:
    """Keep a file for a service, and have it checked."""
    batch = Batch(
        organization=member.organization,
        region=region,
        service_id=service_id,
        service_name=name,
    )
    return _received(member, batch, file)


def replace(member: Member, batch: Batch, file: Upload) -> Batch:
    """Put a corrected file in the place of the one that was there; raises `Moved`."""
    if batch.state not in Batch.AT_REST:
        raise Moved
    return _received(member, batch, file)


def _received(member: Member, batch: Batch, file: Upload) -> Batch:
    digest = sha256()
    for block in _blocks(file):
        digest.update(block)
    told: dict[str, Any] = {
        "starter": member.user,
        "actor": member.who.actor,
        "file_name": fit((file.name or "").rpartition("/")[2], 200),
        "size": file.size or 0,
        "mark": fingerprint(SecretStr(digest.hexdigest())).mark,
    }
    fresh = {"tokens": 0, "fault_count": 0, "listed": "[]", "trouble": "", "job": None}
    for name, value in told.items():
        setattr(batch, name, value)
    said = said_of(batch)
    said["changes"] = [
        Change("size", None, batch.size),
        Change("file", None, batch.mark),
    ]
    with (
        doing(member.who, BATCH_UPLOAD, **said),
        transaction.atomic(),
    ):
        if batch._state.adding:
            batch.save(force_insert=True)
        elif not batch.turn(State.CHECKING, **told, **fresh):
            raise Moved
        _empty(batch)
        for position, block in enumerate(_blocks(file)):
            piece = Piece(batch=batch, position=position)
            piece.sealed = vault.seal(block.decode("latin-1"), piece.place)
            piece.save()
    title = _("Check %(name)s") % {"name": batch.name}
    put_to_work(batch, member.who, "token_batch.check", title, [at(batch)])
    return batch


def _blocks(file: Upload) -> Iterator[bytes]:
    """The file piece by piece; ``chunks`` of what is in memory is all of it at once."""
    file.seek(0)
    while block := file.read(PIECE):
        yield block


class Moved(Exception):
    """The batch has gone on meanwhile, and nothing was changed."""


def at(batch: Batch, label: str = "", **more: Any) -> NewItem:
    """An item of a job about the batch."""
    what = {"batch": str(batch.pk), **more}
    label = label or batch.name
    return NewItem(batch.region, batch.service_id, label=label, what=what)


def put_to_work(
    batch: Batch, who: Who, kind: str, title: str, items: list[NewItem]
) -> Job:
    """Start the job that goes on with a batch."""
    job = start(
        who,
        batch.organization,
        kind,
        title,
        items,
        reason=batch.reason,
        ticket=batch.ticket,
    )
    Batch.objects.filter(pk=batch.pk).update(job=job.pk)
    batch.job = job.pk
    return job


def cancel(member: Member, batch: Batch) -> None:
    """Throw away what was not sent yet; raises `Moved`."""
    with doing(member.who, BATCH_CANCEL, **said_of(batch)), transaction.atomic():
        if not batch.turn(State.ABANDONED, *Batch.AT_REST, State.CHECKING):
            raise Moved
        _empty(batch)


def pieces(batch: Batch) -> Iterator[bytes]:
    """The file as it came; raises `vault.Sealed`."""
    for piece in vault.rows(Piece.objects.filter(batch=batch)):
        yield vault.unseal(piece.sealed, piece.place).encode("latin-1")


def said_of(batch: Batch) -> Told:
    """What the record says about what is done with a batch."""
    return Told(
        object=str(batch.pk),
        label=batch.name,
        region=batch.region,
        service=str(batch.service_id),
        reason=batch.reason,
        ticket=batch.ticket,
    )


def _empty(batch: Batch) -> None:
    """Nothing of an earlier file is kept."""
    for kind in (Piece, Chunk, Sending):
        kind._default_manager.filter(batch=batch).delete()


@chore
def forget() -> None:
    """Throw away uploads that nobody went on with, and what is left of those that
    have ended."""
    now = timezone.now()
    old = now - timedelta(hours=settings.BATCH_KEPT_HOURS)
    for batch in _left(old, now - LOST):
        home = batch.organization
        if batch.turn(State.ABANDONED, trouble=_("It was kept no longer.")):
            _empty(batch)
            itself = Who(0, "", organization_id=home.pk, organization=home.slug)
            note(itself, BATCH_CANCEL, **said_of(batch))
    over = Q(state__in=Batch.ENDED, ended_at__lt=old)
    stopped = Q(state__in=Batch.SENT, changed_at__lt=old) & ~_worked_on(ACTIVE)
    ends = Batch.objects.filter(over | stopped)
    Chunk.objects.filter(batch__in=ends).exclude(sealed="").update(sealed="")


def _left(old: datetime, late: datetime) -> QuerySet[Batch]:
    """What nobody goes on with: at rest, stopped, or never checked to an end."""
    rests = Q(state__in=Batch.AT_REST, changed_at__lt=old)
    begun = Q(state__in=[State.CHECKING, State.TRYING], changed_at__lt=old)
    lost = Q(state=State.CHECKING, changed_at__lt=late)
    stopped = (begun & ~_worked_on(ACTIVE)) | (lost & ~_worked_on(OPEN))
    return Batch.objects.filter(rests | stopped).select_related("organization")


def _worked_on(states: Sequence[JobState]) -> Q:
    """Whether its job is in one of these states."""
    jobs = Job.objects.filter(pk=OuterRef("job"), state__in=states)
    return Q(Exists(jobs))
