"""What is asked of the index of clients, as the database is asked for it."""

from collections.abc import Iterable, Mapping, Sequence

from django.db.models import Q

from console.clients.facets import (
    GRANT,
    HOST,
    LOCKED,
    METHOD,
    REGION,
    SERVICE,
    SOURCE,
    TYPE,
    Facet,
)
from console.editing.query import Test
from console.models import KnownService

COMPARED = {"": "", ">": "__gt", ">=": "__gte", "<": "__lt", "<=": "__lte"}
NUMBERS = {
    "clientId": "client_id",
    "modifiedAt": "modified_at",
    "createdAt": "created_at",
}
TEXTS = {
    "clientType": "client_type",
    "tokenAuthMethod": "auth_method",
    "clientName": "name",
    "clientIdAlias": "alias",
    "region": "region",
}
FACETS = {
    TYPE.name: "client_type",
    METHOD.name: "auth_method",
    SOURCE.name: "source",
    REGION.name: "region",
}
YES, NO = ("true", "yes", "on"), ("false", "no", "off")
NEVER = Q(pk=None)

type Services = Mapping[tuple[str, int], KnownService]  # by region and id


def holds(test: Test, services: Services) -> Q:
    """What a qualifier of the search box names."""
    wanted = test.wanted.lower()
    match test.member:
        case "service":
            return _in_service(wanted, services)
        case "clientId" | "modifiedAt" | "createdAt":
            return _compared(test)
        case "locked":
            return Q(locked=wanted in YES) if wanted in YES + NO else NEVER
        case "grantTypes":
            return Q(grants="") if wanted == "none" else _word("grants", wanted)
        case "redirect" if wanted == "none":
            return Q(hosts="")
        case "redirect":
            return _word("hosts", wanted) | _ends("hosts", f".{wanted}")
        case "clientSource":
            long = f"{wanted}_registration"
            return Q(source__iexact=wanted) | Q(source__iexact=long)
        case _:
            column = TEXTS[test.member]
            none = Q(**{column: ""}) if wanted == "none" else NEVER
            return Q(**{f"{column}__iexact": wanted}) | none


def fits(facet: Facet, values: Sequence[str]) -> Q:
    """What has one of the values; everything where none is chosen."""
    if not values:
        return Q()
    match facet.name:
        case GRANT.name:
            return _any(_word("grants", one) for one in values)
        case HOST.name:
            return _any(_word("hosts", one) for one in values)
        case LOCKED.name:
            return Q(locked__in=[one == "yes" for one in values])
        case SERVICE.name:
            places = [one.partition("/") for one in values]
            return _within(
                [(a, int(b)) for a, _, b in places if b.isascii() and b.isdigit()]
            )
        case _:
            return Q(**{f"{FACETS[facet.name]}__in": values})


def _in_service(wanted: str, services: Services) -> Q:
    """In those of that id, or with that in their name."""
    return _within(
        [
            place
            for place, one in services.items()
            if wanted == str(place[1]) or wanted in one.name.lower()
        ]
    )


def _compared(test: Test) -> Q:
    wanted = test.wanted
    if not (wanted.isascii() and wanted.lstrip("-").isdigit() and len(wanted) <= 18):
        return NEVER
    return Q(**{NUMBERS[test.member] + COMPARED[test.sign]: int(wanted)})


def _within(places: Sequence[tuple[str, int]]) -> Q:
    by_region: dict[str, list[int]] = {}
    for region, number in places:
        if number < 2**63:
            by_region.setdefault(region, []).append(number)
    return _any(Q(region=a, service_id__in=b) for a, b in by_region.items())


def _any(found: Iterable[Q]) -> Q:
    either = NEVER
    for one in found:
        either |= one
    return either


def _word(column: str, word: str) -> Q:
    """Whether one of the words in a column is this one."""
    return (
        Q(**{f"{column}__iexact": word})
        | Q(**{f"{column}__istartswith": f"{word} "})
        | _ends(column, f" {word}")
    )


def _ends(column: str, end: str) -> Q:
    """Whether one of the words in a column ends like that."""
    return Q(**{f"{column}__iendswith": end}) | Q(**{f"{column}__icontains": f"{end} "})
