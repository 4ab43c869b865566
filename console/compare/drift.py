"""Find drift: unexpected differences of twins, from the stored versions."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from django.utils import timezone

from console.documents.kinds import CLIENT_KIND, SERVICE_KIND, DocumentKind
from console.history.comparison import compare_documents
from console.models import Twin
from tenants.authlete.documents.base import Document
from tenants.authlete.json.compare import is_text_list
from tenants.authlete.json.raw import dump_json
from tenants.authlete.object_ref import ObjectRef
from tenants.authlete.snapshots import parse_snapshot
from tenants.crypto.fingerprints import get_object_redactor
from tenants.jobs.periodic_tasks import run_every_minute
from tenants.versions.models import Version


def twin_kind(twin: Twin) -> DocumentKind:
    """Return the kind of document that both sides are."""
    return CLIENT_KIND if twin.second_client_id else SERVICE_KIND


def read_baseline(twin: Twin) -> Document:
    """Return the stored version of a baseline."""
    redactor = get_object_redactor(twin.organization_id, twin.first)
    return parse_snapshot(twin_kind(twin).document, twin.baseline_text, redactor)


def hash_values(first: Any, second: Any) -> str:
    """Return the digest by which an accepted difference is recognized."""
    values = [sorted(map(str, v)) if is_text_list(v) else v for v in (first, second)]
    return sha256(dump_json(values, default=str).encode()).hexdigest()


def accepted_members(twin: Twin, first: Document, second: Document) -> list[str]:
    """Return the settings whose difference was accepted and is still the same."""
    return [
        member
        for member, digest in twin.accepted.items()
        if hash_values(first.get(member), second.get(member)) == digest
    ]


def find_drift(twin: Twin, first: Document, second: Document) -> list[str]:
    """Return the settings that differ and weren't expected or accepted."""
    is_same_object = twin.first == twin.second
    found = compare_documents(twin_kind(twin), first, second, same_object=is_same_object)
    accepted = accepted_members(twin, first, second)
    return [item.member for item in found.members if item.member not in accepted]


def store_drift(twin: Twin, drift: Sequence[str]) -> None:
    """Store which settings differ, and since when."""
    now = timezone.now()
    since = (twin.drift_since or now) if drift else None
    Twin.objects.filter(pk=twin.pk).update(
        drift=list(drift), drift_since=since, is_missing=False, checked_at=now
    )


@run_every_minute
def check_twins() -> None:
    """Check every twin whose objects changed since its last check."""
    for twin in Twin.objects.select_related("organization").iterator():
        check_twin(twin)


def check_twin(twin: Twin) -> None:
    """Compare the newest versions of both sides; without versions of both, do nothing."""
    first = None if twin.baseline_at else _newest_version(twin, twin.first)
    second = _newest_version(twin, twin.second)
    if second is None or (first is None and not twin.baseline_at):
        return
    now = timezone.now()
    state = _describe_state(twin, first, second)
    twins = Twin.objects.filter(pk=twin.pk)
    if any(version and version.is_deleted for version in (first, second)):
        twins.update(is_missing=True, checked_at=now, compared=state)
    elif state == twin.compared:
        twins.update(checked_at=now)
    else:
        document = twin_kind(twin).document
        before = first.read_as(document) if first else read_baseline(twin)
        store_drift(twin, find_drift(twin, before, second.read_as(document)))
        twins.update(compared=state)


def _newest_version(twin: Twin, ref: ObjectRef) -> Version | None:
    return Version.objects.filter(organization_id=twin.organization_id, **ref._asdict()).first()


def _describe_state(twin: Twin, first: Version | None, second: Version) -> str:
    """Return a digest of all that the result depends on."""
    parts = [first.digest if first else "", second.digest, *sorted(twin.accepted.values())]
    return sha256(" ".join(parts).encode()).hexdigest()
