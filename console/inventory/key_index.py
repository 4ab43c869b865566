"""Maintain the index of keys, which makes all of them searchable.

It goes along with what is kept of services and clients (`known`), and holds nothing
but what follows from public members.
"""

from collections.abc import Iterable, Mapping, Sequence

from django.db.models import Q, QuerySet

from console.models import KnownKey
from console.models.bulk_upsert import Row, upsert_rows
from tenants.authlete.documents.client import Client
from tenants.authlete.documents.jwks.inventory import (
    InventoryKey,
    list_client_keys,
    list_service_keys,
)
from tenants.authlete.documents.service import Service
from tenants.authlete.json.reader import make_storable
from tenants.models import Organization

OWNERS_PER_STATEMENT = 200  # owners that a statement names
INDEXED_KEY_FIELDS = (
    "position",
    "kind",
    "kid",
    "kty",
    "use",
    "alg",
    "shape",
    "thumbprint",
    "subject",
    "ends_at",
    "issues",
    "used_by",
    "owner",
    "words",
)
KEY_LOCATION_FIELDS = ("organization", "region", "service_id", "client_id", "position")
MAX_FIELD_LENGTHS = {
    field.name: field.max_length
    for field in KnownKey._meta.fields
    if field.name in INDEXED_KEY_FIELDS and field.max_length
}


def index_service_keys(
    organization: Organization, complete_lists: Mapping[str, Sequence[Service]]
) -> None:
    """Index service keys; ``complete_lists`` has all services of a region, by region name."""
    for region, services in complete_lists.items():
        owners = [
            (
                service.api_key,
                0,
                service.service_name or str(service.api_key),
                list_service_keys(service),
            )
            for service in services
            if service.get("pkceRequired") is not None  # otherwise the list has names only
        ]
        if not owners:
            continue
        rows = KnownKey.objects.filter(
            organization=organization,
            region=region,
            service_id__in=[number for number, *_ in owners],
            client_id=0,
        )
        _replace_changed(organization, region, rows, owners)


def index_client_keys(
    organization: Organization, region: str, service_id: int, clients: Iterable[Client]
) -> None:
    """Index the keys of these clients; other clients' keys stay."""
    owners = [
        (service_id, client.client_id, client.client_name or client.alias, list_client_keys(client))
        for client in clients
        if client.auth_method or client.created_at  # otherwise the list has names only
    ]
    rows = KnownKey.objects.filter(organization=organization, region=region, service_id=service_id)
    for start in range(0, len(owners), OWNERS_PER_STATEMENT):
        batch = owners[start : start + OWNERS_PER_STATEMENT]
        keys = rows.filter(client_id__in=[number for _, number, _, _ in batch])
        _replace_changed(organization, region, keys, batch)


def remove_service_keys(organization: Organization, region: str, service_id: int) -> None:
    """Remove the keys of a service and of its clients."""
    KnownKey.objects.filter(
        organization=organization, region=region, service_id=service_id
    ).delete()


def remove_client_keys(
    organization: Organization, region: str, service_id: int, client_ids: Sequence[int]
) -> None:
    """Remove the keys of deleted clients."""
    rows = KnownKey.objects.filter(organization=organization, region=region, service_id=service_id)
    for start in range(0, len(client_ids), OWNERS_PER_STATEMENT):
        rows.filter(client_id__in=client_ids[start : start + OWNERS_PER_STATEMENT]).delete()


def _replace_changed(
    organization: Organization,
    region: str,
    rows: QuerySet[KnownKey],
    owners: Iterable[tuple[int, int, str, Sequence[InventoryKey]]],
) -> None:
    """Update the index; rewrite the rows of each owner whose keys changed."""
    stored: dict[tuple[int, int], list[tuple[object, ...]]] = {}
    for service_id, client_id, *values in rows.order_by("position").values_list(
        "service_id", "client_id", *INDEXED_KEY_FIELDS
    ):
        stored.setdefault((service_id, client_id), []).append(tuple(values))
    changed: list[tuple[int, int]] = []
    fresh: list[Row] = []
    for service_id, client_id, owner, keys in owners:
        key_rows = [_key_values(position, owner, key) for position, key in enumerate(keys)]
        owner_ref = (service_id, client_id)
        if stored.get(owner_ref, []) == [tuple(row.values()) for row in key_rows]:
            continue
        if owner_ref in stored:
            changed.append(owner_ref)
        owner_columns = {
            "organization": organization.pk,
            "region": region,
            "service_id": service_id,
            "client_id": client_id,
        }
        fresh += [owner_columns | row for row in key_rows]
    for start in range(0, len(changed), OWNERS_PER_STATEMENT):
        condition = Q()
        for service_id, client_id in changed[start : start + OWNERS_PER_STATEMENT]:
            condition |= Q(service_id=service_id, client_id=client_id)
        rows.filter(condition).delete()
    # Without updates: a parallel sync may have added them.
    upsert_rows(KnownKey, fresh, KEY_LOCATION_FIELDS)


def _key_values(position: int, owner: str, key: InventoryKey) -> dict[str, object]:
    fact = key.info
    details: dict[str, object] = {
        "position": position,
        "kind": str(key.location),
        "kid": fact.kid,
        "kty": fact.kty,
        "use": fact.use,
        "alg": fact.alg,
        "shape": fact.key_spec,
        "thumbprint": fact.thumbprint,
        "subject": fact.subject,
        "ends_at": fact.expires_at,
        "issues": " ".join(fact.issues),
        "used_by": " ".join(key.used_by),
        "owner": owner,
    }
    for name, most in MAX_FIELD_LENGTHS.items():
        details[name] = make_storable(str(details[name]))[:most]
    words = (details[name] for name in ("kid", "thumbprint", "subject", "owner"))
    return details | {"words": " ".join(map(str, words)).lower()}
