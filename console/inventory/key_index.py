"""Keeping what lists showed of keys, so that all of them can be searched at once.

It goes along with what is kept of services and clients (`known`), and holds nothing
but what follows from public members.
"""

from collections.abc import Iterable, Mapping, Sequence

from django.db.models import Q, QuerySet

from console.models import KnownKey
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
MAX_FIELD_LENGTHS = {
    field.name: field.max_length
    for field in KnownKey._meta.fields
    if field.name in INDEXED_KEY_FIELDS and field.max_length
}


def index_service_keys(
    organization: Organization, complete_lists: Mapping[str, Sequence[Service]]
) -> None:
    """``whole`` are all the services of a region, by the region's name."""
    for region, services in complete_lists.items():
        seen = [
            (
                service.api_key,
                0,
                service.service_name or str(service.api_key),
                list_service_keys(service),
            )
            for service in services
            if service.get("pkceRequired") is not None  # else no more than names was shown
        ]
        if not seen:
            continue
        rows = KnownKey.objects.filter(
            organization=organization,
            region=region,
            service_id__in=[number for number, *_ in seen],
            client_id=0,
        )
        _replace_changed(organization, region, rows, seen)


def index_client_keys(
    organization: Organization, region: str, service_id: int, clients: Iterable[Client]
) -> None:
    """Of these clients, and of no others."""
    seen = [
        (service_id, client.client_id, client.client_name or client.alias, list_client_keys(client))
        for client in clients
        if client.auth_method or client.created_at  # else no more than names was shown
    ]
    rows = KnownKey.objects.filter(organization=organization, region=region, service_id=service_id)
    for at in range(0, len(seen), OWNERS_PER_STATEMENT):
        few = seen[at : at + OWNERS_PER_STATEMENT]
        keys = rows.filter(client_id__in=[number for _, number, _, _ in few])
        _replace_changed(organization, region, keys, few)


def remove_service_keys(organization: Organization, region: str, service_id: int) -> None:
    """Forget its keys and those of its clients."""
    KnownKey.objects.filter(
        organization=organization, region=region, service_id=service_id
    ).delete()


def remove_client_keys(
    organization: Organization, region: str, service_id: int, client_ids: Sequence[int]
) -> None:
    """Forget the keys of clients that are gone."""
    rows = KnownKey.objects.filter(organization=organization, region=region, service_id=service_id)
    for at in range(0, len(client_ids), OWNERS_PER_STATEMENT):
        rows.filter(client_id__in=client_ids[at : at + OWNERS_PER_STATEMENT]).delete()


def _replace_changed(
    organization: Organization,
    region: str,
    rows: QuerySet[KnownKey],
    seen_at: Iterable[tuple[int, int, str, Sequence[InventoryKey]]],
) -> None:
    """Update the index; rewrite the rows of each owner whose keys changed."""
    known: dict[tuple[int, int], list[tuple[object, ...]]] = {}
    for service_id, client_id, *values in rows.order_by("position").values_list(
        "service_id", "client_id", *INDEXED_KEY_FIELDS
    ):
        known.setdefault((service_id, client_id), []).append(tuple(values))
    changed: list[tuple[int, int]] = []
    fresh: list[KnownKey] = []
    for service_id, client_id, owner, keys in seen_at:
        key_rows = [_key_values(position, owner, key) for position, key in enumerate(keys)]
        whose = (service_id, client_id)
        if known.get(whose, []) == [tuple(one.values()) for one in key_rows]:
            continue
        changed.append(whose)
        fresh += [
            KnownKey(
                organization=organization,
                region=region,
                service_id=service_id,
                client_id=client_id,
                **one,
            )
            for one in key_rows
        ]
    for at in range(0, len(changed), OWNERS_PER_STATEMENT):
        either = Q()
        for service_id, client_id in changed[at : at + OWNERS_PER_STATEMENT]:
            either |= Q(service_id=service_id, client_id=client_id)
        rows.filter(either).delete()
    KnownKey.objects.bulk_create(fresh, ignore_conflicts=True)  # of who reads as well


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
