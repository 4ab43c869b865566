"""What is asked of a list of clients: an address, in words, and other addresses."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from console.clients.listing.facets import Facet, FacetCounts, FacetSelection
from console.clients.listing.rows import ClientRow
from console.lists.links import replace_params, without_params
from console.lists.query import SearchQuery, SearchVocabulary
from tenants.authlete.documents.client import SECTIONS, Client

PAGE_SIZES = (25, 50, 100)  # rows a page
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
    *SEARCH_ALIASES.values(),
    "locked",
    "clientId",
    "clientIdAlias",
    "modifiedAt",
    "createdAt",
)
PAGING_PARAMS = (
    "page",
    "size",
    "download",
    "all",
)  # not what is asked for, but how much of it


@dataclass(frozen=True, slots=True)
class FacetLink:
    """A value of a facet, how many there are, and where it is turned on or off."""

    id: str
    label: str
    path: str
    is_selected: bool
    count: int | None  # None: not counted


class ClientListRequest:
    """One address of a list, understood."""

    def __init__(
        self,
        params: QueryDict,
        vocabulary: SearchVocabulary,
        facets: Sequence[Facet],
        sorts: Sequence[str],
    ) -> None:
        self._params = params
        self.facets = facets
        self.query = SearchQuery(params.get("q", ""), vocabulary)
        self.chosen: FacetSelection = {
            one.name: list(dict.fromkeys(params.getlist(one.name))) for one in facets
        }
        sort = params.get("sort", "")
        self.sort = sort if sort.removeprefix("-") in sorts else ""
        size = params.get("size", "")
        self.size = int(size) if size in map(str, PAGE_SIZES) else PAGE_SIZES[1]
        page = params.get("page", "")
        self.page = int(page) if page.isascii() and page.isdigit() else 1
        self.page = min(max(self.page, 1), 10**6)
        self.download = params.get("download", "")

    @property
    def is_narrowed(self) -> bool:
        """Whether rows are left out, or could be."""
        return bool(self.query) or any(self.chosen.values())

    @property
    def needs_all(self) -> bool:
        """Whether all rows must be known to answer."""
        return self.is_narrowed or bool(self.sort or self.download or self._params.get("all"))

    @property
    def filter_query(self) -> str:
        """What is asked for, as an address: nothing about pages and order."""
        query = without_params(self._params, *PAGING_PARAMS, "sort")
        return query.urlencode()

    @property
    def hidden_fields(self) -> list[tuple[str, str]]:
        """What the search box keeps of the address."""
        query = without_params(self._params, "q", "page", "download")
        return [(name, one) for name, found in query.lists() for one in found]

    @property
    def all_url(self) -> str:
        return self.url_with(all="yes")

    @property
    def csv_url(self) -> str:
        return self.url_with(download="csv")

    @property
    def jsonl_url(self) -> str:
        return self.url_with(download="jsonl")

    def url_with(self, **changes: Any) -> str:
        """The same list otherwise: from its first page on, with these parameters."""
        return replace_params(self._params, **changes)

    def facet_links(self, facet: Facet, counted: FacetCounts | None) -> list[FacetLink]:
        """What ``facet`` offers: what there is, or else what there may be."""
        chosen = self.chosen[facet.name]
        count = (counted or {}).get(facet.name)
        if count is None:
            words = () if facet.max_values else facet.labels
            values = [*words, *(value for value in chosen if value not in words)]
            return [self._link(facet, value, None) for value in values]
        values = [value for value, _ in count.most_common(facet.max_values or None)]
        values += [value for value in chosen if value not in values]
        if not facet.max_values:
            order = list(facet.labels)
            values.sort(key=lambda v: order.index(v) if v in order else len(order))
        return [self._link(facet, value, count[value]) for value in values]

    def selected_links(self) -> Iterator[FacetLink]:
        """Each value that is chosen, with the address of the list without it."""
        for facet in self.facets:
            for value in self.chosen[facet.name]:
                link = self._link(facet, value, None)
                yield FacetLink(link.id, f"{facet.label}: {link.label}", link.path, True, None)

    def _link(self, facet: Facet, value: str, count: int | None) -> FacetLink:
        chosen = self.chosen[facet.name]
        on = value in chosen
        others = [one for one in chosen if one != value] if on else [*chosen, value]
        path = self.url_with(**{facet.name: others})
        return FacetLink(f"{facet.name}-{value}", facet.value_label(value), path, on, count)


def search_text(client: Client) -> str:
    """What words are looked for in."""
    text = f"{client.client_name} {client.alias} {client.client_id}"
    others = client.get("clientNames")
    if isinstance(others, list):
        text += " ".join(str(one.get("value")) for one in others if isinstance(one, dict))
    return f"{text} {' '.join(client.redirect_uris)}"


def search_value(client: Client, member: str, row: ClientRow) -> Any:
    """What a name of the search compares."""
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
    """The hosts, and every domain that they are in."""
    found: dict[str, None] = {}
    for host in hosts:
        labels = host.split(".")
        found |= dict.fromkeys(".".join(labels[at:]) for at in range(len(labels)))
    return list(found)
