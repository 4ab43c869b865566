"""Maintain the index of services and clients, which serves pages across services.

Whoever saves, creates, locks or removes a client through the console says so here, so
that the index follows at once. It holds no secret, and no page that shows or writes
settings trusts it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from urllib.parse import urlsplit

from django.db.models import QuerySet
from django.utils import timezone

from console.inventory.findings import (
    index_client_findings,
    index_service_findings,
    remove_findings,
)
from console.inventory.key_index import (
    index_client_keys,
    index_service_keys,
    remove_client_keys,
    remove_service_keys,
)
from console.inventory.setting_values import (
    CLIENT_SETTINGS,
    SERVICE_SETTINGS,
    SettingValues,
    format_texts,
    read_values,
    save_profiles,
)
from console.models import KnownClient, KnownService
from console.models.bulk_upsert import Row, upsert_rows
from tenants.authlete.documents.client import Client
from tenants.authlete.documents.service import Service
from tenants.authlete.json.reader import make_storable
from tenants.models import Organization

RESYNC_TOLERANCE = timedelta(minutes=1)  # how far behind the time of a sighting may be
NEVER_SYNCED = datetime.min.replace(tzinfo=UTC)
MAX_TEXT_CHARS = 1_000
MAX_INDEXED_CHARS = 300  # the same, where an index holds it (PostgreSQL: 2,704 bytes a row)
INDEXED_CLIENT_FIELDS = (
    "name",
    "alias",
    "client_type",
    "auth_method",
    "source",
    "grants",
    "hosts",
    "locked",
    "profile",
    "texts",
    "chain_ends",
    "document_ends",
    "edition",
    "modified_at",
    "created_at",
    "rank",
    "words",
)
INDEX_VERSION = 4  # raise it when rows or rules change, to index everything again

COMPARED_CLIENT_FIELDS = ("modified_at", "locked", "chain_ends", "document_ends", "edition")


def index_services(
    organization: Organization, complete_lists: Mapping[str, Sequence[Service]]
) -> None:
    """Index the names of services, for the audit log and for outages.

    ``complete_lists`` has all services of a region, by region name.
    """
    now = timezone.now()
    rows = KnownService.objects.filter(organization=organization, region__in=complete_lists)
    stored = {
        (region, number): (pk, (name, issuer, changed, edition), seen_at)
        for pk, region, number, name, issuer, changed, edition, seen_at in rows.values_list(
            "pk", "region", "service_id", "name", "issuer", "modified_at", "edition", "seen_at"
        )
    }
    services_by_location = {
        (region, service.api_key): service
        for region, services in complete_lists.items()
        for service in services
    }
    listed = {
        location: _service_values(service, stored.get(location, ("", ("", "", 0, 0)))[1])
        for location, service in services_by_location.items()
    }
    if removed := stored.keys() - listed.keys():
        rows.filter(pk__in=[stored[location][0] for location in removed]).delete()
        for region, service_id in removed:
            clients_of_service(organization, region, service_id).delete()
            remove_service_keys(organization, region, service_id)
            remove_findings(organization, region, service_id)
    if any(now - seen_at > RESYNC_TOLERANCE for _, _, seen_at in stored.values()):
        rows.update(seen_at=now)
    changed = {
        location: values
        for location, values in listed.items()
        if location not in stored or stored[location][1] != values
    }
    for region in complete_lists:
        services = [services_by_location[location] for location in changed if location[0] == region]
        index_service_findings(organization, region, services)
    details: dict[bool, list[KnownService]] = {True: [], False: []}
    for location, (name, issuer, modified_at, edition) in changed.items():
        has_settings = services_by_location[location].get("pkceRequired") is not None
        details[has_settings].append(
            KnownService(
                organization=organization,
                region=location[0],
                service_id=location[1],
                name=name,
                issuer=issuer,
                modified_at=modified_at,
                edition=edition,
                settings=_service_settings(services_by_location[location]) if has_settings else {},
                seen_at=now,
            )
        )
    for has_settings, new_rows in details.items():  # a list with names only keeps known settings
        KnownService.objects.bulk_create(
            new_rows,
            update_conflicts=True,
            unique_fields=["organization", "region", "service_id"],
            update_fields=[
                *("name", "issuer", "modified_at", "edition", "seen_at"),
                *(["settings"] if has_settings else []),
            ],
        )
    index_service_keys(organization, complete_lists)


def _service_settings(service: Service) -> SettingValues:
    return read_values(service.to_dict(), SERVICE_SETTINGS)


type ServiceValues = tuple[str, str, int, int]  # name, issuer, modified_at, edition


def _service_values(service: Service, stored: ServiceValues) -> ServiceValues:
    """Return the index columns of a service; a list with names only leaves others unchanged."""
    issuer, modified_at = make_storable(service.issuer), _storable_number(service.modified_at)
    details = (issuer, modified_at, INDEX_VERSION) if issuer or modified_at else stored[1:]
    return (make_storable(service.service_name), *details)


def index_clients(
    organization: Organization, region: str, service_id: int, clients: Sequence[Client]
) -> None:
    """Replace the indexed clients of a service by a complete list."""
    now = timezone.now()
    rows = clients_of_service(organization, region, service_id)
    stored = {
        number: (pk, compared, seen_at)
        for number, pk, seen_at, *compared in rows.values_list(
            "client_id", "pk", "seen_at", *COMPARED_CLIENT_FIELDS
        )
    }
    listed = {client.client_id: client for client in clients if 0 < client.client_id < 2**63}
    if removed := [number for number in stored if number not in listed]:
        for start in range(0, len(removed), 500):  # limit of parameters in SQLite
            rows.filter(client_id__in=removed[start : start + 500]).delete()
        remove_client_keys(organization, region, service_id, removed)
        remove_findings(organization, region, service_id, removed)
    if any(now - seen_at > RESYNC_TOLERANCE for _, _, seen_at in stored.values()):
        rows.update(seen_at=now)
    new = [
        client
        for number, client in listed.items()
        if number not in stored or not _is_unchanged(stored[number][1], client)
    ]
    _upsert_clients(_client_rows(organization, region, service_id, new))
    index_client_keys(organization, region, service_id, new)
    index_client_findings(organization, region, service_id, new)
    _mark_clients_read(organization, region, service_id)


def index_client(organization: Organization, region: str, service_id: int, client: Client) -> None:
    """Index a created or saved client."""
    if 0 < client.client_id < 2**63:
        _upsert_clients(_client_rows(organization, region, service_id, [client]))
        index_client_keys(organization, region, service_id, [client])
        index_client_findings(organization, region, service_id, [client])


def index_client_lock(
    organization: Organization, region: str, service_id: int, client_id: int, locked: bool
) -> None:
    """Index a client's lock state."""
    rows = clients_of_service(organization, region, service_id).filter(client_id=client_id)
    rows.update(locked=locked, seen_at=timezone.now())


def remove_client(organization: Organization, region: str, service_id: int, client_id: int) -> None:
    """Remove a deleted client from the index."""
    clients_of_service(organization, region, service_id).filter(client_id=client_id).delete()
    remove_client_keys(organization, region, service_id, [client_id])
    remove_findings(organization, region, service_id, [client_id])


def clients_of_service(
    organization: Organization, region: str, service_id: int
) -> QuerySet[KnownClient]:
    """Return the clients of one service from the index."""
    return KnownClient.objects.filter(
        organization=organization, region=region, service_id=service_id
    )


def redirect_hosts(client: Client) -> list[str]:
    """Return the hosts of a client's redirect URIs, each once; the scheme for native apps."""
    hosts = dict.fromkeys(map(_host, client.redirect_uris))
    return [host for host in hosts if host]


@lru_cache(maxsize=4096)
def _host(uri: str) -> str:
    """Return the host of a URI, or else its scheme; empty if it has neither."""
    try:
        parts = urlsplit(uri)
        host = parts.hostname or (f"{parts.scheme}:" if parts.scheme else "")
    except ValueError:
        return ""
    return "" if " " in host else host.lower()


def _client_rows(
    organization: Organization, region: str, service_id: int, clients: Sequence[Client]
) -> Iterator[Row]:
    """Yield the columns of each client's row."""
    now = timezone.now()
    values = [read_values(client.to_dict(), CLIENT_SETTINGS) for client in clients]
    profiles = save_profiles(organization, values)
    for client, settings, profile in zip(clients, values, profiles, strict=True):
        yield {
            "organization": organization.pk,
            "region": region,
            "service_id": service_id,
            "client_id": client.client_id,
            **_client_values(client),
            "profile": profile,
            "texts": format_texts(settings),
            "edition": INDEX_VERSION,
            "seen_at": now,
        }


def _client_values(client: Client) -> Row:
    """Return the columns that follow from a client's document alone."""
    name = make_storable(client.client_name)[:MAX_TEXT_CHARS]
    alias = make_storable(client.alias)[:MAX_TEXT_CHARS]
    hosts = make_storable(" ".join(redirect_hosts(client)))[:MAX_TEXT_CHARS]
    contacts = make_storable(" ".join(client.get_texts("contacts")))
    return {
        "name": name,
        "alias": alias,
        "client_type": make_storable(client.client_type)[:60],
        "auth_method": make_storable(client.auth_method)[:60],
        "source": make_storable(client.source)[:60],
        "grants": make_storable(" ".join(sorted(client.grant_types)))[:MAX_INDEXED_CHARS],
        "hosts": hosts,
        "locked": client.is_locked,
        "chain_ends": _storable_number(client.trust_chain_expires_at),
        "document_ends": _storable_number(client.metadata_document_expires_at),
        "modified_at": _storable_number(client.modified_at),
        "created_at": _storable_number(client.created_at),
        "rank": (name or alias).casefold()[:80],
        "words": f"{name} {alias} {client.client_id} {hosts} {contacts}".lower(),
    }


def _mark_clients_read(organization: Organization, region: str, service_id: int) -> None:
    """Record that all clients of a service were read now."""
    now = timezone.now()
    location = {"organization": organization, "region": region, "service_id": service_id}
    service = KnownService.objects.filter(**location).first()
    if not service:
        KnownService.objects.get_or_create(**location, defaults={"clients_at": now, "seen_at": now})
    elif service.clients_problem or now - (service.clients_at or NEVER_SYNCED) > RESYNC_TOLERANCE:
        service.clients_at, service.clients_problem = now, ""
        service.save(update_fields=["clients_at", "clients_problem"])


def _upsert_clients(rows: Iterable[Row]) -> None:
    upsert_rows(
        KnownClient,
        rows,
        unique_fields=["organization", "region", "service_id", "client_id"],
        update_fields=[*INDEXED_CLIENT_FIELDS, "seen_at"],
    )


def _is_unchanged(stored: Sequence[object], client: Client) -> bool:
    """Return whether a client's row is current.

    Authlete changes some members without a new modification time, so these are compared too.
    """
    current = (
        _storable_number(client.modified_at),
        client.is_locked,
        _storable_number(client.trust_chain_expires_at),
        _storable_number(client.metadata_document_expires_at),
        INDEX_VERSION,
    )
    return bool(current[0]) and tuple(stored) == current


def _storable_number(value: int) -> int:
    """``value`` where a database can hold it, else 0."""
    return value if abs(value) < 2**63 else 0
