"""Index which rules each service and client violates.

Documents are checked when they're indexed: by a sync, a list or a save. Secrets and expiry
depend on time and are checked by a periodic task.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from console.inventory.expiry import ExpiryKind, list_expiring
from console.inventory.rules import EXPIRED, EXPIRING, INVENTORY_RULES, OVERDUE_SECRET, severity_of
from console.inventory.secret_age import list_overdue
from console.models import Finding, FindingCount
from console.models.bulk_upsert import Row, upsert_rows
from console.models.findings import OBJECT_RULE_FIELDS, open_findings
from tenants.authlete.documents.base import Document, RuleViolation
from tenants.authlete.documents.client import Client
from tenants.authlete.documents.client.rules import check_client
from tenants.authlete.documents.rules import Rule, Severity
from tenants.authlete.documents.service import Service
from tenants.authlete.documents.service.rules import check_service
from tenants.authlete.json.reader import make_storable
from tenants.authlete.timestamps import datetime_from_ms
from tenants.jobs.periodic_tasks import run_every
from tenants.models import Organization

OBJECTS_PER_STATEMENT = 200
CHECK_SECONDS = 900.0  # between two checks of secrets and expiry
EXPIRY_WARNING = timedelta(days=30)
OBJECT_EXPIRY_KINDS = (
    ExpiryKind.CERTIFICATE,
    ExpiryKind.KEY,
    ExpiryKind.CHAIN,
    ExpiryKind.DOCUMENT,
)


def index_service_findings(
    organization: Organization, region: str, services: Iterable[Service]
) -> None:
    """Check services; ignore those of which a list showed names only."""
    checked = {
        service.api_key: (service, check_service(service.to_dict()))
        for service in services
        if service.get("pkceRequired") is not None
    }
    names = {pk: service.service_name or str(pk) for pk, (service, _) in checked.items()}
    for ids in _chunks(list(checked)):
        rows = [
            row
            for pk in ids
            for row in _rows(organization, region, (pk, 0), names[pk], *checked[pk])
        ]
        _replace(_findings(organization, region).filter(service_id__in=ids, client_id=0), rows)


def index_client_findings(
    organization: Organization, region: str, service_id: int, clients: Iterable[Client]
) -> None:
    """Check clients of one service; ignore those of which a list showed names only."""
    checked = {
        client.client_id: (client, check_client(client.to_dict()))
        for client in clients
        if client.auth_method or client.created_at
    }
    for ids in _chunks(list(checked)):
        rows = [
            row
            for pk in ids
            for name in [checked[pk][0].client_name or checked[pk][0].alias]
            for row in _rows(organization, region, (service_id, pk), name, *checked[pk])
        ]
        findings = _findings(organization, region)
        _replace(findings.filter(service_id=service_id, client_id__in=ids), rows)


def remove_findings(
    organization: Organization, region: str, service_id: int, client_ids: Collection[int] = ()
) -> None:
    """Remove the findings of deleted clients, or of a deleted service and all its clients."""
    findings = Finding.objects.filter(
        organization=organization, region=region, service_id=service_id
    )
    if not client_ids:
        findings.delete()
    for ids in _chunks(list(client_ids)):
        findings.filter(client_id__in=ids).delete()


def _findings(organization: Organization, region: str) -> QuerySet[Finding]:
    """Return the findings of a region that follow from documents."""
    findings = Finding.objects.filter(organization=organization, region=region)
    return findings.exclude(rule__in=[rule.id for rule in INVENTORY_RULES])


def _rows(
    organization: Organization,
    region: str,
    ids: tuple[int, int],
    name: str,
    document: Document,
    violations: Sequence[RuleViolation],
) -> list[Row]:
    """Return a finding for each violated rule."""
    fields = {violation.rule: violation.fields[0] for violation in reversed(violations)}
    since = datetime_from_ms(document.modified_at) or timezone.now()
    service_id, client_id = ids
    return [
        {
            "organization": organization.pk,
            "region": region,
            "service_id": service_id,
            "client_id": client_id,
            "rule": rule,
            "name": make_storable(name)[:200],
            "field": field,
            "since": since,
        }
        for rule, field in fields.items()
    ]


def _replace(existing: QuerySet[Finding], rows: Sequence[Row]) -> None:
    """Store ``rows`` instead of ``existing``; a finding that stays keeps its time."""
    wanted = set(map(_key, rows))
    stored = existing.values_list("pk", *OBJECT_RULE_FIELDS)
    gone = [pk for pk, *key in stored if tuple(key) not in wanted]
    for pks in _chunks(gone):
        Finding.objects.filter(pk__in=pks).delete()
    upsert_rows(Finding, rows, OBJECT_RULE_FIELDS, update_fields=["name", "field"])


def _key(row: Row) -> tuple[object, ...]:
    return tuple(row[name] for name in OBJECT_RULE_FIELDS)


def _chunks[Item](items: Sequence[Item]) -> Iterable[Sequence[Item]]:
    for start in range(0, len(items), OBJECTS_PER_STATEMENT):
        yield items[start : start + OBJECTS_PER_STATEMENT]


@run_every(CHECK_SECONDS)
def check_inventories() -> None:
    """Check secrets and expiry in all organizations, and count the open findings."""
    for organization in Organization.objects.iterator():
        check_inventory(organization)
        record_counts(organization)


def check_inventory(organization: Organization) -> None:
    """Check the secrets and expiry of an organization's services and clients."""
    now = timezone.now()
    rows = [
        _inventory_row(organization, OVERDUE_SECRET, client, name=client.name or client.alias)
        for client, _age in list_overdue(organization)
    ]
    for item in list_expiring(organization, EXPIRY_WARNING):
        if item.kind in OBJECT_EXPIRY_KINDS:
            rule = EXPIRED if item.ends_at <= now else EXPIRING
            rows.append(_inventory_row(organization, rule, item, name=item.owner or item.name))
    once = {_key(row): row for row in rows}
    ids = [rule.id for rule in INVENTORY_RULES]
    _replace(Finding.objects.filter(organization=organization, rule__in=ids), [*once.values()])


def _inventory_row(organization: Organization, rule: Rule, item: object, name: str) -> Row:
    return {
        "organization": organization.pk,
        "region": item.region,  # type: ignore[attr-defined]  # of a client or an expiring item
        "service_id": item.service_id,  # type: ignore[attr-defined]
        "client_id": item.client_id,  # type: ignore[attr-defined]
        "rule": rule.id,
        "name": name[:200],
        "field": "",
        "since": timezone.now(),
    }


def count_by_severity(organization: Organization, regions: Collection[str] = ()) -> Counter[str]:
    """Count the open findings per severity; with ``regions``, only there."""
    scope = Q(region__in=regions) if regions else Q()
    rows = open_findings(organization).filter(scope).order_by().values_list("rule")
    counts: Counter[str] = Counter()
    for rule, number in rows.annotate(Count("pk")):
        counts[severity_of(rule)] += number
    return counts


def record_counts(organization: Organization) -> None:
    """Store today's number of open findings."""
    counts = count_by_severity(organization)
    FindingCount.objects.update_or_create(
        organization=organization,
        day=timezone.localdate(),
        defaults={str(severity): counts[severity] for severity in Severity},
    )
