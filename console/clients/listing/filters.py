"""What lists of clients can be searched and filtered by.

The list of one service is filtered in memory (`search_text`, `search_value`), the list
of all services in the database (`search_condition`, `facet_condition`).
"""

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import or_
from typing import Any

from django.db import connection
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
from console.inventory.setting_values import (
    CLIENT_SETTINGS,
    NO_ROWS,
    SERVICE_SETTINGS,
    setting_condition,
)
from console.lists.facets import Facet
from console.lists.query import SearchField, SearchTerm, SearchVocabulary
from console.lists.search_values import PatternTest, SetTest, TextTest, ValueTest
from console.models import KnownService
from tenants.authlete.documents.client import Client
from tenants.models import Organization

SEARCH_ALIASES = {
    "type": "clientType",
    "grant": "grantTypes",
    "auth": "tokenAuthMethod",
    "source": "clientSource",
    "name": "clientName",
}
REDIRECT_FIELD = SearchField("redirect")
REGION_FIELD = SearchField("region")
SERVICE_FIELD = SearchField("service", is_partial=True)
CLIENT_VOCABULARY = SearchVocabulary.from_settings(
    CLIENT_SETTINGS,
    example="tokenAuthMethod:none",
    aliases=SEARCH_ALIASES,
    more=(REDIRECT_FIELD, REGION_FIELD, SERVICE_FIELD),
    elsewhere={
        name.lower(): _("“%(name)s” is a setting of services. Search the services for it.")
        % {"name": name}
        for name in SERVICE_SETTINGS.keys() - CLIENT_SETTINGS.keys()
        if name not in ("accessTokenDuration", "refreshTokenDuration", "idTokenDuration")
    },
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

FACET_COLUMNS = {
    TYPE_FACET.name: "client_type",
    METHOD_FACET.name: "auth_method",
    SOURCE_FACET.name: "source",
    REGION_FACET.name: "region",
}
type ServicesByKey = Mapping[tuple[str, int], KnownService]  # by region and id


def search_condition(
    organization: Organization,
    term: SearchTerm,
    services: ServicesByKey,
    profile_field: str = "profile",
) -> Q:
    """Return the database condition of a qualifier in the search box."""
    if term.field is SERVICE_FIELD:
        return _in_services(
            [
                location
                for location, service in services.items()
                if term.matches([str(location[1]), service.name])
            ]
        )
    if term.field is REGION_FIELD:
        regions = {region for region, _service_id in services}
        return Q(region__in=[region for region in regions if term.matches(region)])
    if term.field is REDIRECT_FIELD:
        condition = reduce(or_, map(_redirect_condition, term.tests))
        return ~condition if term.is_negated else condition
    return setting_condition(organization, term, profile_field)


def _redirect_condition(test: ValueTest) -> Q:
    match test:
        case SetTest(is_set=is_set):
            return ~Q(hosts="") if is_set else Q(hosts="")
        case TextTest(text=text):
            host = text.lower()
            return _has_word("hosts", host) | _has_word_suffix("hosts", f".{host}")
    assert isinstance(test, PatternTest)
    regex = test.build_regex("[^ ]", is_backtracking=connection.vendor == "sqlite")
    return Q(hosts__iregex=rf"(^|[ .]){regex}( |$)")


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


def search_value(row: ClientRow, name: str) -> Any:
    """Return the value that a qualifier such as ``redirect:example.com`` compares."""
    match name:
        case "redirect":
            return parent_domains(row.hosts)
        case "region":
            return row.region
        case "service":
            return [str(row.service_id), row.service]
        case _:
            if row.client is None:
                return row.synced_settings.get(name)
            return CLIENT_SETTINGS[name].value_in(row.client.to_dict())


def parent_domains(hosts: Sequence[str]) -> list[str]:
    """Return the hosts and every domain that they are in."""
    suffixes: dict[str, None] = {}
    for host in hosts:
        labels = host.split(".")
        suffixes |= dict.fromkeys(".".join(labels[start:]) for start in range(len(labels)))
    return list(suffixes)
