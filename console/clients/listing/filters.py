"""What lists of clients can be searched and filtered by.

The list of one service is filtered in memory (`search_text`, `search_value`), the list
of all services in the database (`search_condition`, `facet_condition`).
"""

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from console.clients.listing.rows import (
    AUTH_METHOD_LABELS,
    CLIENT_TYPE_LABELS,
    GRANT_TYPE_LABELS,
    LOCK_LABELS,
    REGISTRATION_LABELS,
    ClientRow,
)
from console.lists.facets import Facet
from console.lists.query import SearchTerm, SearchVocabulary
from console.models import KnownService
from tenants.authlete.documents.client import SECTIONS, Client

SEARCH_ALIASES = {
    "type": "clientType",
    "grant": "grantTypes",
    "auth": "tokenAuthMethod",
    "source": "clientSource",
    "name": "clientName",
    "redirect": "redirect",
    "region": "region",
    "service": "service",
}
CLIENT_VOCABULARY = SearchVocabulary.from_sections(
    SECTIONS.values(), example="tokenAuthMethod:none", more=SEARCH_ALIASES
)
INDEX_VOCABULARY = CLIENT_VOCABULARY.restricted_to(
    *SEARCH_ALIASES.values(), "locked", "clientId", "clientIdAlias", "modifiedAt", "createdAt"
)

MAX_FACET_VALUES = 8  # redirect hosts and services to offer
TYPE_FACET = Facet[ClientRow](
    "type", _("Type"), lambda row: (row.client_type,), CLIENT_TYPE_LABELS, allow_empty=True
)
METHOD_FACET = Facet[ClientRow](
    "auth",
    _("Authentication"),
    lambda row: (row.auth_method,),
    AUTH_METHOD_LABELS,
    allow_empty=True,
)
GRANT_FACET = Facet[ClientRow]("grant", _("Grant type"), lambda row: row.grants, GRANT_TYPE_LABELS)
LOCK_FACET = Facet[ClientRow](
    "locked", _("Lock"), lambda row: ("yes" if row.locked else "no",), LOCK_LABELS
)
SOURCE_FACET = Facet[ClientRow](
    "source", _("Registration"), lambda row: (row.source,), REGISTRATION_LABELS, allow_empty=True
)
HOST_FACET = Facet[ClientRow](
    "redirect", _("Redirect host"), lambda row: row.hosts, max_values=MAX_FACET_VALUES
)
REGION_FACET = Facet[ClientRow]("region", _("Region"), lambda row: (row.region,))
SERVICE_FACET = Facet[ClientRow](
    "service",
    _("Service"),
    lambda row: (f"{row.region}/{row.service_id}",),
    max_values=MAX_FACET_VALUES,
)
SERVICE_LIST_FACETS = (TYPE_FACET, METHOD_FACET, GRANT_FACET, LOCK_FACET, SOURCE_FACET, HOST_FACET)
INDEX_FACETS = (REGION_FACET, SERVICE_FACET, *SERVICE_LIST_FACETS)

LOOKUPS = {"": "", ">": "__gt", ">=": "__gte", "<": "__lt", "<=": "__lte"}
NUMBER_COLUMNS = {"clientId": "client_id", "modifiedAt": "modified_at", "createdAt": "created_at"}
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
    """Return the database condition of a qualifier in the search box."""
    expected = test.value.lower()
    match test.member:
        case "service":
            return _in_services(
                [
                    location
                    for location, service in services.items()
                    if expected == str(location[1]) or expected in service.name.lower()
                ]
            )
        case "clientId" | "modifiedAt" | "createdAt":
            return _number_condition(test)
        case "locked":
            return Q(locked=expected in YES) if expected in YES + NO else NO_ROWS
        case "grantTypes":
            return Q(grants="") if expected == "none" else _has_word("grants", expected)
        case "redirect" if expected == "none":
            return Q(hosts="")
        case "redirect":
            return _has_word("hosts", expected) | _has_word_suffix("hosts", f".{expected}")
        case "clientSource":
            long = f"{expected}_registration"
            return Q(source__iexact=expected) | Q(source__iexact=long)
        case _:
            column = TEXT_COLUMNS[test.member]
            none = Q(**{column: ""}) if expected == "none" else NO_ROWS
            return Q(**{f"{column}__iexact": expected}) | none


def facet_condition(facet: Facet[ClientRow], values: Sequence[str]) -> Q:
    """Return the database condition of a facet; matches all if nothing is selected."""
    if not values:
        return Q()
    match facet.name:
        case GRANT_FACET.name:
            return reduce(or_, (_has_word("grants", value) for value in values), NO_ROWS)
        case HOST_FACET.name:
            return reduce(or_, (_has_word("hosts", value) for value in values), NO_ROWS)
        case LOCK_FACET.name:
            return Q(locked__in=[value == "yes" for value in values])
        case SERVICE_FACET.name:
            services = [value.partition("/") for value in values]
            return _in_services(
                [(a, int(b)) for a, _, b in services if b.isascii() and b.isdigit()]
            )
        case _:
            return Q(**{f"{FACET_COLUMNS[facet.name]}__in": values})


def _number_condition(test: SearchTerm) -> Q:
    expected = test.value
    if not (expected.isascii() and expected.lstrip("-").isdigit() and len(expected) <= 18):
        return NO_ROWS
    return Q(**{NUMBER_COLUMNS[test.member] + LOOKUPS[test.operator]: int(expected)})


def _in_services(services: Sequence[tuple[str, int]]) -> Q:
    by_region: dict[str, list[int]] = {}
    for region, number in services:
        if number < 2**63:
            by_region.setdefault(region, []).append(number)
    return reduce(or_, (Q(region=a, service_id__in=b) for a, b in by_region.items()), NO_ROWS)


def _has_word(column: str, word: str) -> Q:
    """Match rows with this word in a column of words."""
    return (
        Q(**{f"{column}__iexact": word})
        | Q(**{f"{column}__istartswith": f"{word} "})
        | _has_word_suffix(column, f" {word}")
    )


def _has_word_suffix(column: str, suffix: str) -> Q:
    """Match rows with a word that ends like this in a column of words."""
    return Q(**{f"{column}__iendswith": suffix}) | Q(**{f"{column}__icontains": f"{suffix} "})


def search_text(client: Client) -> str:
    """Return the text that the words of a search are looked for in."""
    text = f"{client.client_name} {client.alias} {client.client_id}"
    others = client.get("clientNames")
    if isinstance(others, list):
        text += " ".join(str(entry.get("value")) for entry in others if isinstance(entry, dict))
    return f"{text} {' '.join(client.redirect_uris)}"


def search_value(client: Client, member: str, row: ClientRow) -> Any:
    """Return the value that a qualifier such as ``redirect:example.com`` compares."""
    match member:
        case "redirect":
            return parent_domains(row.hosts)
        case "region":
            return row.region
        case "service":
            return [row.service_id, row.service]
        case "clientSource":
            return [row.source, row.source.removesuffix("_REGISTRATION")]
        case _:
            return client.get(member)


def parent_domains(hosts: Sequence[str]) -> list[str]:
    """Return the hosts and every domain that they are in."""
    suffixes: dict[str, None] = {}
    for host in hosts:
        labels = host.split(".")
        suffixes |= dict.fromkeys(".".join(labels[start:]) for start in range(len(labels)))
    return list(suffixes)
