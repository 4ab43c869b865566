"""What is asked of the index of clients, as the database is asked for it."""

from collections.abc import Iterable, Mapping, Sequence

from django.db.models import Q

from console.clients.listing.facets import (
    GRANT_FACET,
    HOST_FACET,
    LOCK_FACET,
    METHOD_FACET,
    REGION_FACET,
    SERVICE_FACET,
    SOURCE_FACET,
    TYPE_FACET,
    Facet,
)
from console.lists.query import SearchTerm
from console.models import KnownService

LOOKUPS = {"": "", ">": "__gt", ">=": "__gte", "<": "__lt", "<=": "__lte"}
NUMBER_COLUMNS = {
    "clientId": "client_id",
    "modifiedAt": "modified_at",
    "createdAt": "created_at",
}
TEXT_COLUMNS = {
    "clientType": "client_type",
    "tokenAuthMethod": "auth_method",
    "clientName": "name",
    "clientIdAlias": "alias",
    "region": "region",
}
FACET_COLUMNS = {
    TYPE_FACET.name: "client_type",
    METHOD_FACET.name: "auth_method",
    SOURCE_FACET.name: "source",
    REGION_FACET.name: "region",
}
YES, NO = ("true", "yes", "on"), ("false", "no", "off")
NO_ROWS = Q(pk=None)

type ServicesByKey = Mapping[tuple[str, int], KnownService]  # by region and id


def search_condition(test: SearchTerm, services: ServicesByKey) -> Q:
    """What a qualifier of the search box names."""
    wanted = test.value.lower()
    match test.member:
        case "service":
            return _in_named_services(wanted, services)
        case "clientId" | "modifiedAt" | "createdAt":
            return _number_condition(test)
        case "locked":
            return Q(locked=wanted in YES) if wanted in YES + NO else NO_ROWS
        case "grantTypes":
            return Q(grants="") if wanted == "none" else _has_word("grants", wanted)
        case "redirect" if wanted == "none":
            return Q(hosts="")
        case "redirect":
            return _has_word("hosts", wanted) | _has_word_suffix("hosts", f".{wanted}")
        case "clientSource":
            long = f"{wanted}_registration"
            return Q(source__iexact=wanted) | Q(source__iexact=long)
        case _:
            column = TEXT_COLUMNS[test.member]
            none = Q(**{column: ""}) if wanted == "none" else NO_ROWS
            return Q(**{f"{column}__iexact": wanted}) | none


def facet_condition(facet: Facet, values: Sequence[str]) -> Q:
    """What has one of the values; everything where none is chosen."""
    if not values:
        return Q()
    match facet.name:
        case GRANT_FACET.name:
            return _any_of(_has_word("grants", one) for one in values)
        case HOST_FACET.name:
            return _any_of(_has_word("hosts", one) for one in values)
        case LOCK_FACET.name:
            return Q(locked__in=[one == "yes" for one in values])
        case SERVICE_FACET.name:
            places = [one.partition("/") for one in values]
            return _in_services([(a, int(b)) for a, _, b in places if b.isascii() and b.isdigit()])
        case _:
            return Q(**{f"{FACET_COLUMNS[facet.name]}__in": values})


def _in_named_services(wanted: str, services: ServicesByKey) -> Q:
    """In those of that id, or with that in their name."""
    return _in_services(
        [
            place
            for place, one in services.items()
            if wanted == str(place[1]) or wanted in one.name.lower()
        ]
    )


def _number_condition(test: SearchTerm) -> Q:
    wanted = test.value
    if not (wanted.isascii() and wanted.lstrip("-").isdigit() and len(wanted) <= 18):
        return NO_ROWS
    return Q(**{NUMBER_COLUMNS[test.member] + LOOKUPS[test.operator]: int(wanted)})


def _in_services(places: Sequence[tuple[str, int]]) -> Q:
    by_region: dict[str, list[int]] = {}
    for region, number in places:
        if number < 2**63:
            by_region.setdefault(region, []).append(number)
    return _any_of(Q(region=a, service_id__in=b) for a, b in by_region.items())


def _any_of(conditions: Iterable[Q]) -> Q:
    either = NO_ROWS
    for one in conditions:
        either |= one
    return either


def _has_word(column: str, word: str) -> Q:
    """Whether one of the words in a column is this one."""
    return (
        Q(**{f"{column}__iexact": word})
        | Q(**{f"{column}__istartswith": f"{word} "})
        | _has_word_suffix(column, f" {word}")
    )


def _has_word_suffix(column: str, end: str) -> Q:
    """Whether one of the words in a column ends like that."""
    return Q(**{f"{column}__iendswith": end}) | Q(**{f"{column}__icontains": f"{end} "})
