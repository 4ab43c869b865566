"""What is asked of a list of clients: an address, in words, and other addresses."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from console.clients.facets import Chosen, Counted, Facet
from console.clients.rows import Row
from console.editing.addresses import otherwise, without
from console.editing.query import Query, Vocabulary
from tenants.authlete.documents.client import SECTIONS, Client

SIZES = (25, 50, 100)  # rows a page
SHORT = {
    "type": "clientType",
    "grant": "grantTypes",
    "auth": "tokenAuthMethod",
    "source": "clientSource",
    "name": "clientName",
    "redirect": "redirect",
    "region": "region",
    "service": "service",
}
ASKED = Vocabulary.of(SECTIONS.values(), example="tokenAuthMethod:none", more=SHORT)
INDEXED = ASKED.only(
    *SHORT.values(), "locked", "clientId", "clientIdAlias", "modifiedAt", "createdAt"
)
PAGED = ("page", "size", "download", "all")  # not what is asked for, but how much of it


@dataclass(frozen=True, slots=True)
class Link:
    """A value of a facet, how many there are, and where it is turned on or off."""

    id: str
    label: str
    path: str
    on: bool
    count: int | None  # None: not counted


class Asked:
    """One address of a list, understood."""

    def __init__(
        self,
        address: QueryDict,
        vocabulary: Vocabulary,
        facets: Sequence[Facet],
        sorts: Sequence[str],
    ) -> None:
        self._address = address
        self.facets = facets
        self.query = Query(address.get("q", ""), vocabulary)
        self.chosen: Chosen = {
            one.name: list(dict.fromkeys(address.getlist(one.name))) for one in facets
        }
        sort = address.get("sort", "")
        self.sort = sort if sort.removeprefix("-") in sorts else ""
        size = address.get("size", "")
        self.size = int(size) if size in map(str, SIZES) else SIZES[1]
        page = address.get("page", "")
        self.page = int(page) if page.isascii() and page.isdigit() else 1
        self.page = min(max(self.page, 1), 10**6)
        self.download = address.get("download", "")

    @property
    def is_narrowed(self) -> bool:
        """Whether rows are left out, or could be."""
        return bool(self.query) or any(self.chosen.values())

    @property
    def is_whole(self) -> bool:
        """Whether all rows must be known to answer."""
        return self.is_narrowed or bool(
            self.sort or self.download or self._address.get("all")
        )

    @property
    def filter(self) -> str:
        """What is asked for, as an address: nothing about pages and order."""
        query = without(self._address, *PAGED, "sort")
        return query.urlencode()

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What the search box keeps of the address."""
        query = without(self._address, "q", "page", "download")
        return [(name, one) for name, found in query.lists() for one in found]

    @property
    def everything(self) -> str:
        return self.path(all="yes")

    @property
    def csv(self) -> str:
        return self.path(download="csv")

    @property
    def jsonl(self) -> str:
        return self.path(download="jsonl")

    def path(self, **changes: Any) -> str:
        """The same list otherwise: from its first page on, with these parameters."""
        return otherwise(self._address, **changes)

    def links(self, facet: Facet, counted: Counted | None) -> list[Link]:
        """What ``facet`` offers: what there is, or else what there may be."""
        chosen = self.chosen[facet.name]
        count = (counted or {}).get(facet.name)
        if count is None:
            words = () if facet.top else facet.words
            values = [*words, *(value for value in chosen if value not in words)]
            return [self._link(facet, value, None) for value in values]
        values = [value for value, _ in count.most_common(facet.top or None)]
        values += [value for value in chosen if value not in values]
        if not facet.top:
            order = list(facet.words)
            values.sort(key=lambda v: order.index(v) if v in order else len(order))
        return [self._link(facet, value, count[value]) for value in values]

    def chips(self) -> Iterator[Link]:
        """Each value that is chosen, with the address of the list without it."""
        for facet in self.facets:
            for value in self.chosen[facet.name]:
                link = self._link(facet, value, None)
                yield Link(
                    link.id, f"{facet.label}: {link.label}", link.path, True, None
                )

    def _link(self, facet: Facet, value: str, count: int | None) -> Link:
        chosen = self.chosen[facet.name]
        on = value in chosen
        others = [one for one in chosen if one != value] if on else [*chosen, value]
        path = self.path(**{facet.name: others})
        return Link(f"{facet.name}-{value}", facet.said(value), path, on, count)


def text_of(client: Client) -> str:
    """What words are looked for in."""
    text = f"{client.client_name} {client.alias} {client.client_id}"
    others = client.get("clientNames")
    if isinstance(others, list):
        text += " ".join(
            str(one.get("value")) for one in others if isinstance(one, dict)
        )
    return f"{text} {' '.join(client.redirect_uris)}"


def value_of(client: Client, member: str, row: Row) -> Any:
    """What a name of the search compares."""
    match member:
        case "redirect":
            return within(row.hosts)
        case "region":
            return row.region
        case "service":
            return [row.service_id, row.service]
        case "clientSource":
            return [row.source, row.source.removesuffix("_REGISTRATION")]
        case _:
            return client.get(member)


def within(hosts: Sequence[str]) -> list[str]:
    """The hosts, and every domain that they are in."""
    found: dict[str, None] = {}
    for host in hosts:
        labels = host.split(".")
        found |= dict.fromkeys(".".join(labels[at:]) for at in range(len(labels)))
    return list(found)
