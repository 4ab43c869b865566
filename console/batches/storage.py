"""Store uploaded files encrypted, and delete them once they're no longer needed."""

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

from console.models import Batch, BatchRequest, Chunk, UploadPart
from console.web.access import Member
from tenants.audit.actor import Actor
from tenants.audit.events import BATCH_CANCEL, BATCH_UPLOAD
from tenants.audit.recorder import EventDetails, record_action, record_event
from tenants.authlete.changes import FieldChange
from tenants.crypto import vault
from tenants.crypto.fingerprints import fingerprint_value
from tenants.jobs import control
from tenants.jobs.models import ACTIVE_JOB_STATES, OPEN_JOB_STATES, Job, NewItem, truncate
from tenants.jobs.models import JobState as JobState
from tenants.jobs.periodic_tasks import run_every_minute

PIECE_BYTES = 262_144
JOB_LOST_AFTER = timedelta(minutes=10)  # for a check without an open job

State = Batch.State
type Upload = UploadedFile[Any]


def create_batch(member: Member, region: str, service_id: int, name: str, file: Upload) -> Batch:
    """Store a file for a service, and start its check."""
    batch = Batch(
        organization=member.organization, region=region, service_id=service_id, service_name=name
    )
    return _store(member, batch, file)


def replace_file(member: Member, batch: Batch, file: Upload) -> Batch:
    """Replace the file of a batch; raises `BatchConflictError`."""
    if batch.state not in Batch.AT_REST:
        raise BatchConflictError
    return _store(member, batch, file)


def _store(member: Member, batch: Batch, file: Upload) -> Batch:
    digest = sha256()
    for block in _read_blocks(file):
        digest.update(block)
    fields: dict[str, Any] = {
        "starter": member.user,
        "actor": member.actor.name,
        "file_name": truncate((file.name or "").rpartition("/")[2], 200),
        "size": file.size or 0,
        "fingerprint": fingerprint_value(
            batch.organization_id, "batch", batch.pk, digest.hexdigest()
        ).hex,
    }
    reset = {"tokens": 0, "fault_count": 0, "faults_json": "[]", "error": "", "job": None}
    for name, value in fields.items():
        setattr(batch, name, value)
    details = audit_fields(batch)
    details["changes"] = [
        FieldChange("size", None, batch.size),
        FieldChange("file", None, batch.fingerprint),
    ]
    with record_action(member.actor, BATCH_UPLOAD, **details), transaction.atomic():
        if batch._state.adding:
            batch.save(force_insert=True)
        elif not batch.transition(State.CHECKING, **fields, **reset):
            raise BatchConflictError
        _delete_contents(batch)
        for position, block in enumerate(_read_blocks(file)):
            part = UploadPart(batch=batch, position=position)
            part.sealed = vault.seal(block.decode("latin-1"), part.vault_context)
            part.save()
    title = _("Check %(name)s") % {"name": batch.name}
    start_batch_job(batch, member.actor, "token_batch.check", title, [job_item(batch)])
    return batch


def _read_blocks(file: Upload) -> Iterator[bytes]:
    """Yield the file in blocks; `UploadedFile.chunks` may return all of it at once."""
    file.seek(0)
    while block := file.read(PIECE_BYTES):
        yield block


class BatchConflictError(Exception):
    """The batch is in another state by now; nothing was changed."""


def job_item(batch: Batch, label: str = "", **extra: Any) -> NewItem:
    """Return an item of a job for the batch."""
    payload = {"batch": str(batch.pk), **extra}
    return NewItem(batch.region, batch.service_id, label=label or batch.name, payload=payload)


def start_batch_job(batch: Batch, actor: Actor, kind: str, title: str, items: list[NewItem]) -> Job:
    """Start a job for a batch."""
    job = control.start_job(
        actor, batch.organization, kind, title, items, reason=batch.reason, ticket=batch.ticket
    )
    Batch.objects.filter(pk=batch.pk).update(job=job.pk)
    batch.job = job.pk
    return job


def cancel_batch(member: Member, batch: Batch) -> None:
    """Delete the file of a batch that wasn't submitted; raises `BatchConflictError`."""
    with record_action(member.actor, BATCH_CANCEL, **audit_fields(batch)), transaction.atomic():
        if not batch.transition(State.ABANDONED, *Batch.AT_REST, State.CHECKING):
            raise BatchConflictError
        _delete_contents(batch)


def read_pieces(batch: Batch) -> Iterator[bytes]:
    """Yield the stored file in blocks; raises `UnsealError`."""
    for part in vault.iterate_rows(UploadPart.objects.filter(batch=batch)):
        yield vault.unseal(part.sealed, part.vault_context).encode("latin-1")


def audit_fields(batch: Batch) -> EventDetails:
    """Return the audit fields of an action on a batch."""
    return EventDetails(
        object=str(batch.pk),
        label=batch.name,
        region=batch.region,
        service=str(batch.service_id),
        reason=batch.reason,
        ticket=batch.ticket,
    )


def _delete_contents(batch: Batch) -> None:
    """Delete everything derived from an earlier file."""
    for model in (UploadPart, Chunk, BatchRequest):
        model._default_manager.filter(batch=batch).delete()


@run_every_minute
def discard_expired() -> None:
    """Cancel abandoned batches, and delete token values of finished and stopped ones."""
    now = timezone.now()
    before = now - timedelta(hours=settings.BATCH_KEPT_HOURS)
    for batch in _abandoned_batches(before, now - JOB_LOST_AFTER):
        organization = batch.organization
        if batch.transition(State.ABANDONED, error=_("The storage period has ended.")):
            _delete_contents(batch)
            system = Actor(0, "", organization_id=organization.pk, organization=organization.slug)
            record_event(system, BATCH_CANCEL, **audit_fields(batch))
    finished = Q(state__in=Batch.ENDED, ended_at__lt=before)
    stopped = Q(state__in=Batch.SENT, changed_at__lt=before) & ~_has_job_in(ACTIVE_JOB_STATES)
    batches = Batch.objects.filter(finished | stopped)
    Chunk.objects.filter(batch__in=batches).exclude(sealed="").update(sealed="")


def _abandoned_batches(before: datetime, checking_before: datetime) -> QuerySet[Batch]:
    """Return batches at rest, stopped, or whose check lost its job."""
    at_rest = Q(state__in=Batch.AT_REST, changed_at__lt=before)
    started = Q(state__in=[State.CHECKING, State.TRYING], changed_at__lt=before)
    interrupted = Q(state=State.CHECKING, changed_at__lt=checking_before)
    stopped = (started & ~_has_job_in(ACTIVE_JOB_STATES)) | (
        interrupted & ~_has_job_in(OPEN_JOB_STATES)
    )
    return Batch.objects.filter(at_rest | stopped).select_related("organization")


def _has_job_in(states: Sequence[JobState]) -> Q:
    """Match batches whose job is in one of these states."""
    jobs = Job.objects.filter(pk=OuterRef("job"), state__in=states)
    return Q(Exists(jobs))
