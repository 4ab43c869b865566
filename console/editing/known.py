"""Keeping what lists showed: the index that pages over all services are served from.

Whoever saves, creates, locks or removes a client through the console says so here, so
that the index follows at once. It holds no secret, and no page that shows or writes
settings trusts it.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from urllib.parse import urlsplit

from django.db.models import QuerySet
from django.utils import timezone

from console.editing.known_keys import (
    forget_of_clients,
    forget_of_service,
    keep_of_clients,
    keep_of_services,
)
from console.models import KnownClient, KnownService
from tenants.authlete.documents.client import Client
from tenants.authlete.documents.service import Service
from tenants.authlete.reading import storable
from tenants.models import Organization

AGE = timedelta(minutes=1)  # how far behind the time of a sighting may be
EVER = datetime.min.replace(tzinfo=UTC)
LONGEST = 1_000  # characters of a text that are kept
INDEXED = 300  # the same, where an index holds it (PostgreSQL: 2,704 bytes a row)
KEPT = (
    "name",
    "alias",
    "client_type",
    "auth_method",
    "source",
    "grants",
    "hosts",
    "locked",
    "chain_ends",
    "document_ends",
    "edition",
    "modified_at",
    "created_at",
    "rank",
    "words",
)
EDITION = 1  # raised whenever more is kept of a client, so that all are kept anew

SAME = ("modified_at", "locked", "chain_ends", "document_ends", "edition")


def remember_services(
    organization: Organization, whole: Mapping[str, Sequence[Service]]
) -> None:
    """Keep names for the record and for the day a region is down; no setting.

    ``whole`` are all the services of a region, by the region's name.
    """
    now = timezone.now()
    rows = KnownService.objects.filter(organization=organization, region__in=whole)
    known = {
        (region, number): (pk, (name, issuer, changed), seen_at)
        for pk, region, number, name, issuer, changed, seen_at in rows.values_list(
            "pk", "region", "service_id", "name", "issuer", "modified_at", "seen_at"
        )
    }
    seen = {
        place: _told(one, known.get(place, ("", ("", "", 0)))[1])
        for region, services in whole.items()
        for one in services
        for place in [(region, one.api_key)]
    }
    if gone := known.keys() - seen.keys():
        rows.filter(pk__in=[known[place][0] for place in gone]).delete()
        for region, service_id in gone:
            of_service(organization, region, service_id).delete()
            forget_of_service(organization, region, service_id)
    if any(now - seen_at > AGE for _, _, seen_at in known.values()):
        rows.update(seen_at=now)
    KnownService.objects.bulk_create(
        [
            KnownService(
                organization=organization,
                region=region,
                service_id=service_id,
                name=name,
                issuer=issuer,
                modified_at=modified_at,
                seen_at=now,
            )
            for (region, service_id), (name, issuer, modified_at) in seen.items()
            if (region, service_id) not in known
            or known[region, service_id][1] != (name, issuer, modified_at)
        ],
        update_conflicts=True,
        unique_fields=["organization", "region", "service_id"],
        update_fields=["name", "issuer", "modified_at", "seen_at"],
    )
    keep_of_services(organization, whole)


def _told(service: Service, known: tuple[str, str, int]) -> tuple[str, str, int]:
    """What is kept of a service; a list of names takes nothing else away."""
    told = storable(service.issuer), _number(service.modified_at)
    return (storable(service.service_name), *(told if any(told) else known[1:]))


def remember_clients(
    organization: Organization, region: str, service_id: int, clients: Sequence[Client]
) -> None:
    """Keep what the whole list of a service's clients showed, and forget the others."""
    now = timezone.now()
    rows = of_service(organization, region, service_id)
    known = {
        number: (pk, same, seen_at)
        for number, pk, seen_at, *same in rows.values_list(
            "client_id", "pk", "seen_at", *SAME
        )
    }
    seen = {one.client_id: one for one in clients if 0 < one.client_id < 2**63}
    if gone := [number for number in known if number not in seen]:
        for at in range(0, len(gone), 500):  # what a statement of SQLite's may hold
            rows.filter(client_id__in=gone[at : at + 500]).delete()
        forget_of_clients(organization, region, service_id, gone)
    if any(now - seen_at > AGE for _, _, seen_at in known.values()):
        rows.update(seen_at=now)
    new = [
        one
        for number, one in seen.items()
        if number not in known or not _is_same(known[number][1], one)
    ]
    _keep(_row(organization, region, service_id, one) for one in new)
    keep_of_clients(organization, region, service_id, new)
    _read(organization, region, service_id)


def remember_client(
    organization: Organization, region: str, service_id: int, client: Client
) -> None:
    """Keep what one client is now: it was made, or saved."""
    if 0 < client.client_id < 2**63:
        _keep([_row(organization, region, service_id, client)])
        keep_of_clients(organization, region, service_id, [client])


def remember_lock(
    organization: Organization,
    region: str,
    service_id: int,
    client_id: int,
    locked: bool,
) -> None:
    """Keep that a client was locked, or unlocked."""
    rows = of_service(organization, region, service_id).filter(client_id=client_id)
    rows.update(locked=locked, seen_at=timezone.now())


def forget_client(
    organization: Organization, region: str, service_id: int, client_id: int
) -> None:
    """Keep that a client is no more."""
    of_service(organization, region, service_id).filter(client_id=client_id).delete()
    forget_of_clients(organization, region, service_id, [client_id])


def of_service(
    organization: Organization, region: str, service_id: int
) -> QuerySet[KnownClient]:
    """The clients of one service, as they were last seen."""
    return KnownClient.objects.filter(
        organization=organization, region=region, service_id=service_id
    )


def hosts_of(client: Client) -> list[str]:
    """Where its redirect URIs lead, each once; a scheme of its own for native ones."""
    found = dict.fromkeys(map(_host, client.redirect_uris))
    return [host for host in found if host]


@lru_cache(maxsize=4096)
def _host(uri: str) -> str:
    """The host of an address, or its scheme; nothing where it has neither."""
    try:
        parts = urlsplit(uri)
        host = parts.hostname or (f"{parts.scheme}:" if parts.scheme else "")
    except ValueError:
        return ""
    return "" if " " in host else host.lower()


def _row(
    organization: Organization, region: str, service_id: int, client: Client
) -> KnownClient:
    name = storable(client.client_name)[:LONGEST]
    alias = storable(client.alias)[:LONGEST]
    hosts = storable(" ".join(hosts_of(client)))[:LONGEST]
    return KnownClient(
        organization=organization,
        region=region,
        service_id=service_id,
        client_id=client.client_id,
        name=name,
        alias=alias,
        client_type=storable(client.client_type)[:60],
        auth_method=storable(client.auth_method)[:60],
        source=storable(client.source)[:60],
        grants=storable(" ".join(sorted(client.grant_types)))[:INDEXED],
        hosts=hosts,
        locked=client.is_locked,
        chain_ends=_number(client.chain_expires_at),
        document_ends=_number(client.document_expires_at),
        edition=EDITION,
        modified_at=_number(client.modified_at),
        created_at=_number(client.created_at),
        seen_at=timezone.now(),
        rank=(name or alias).casefold()[:80],
        words=f"{name} {alias} {client.client_id} {hosts}".lower(),
    )


def _read(organization: Organization, region: str, service_id: int) -> None:
    """Keep that a service's clients were all read just now."""
    now = timezone.now()
    place = {"organization": organization, "region": region, "service_id": service_id}
    known = KnownService.objects.filter(**place).first()
    if not known:
        KnownService.objects.get_or_create(
            **place, defaults={"clients_at": now, "seen_at": now}
        )
    elif known.clients_problem or now - (known.clients_at or EVER) > AGE:
        known.clients_at, known.clients_problem = now, ""
        known.save(update_fields=["clients_at", "clients_problem"])


def _keep(rows: Iterable[KnownClient]) -> None:
    KnownClient.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["organization", "region", "service_id", "client_id"],
        update_fields=[*KEPT, "seen_at"],
    )


def _is_same(kept: Sequence[object], client: Client) -> bool:
    """Whether a client is as it was: what Authlete sets by itself may change without
    its version."""
    now = (
        _number(client.modified_at),
        client.is_locked,
        _number(client.chain_expires_at),
        _number(client.document_expires_at),
        EDITION,
    )
    return bool(now[0]) and tuple(kept) == now


def _number(value: int) -> int:
    """``value`` where a database can hold it, else 0."""
    return value if abs(value) < 2**63 else 0
