"""Keeping what lists showed of keys, so that all of them can be searched at once.

It goes along with what is kept of services and clients (`known`), and holds nothing
but what follows from public members.
"""

from collections.abc import Iterable, Mapping, Sequence

from django.db.models import Q, QuerySet

from console.models import KnownKey
from tenants.authlete.documents.client import Client
from tenants.authlete.documents.inventory import Held, of_client, of_service
from tenants.authlete.documents.service import Service
from tenants.authlete.reading import storable
from tenants.models import Organization

AT_ONCE = 200  # owners that a statement names
SHOWN = (
    "place",
    "kind",
    "kid",
    "kty",
    "use",
    "alg",
    "shape",
    "thumbprint",
    "subject",
    "ends_at",
    "marks",
    "used_by",
    "owner",
    "words",
)
LENGTHS = {
    field.name: field.max_length
    for field in KnownKey._meta.fields
    if field.name in SHOWN and field.max_length
}


def keep_of_services(
    organization: Organization, whole: Mapping[str, Sequence[Service]]
) -> None:
    """``whole`` are all the services of a region, by the region's name."""
    for region, services in whole.items():
        seen = [
            (one.api_key, 0, one.service_name or str(one.api_key), of_service(one))
            for one in services
            if one.get("pkceRequired") is not None  # else no more than names was shown
        ]
        if not seen:
            continue
        rows = KnownKey.objects.filter(
            organization=organization,
            region=region,
            service_id__in=[number for number, *_ in seen],
            client_id=0,
        )
        _keep(organization, region, rows, seen)


def keep_of_clients(
    organization: Organization,
    region: str,
    service_id: int,
    clients: Iterable[Client],
) -> None:
    """Of these clients, and of no others."""
    seen = [
        (service_id, one.client_id, one.client_name or one.alias, of_client(one))
        for one in clients
        if one.auth_method or one.created_at  # else no more than names was shown
    ]
    rows = KnownKey.objects.filter(
        organization=organization, region=region, service_id=service_id
    )
    for at in range(0, len(seen), AT_ONCE):
        few = seen[at : at + AT_ONCE]
        theirs = rows.filter(client_id__in=[number for _, number, _, _ in few])
        _keep(organization, region, theirs, few)


def forget_of_service(organization: Organization, region: str, service_id: int) -> None:
    """Forget its keys and those of its clients."""
    KnownKey.objects.filter(
        organization=organization, region=region, service_id=service_id
    ).delete()


def forget_of_clients(
    organization: Organization, region: str, service_id: int, gone: Sequence[int]
) -> None:
    """Forget the keys of clients that are gone."""
    rows = KnownKey.objects.filter(
        organization=organization, region=region, service_id=service_id
    )
    for at in range(0, len(gone), AT_ONCE):
        rows.filter(client_id__in=gone[at : at + AT_ONCE]).delete()


def _keep(
    organization: Organization,
    region: str,
    rows: QuerySet[KnownKey],
    seen: Iterable[tuple[int, int, str, Sequence[Held]]],
) -> None:
    """Write what differs from what is known; an owner whose keys do is written anew."""
    known: dict[tuple[int, int], list[tuple[object, ...]]] = {}
    for service_id, client_id, *told in rows.order_by("place").values_list(
        "service_id", "client_id", *SHOWN
    ):
        known.setdefault((service_id, client_id), []).append(tuple(told))
    changed: list[tuple[int, int]] = []
    fresh: list[KnownKey] = []
    for service_id, client_id, owner, held in seen:
        told = [_told(place, owner, one) for place, one in enumerate(held)]
        whose = (service_id, client_id)
        if known.get(whose, []) == [tuple(one.values()) for one in told]:
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
            for one in told
        ]
    for at in range(0, len(changed), AT_ONCE):
        either = Q()
        for service_id, client_id in changed[at : at + AT_ONCE]:
            either |= Q(service_id=service_id, client_id=client_id)
        rows.filter(either).delete()
    KnownKey.objects.bulk_create(fresh, ignore_conflicts=True)  # of who reads as well


def _told(place: int, owner: str, held: Held) -> dict[str, object]:
    fact = held.fact
    told: dict[str, object] = {
        "place": place,
        "kind": str(held.kind),
        "kid": fact.kid,
        "kty": fact.kty,
        "use": fact.use,
        "alg": fact.alg,
        "shape": fact.shape,
        "thumbprint": fact.thumbprint,
        "subject": fact.subject,
        "ends_at": fact.ends_at,
        "marks": " ".join(fact.marks),
        "used_by": " ".join(held.used_by),
        "owner": owner,
    }
    for name, most in LENGTHS.items():
        told[name] = storable(str(told[name]))[:most]
    words = (told[name] for name in ("kid", "thumbprint", "subject", "owner"))
    return told | {"words": " ".join(map(str, words)).lower()}
