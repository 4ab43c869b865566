"""Suggest what to compare an object with: recent objects, namesakes, and its versions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from console.compare.operands import Operand
from console.documents.kinds import DocumentTarget
from console.forms.timestamps import timestamp_param
from console.history.recent import recent_locations
from console.history.versions import list_spans
from console.inventory.services import service_name_lookup
from console.models import KnownClient, KnownService
from console.models.text_search import filter_words
from console.web.access import Member
from console.web.paths import parse_id
from tenants.authlete.object_ref import ObjectRef

MAX_CANDIDATES = 12  # of each kind
MAX_VERSIONS = 12
MAX_QUERY_CHARS = 200


@dataclass(frozen=True, slots=True)
class Candidate:
    """An object or version that can be added to a comparison."""

    key: str  # URL parameter
    name: str
    region: str
    detail: str = ""
    moment: datetime | None = None  # of a version


def find_services(member: Member, text: str, chosen: Sequence[Operand]) -> list[Candidate]:
    """Return matching services, recently opened ones first."""
    rows = KnownService.objects.filter(
        organization=member.organization, region__in=_regions(member)
    )
    for word in text.replace("\0", "").split():  # not allowed in queries
        is_id = Q(service_id=parse_id(word))
        rows = rows.filter(Q(name__icontains=word) | Q(issuer__icontains=word) | is_id)
    found = _recent_first(member, rows.order_by("name", "region"), chosen)
    return [
        Candidate(
            f"{row.region}/{row.service_id}",
            row.name or str(row.service_id),
            row.region,
            row.issuer,
        )
        for row in found
    ]


def find_clients(member: Member, text: str, chosen: Sequence[Operand]) -> list[Candidate]:
    """Return matching clients: namesakes first, then recently opened ones."""
    rows = KnownClient.objects.filter(organization=member.organization)
    rows = rows.filter(region__in=_regions(member))
    rows = filter_words(rows, text.lower().split()).order_by("rank", "id")
    refs = {operand.target.ref for operand in chosen}
    ranks = rows.filter(_at(refs)).values_list("rank", flat=True)
    found = list(rows.filter(rank__in=list(ranks))[: MAX_CANDIDATES + len(chosen)])
    found += _recent_first(member, rows, chosen)
    once = {_ref(row): row for row in found}
    service_name = service_name_lookup(member.organization)
    return [
        Candidate(
            ref.key,
            row.name or row.alias or str(row.client_id),
            row.region,
            service_name(row.region, row.service_id),
        )
        for ref, row in once.items()
        if ref not in refs
    ][:MAX_CANDIDATES]


def list_versions(target: DocumentTarget) -> list[Candidate]:
    """Return the newest earlier versions of an object."""
    spans = [span for span in list_spans(target) if not span.version.is_deleted]
    return [
        Candidate(
            f"{target.ref.key}@{timestamp_param(span.since)}",
            span.version.name,
            target.workspace.region.name,
            moment=span.since,
        )
        for span in reversed(spans[-MAX_VERSIONS:])
    ]


def _regions(member: Member) -> list[str]:
    return [region.name for region in member.regions()]


def _recent_first[Row: KnownService | KnownClient](
    member: Member, rows: QuerySet[Row], chosen: Sequence[Operand]
) -> list[Row]:
    is_client = rows.model is KnownClient
    recent = [where for where in recent_locations(member) if bool(where[2]) == is_client]
    is_recent = _at(recent)
    found = [*(rows.filter(is_recent) if recent else ()), *rows[: MAX_CANDIDATES + len(chosen)]]
    refs = {operand.target.ref for operand in chosen}
    once = {_ref(row): row for row in found}
    return [row for ref, row in once.items() if ref not in refs][:MAX_CANDIDATES]


def _ref(row: KnownService | KnownClient) -> ObjectRef:
    return ObjectRef(row.region, row.service_id, getattr(row, "client_id", 0))


def _at(locations: Iterable[tuple[str, int, int]]) -> Q:
    condition = Q(pk__in=[])
    for region, service_id, client_id in locations:
        client = {"client_id": client_id} if client_id else {}
        condition |= Q(region=region, service_id=service_id, **client)
    return condition
