"""The compared objects: services or clients, now, at a time, or as a baseline has them."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext as _

from console.compare.drift import read_baseline
from console.documents.kinds import CLIENT_KIND, SERVICE_KIND, DocumentTarget
from console.forms.timestamps import format_timestamp, parse_timestamp, timestamp_param
from console.history.versions import list_spans, load_deleted
from console.models import Twin
from console.web.access import Member, Workspace
from console.web.paths import OPERAND_PARAMS, parse_client_ref, parse_service_ref
from tenants.authlete.documents.base import Document
from tenants.authlete.errors import AuthleteError
from tenants.authlete.fanout import gather
from tenants.authlete.object_ref import ObjectRef
from tenants.versions.timeline import find_span_at

MAX_OPERANDS = len(OPERAND_PARAMS)
BASELINE_PREFIX = "baseline/"


@dataclass(frozen=True, slots=True)
class Operand:
    """One side of a comparison."""

    target: DocumentTarget
    document: Document | None  # None: it can't be read, and no version is stored
    moment: datetime | None = None  # of a version; None for the current object
    seen_at: datetime | None = None  # of the last version, if the object can't be read now
    error: AuthleteError | None = None  # why not
    is_deleted: bool = False
    is_tampered: bool = False  # its stored version
    baseline: str = ""  # ID of the twin that stores the document

    @property
    def key(self) -> str:
        """The value of the URL parameter, such as ``us/17/1001`` or ``us/17@2026-11-24``."""
        if self.baseline:
            return f"{BASELINE_PREFIX}{self.baseline}"
        ref = self.target.ref.key
        return f"{ref}@{timestamp_param(self.moment)}" if self.moment else ref

    @property
    def name(self) -> str:
        ref = self.target.ref
        fallback = str(ref.client_id or ref.service_id)
        return (self.document and self.target.kind.display_name(self.document)) or fallback

    @property
    def label(self) -> str:
        """The name and region, and the time of a version."""
        names = {"name": self.name, "region": self.target.workspace.region.name.upper()}
        if self.moment is None:
            return _("%(name)s, %(region)s") % names
        names["time"] = format_timestamp(self.moment)
        return _("%(name)s, %(region)s, %(time)s") % names

    @property
    def path(self) -> str:
        """The path of the object's page, or of its version."""
        if self.moment is None:
            return self.target.path("show")
        return f"{self.target.path('version_at')}?{urlencode({'at': timestamp_param(self.moment)})}"

    @property
    def is_current(self) -> bool:
        """Whether the document is the object's current one, so that it can be changed."""
        return self.document is not None and self.moment is None and self.seen_at is None


@dataclass(frozen=True, slots=True)
class OperandRef:
    """The object and time that a URL parameter names."""

    ref: ObjectRef
    moment: datetime | None = None
    twin: Twin | None = None  # a baseline


def parse_operand(member: Member, key: str) -> OperandRef | None:
    """Return what a URL parameter names, or None if it is invalid."""
    if key.startswith(BASELINE_PREFIX):
        return _find_baseline(member, key.removeprefix(BASELINE_PREFIX))
    text, is_version, time = key.partition("@")
    service, client = parse_service_ref(text), parse_client_ref(text)
    ref = client or (ObjectRef(*service) if service else None)
    moment = parse_timestamp(time) if is_version else None
    if ref is None or (is_version and moment is None):
        return None
    return OperandRef(ref, moment)


def _find_baseline(member: Member, id: str) -> OperandRef | None:
    with suppress(ValueError):
        twins = Twin.objects.filter(organization=member.organization, baseline_at__isnull=False)
        if twin := twins.filter(pk=UUID(id)).first():
            return OperandRef(twin.first, twin.baseline_at, twin)
    return None


def find_target(member: Member, ref: ObjectRef) -> DocumentTarget:
    """Return the service or client; raise `Http404` if it isn't the organization's."""
    region = next((one for one in member.regions() if one.name == ref.region), None)
    if region is None:
        raise Http404
    workspace = Workspace(member, region, member.connect(region.name))
    member.require_service(workspace.authlete, ref.service_id)
    kind = CLIENT_KIND if ref.client_id else SERVICE_KIND
    return DocumentTarget(kind, workspace, ref.service_id, ref.client_id)


def load_operands(member: Member, keys: Sequence[str]) -> list[Operand]:
    """Read the objects at once; raise `Http404` for one that doesn't exist or isn't visible."""
    wanted = [parse_operand(member, key) for key in keys]
    if not all(wanted):
        raise Http404
    refs = [ref for ref in wanted if ref]
    targets = [find_target(member, operand.ref) for operand in refs]
    current = [target for target, operand in zip(targets, refs, strict=True) if not operand.moment]
    replies = iter(gather((target.workspace.authlete, target.api().get) for target in current))
    return [
        _load_version(target, operand.moment, operand.twin)
        if operand.moment
        else _current_operand(target, next(replies))
        for target, operand in zip(targets, refs, strict=True)
    ]


def _load_version(target: DocumentTarget, moment: datetime, twin: Twin | None) -> Operand:
    if twin:
        return Operand(target, read_baseline(twin), moment, baseline=str(twin.pk))
    span = find_span_at(list_spans(target), moment)
    if span is None or span.version.is_deleted:
        raise Http404
    document = span.version.read_as(target.kind.document)
    return Operand(target, document, moment, is_tampered=not span.is_intact)


def _current_operand(target: DocumentTarget, reply: Document | AuthleteError) -> Operand:
    """Return the current document, or the last version if it can't be read."""
    if isinstance(reply, Document):
        return Operand(target, reply)
    versions = load_deleted(target, reply)
    last = versions.last
    if last is None:
        if versions.is_deleted:
            raise Http404
        return Operand(target, None, error=reply)
    return Operand(
        target,
        versions.document(last),
        seen_at=last.until,
        error=versions.failure,
        is_deleted=versions.is_deleted,
        is_tampered=not last.is_intact,
    )
