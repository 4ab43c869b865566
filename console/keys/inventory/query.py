"""What is asked of the inventory: an address, in words, and other addresses."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from console.keys.inventory.labels import (
    EXPIRY_LABELS,
    ISSUE_LABELS,
    KIND_LABELS,
    Labels,
)
from console.lists.links import replace_params, without_params
from console.lists.query import SearchQuery, SearchVocabulary
from tenants.organizations.regions import Region

PAGE_SIZES = (25, 50, 100)  # rows a page
ANY_ISSUE = "any"
FACETS = ("kind", "mark", "ends", "region")
FACET_LABELS: Labels = {
    "kind": _("Kind"),
    "mark": _("Issues"),
    "ends": _("Expiry"),
    "region": _("Region"),
}
# What the search box compares by name: columns, and what is looked up apart.
SEARCH_FIELDS = "kid thumbprint subject alg use kty kind region mark owner service setting".split()
VOCABULARY = SearchVocabulary(
    {name: name for name in SEARCH_FIELDS}, "alg:RS256", {}, frozenset(SEARCH_FIELDS)
)
SORTS = ("ends", "kid", "owner", "kind")


@dataclass(frozen=True, slots=True)
class KeyFacetLink:
    """A value of a facet, how many there are, and where it is turned on or off."""

    id: str
    label: str | Promise
    path: str
    is_active: bool
    count: int


class KeyQuery:
    """One address of the inventory, understood."""

    def __init__(self, address: QueryDict, regions: Sequence[Region]) -> None:
        self._address = address
        titles = {one.name: one.title for one in regions}
        marks = {ANY_ISSUE: _("Any issue"), **ISSUE_LABELS}
        self.facet_labels: Mapping[str, Labels] = {
            "kind": KIND_LABELS,
            "mark": marks,
            "ends": EXPIRY_LABELS,
            "region": titles,
        }
        self.query = SearchQuery(address.get("q", ""), VOCABULARY)
        self.selected = {
            name: [one for one in dict.fromkeys(address.getlist(name)) if one] for name in FACETS
        }
        sort = address.get("sort", "")
        self.sort = sort if sort.removeprefix("-") in SORTS else ""
        size = address.get("size", "")
        self.size = int(size) if size in map(str, PAGE_SIZES) else PAGE_SIZES[1]
        self.page = address.get("page", "1")
        self.download = address.get("download", "")

    @property
    def is_filtered(self) -> bool:
        return bool(self.query) or any(self.selected.values())

    @property
    def hidden_fields(self) -> list[tuple[str, str]]:
        """What the search box keeps of the address."""
        query = without_params(self._address, "q", "page", "download")
        return [(name, one) for name, found in query.lists() for one in found]

    @property
    def filter_query(self) -> str:
        """What is asked for, as an address: nothing about pages and order."""
        return without_params(self._address, "page", "size", "download", "sort").urlencode()

    @property
    def csv_path(self) -> str:
        return self.url(download="csv")

    def url(self, **changes: Any) -> str:
        """The same list otherwise, from its first page on."""
        return replace_params(self._address, **changes)

    def facet_links(self, name: str, counts: Counter[str]) -> list[KeyFacetLink]:
        """What there is of a facet, and what of it is chosen."""
        words, chosen = self.facet_labels[name], self.selected[name]
        values = [one for one in words if counts[one] or one in chosen]
        values += [one for one in chosen if one not in words]
        return [self._facet_link(name, value, counts[value]) for value in values]

    def active_filters(self) -> Iterator[KeyFacetLink]:
        """Each value that is chosen, with the address of the list without it."""
        for name in FACETS:
            for value in self.selected[name]:
                link = self._facet_link(name, value, 0)
                label = f"{FACET_LABELS[name]}: {link.label}"
                yield KeyFacetLink(link.id, label, link.path, True, 0)

    def _facet_link(self, name: str, value: str, count: int) -> KeyFacetLink:
        chosen = self.selected[name]
        on = value in chosen
        others = [one for one in chosen if one != value] if on else [*chosen, value]
        if name == "ends":
            others = [] if on else [value]
        label = self.facet_labels[name].get(value, value)
        return KeyFacetLink(f"{name}-{value}", label, self.url(**{name: others}), on, count)
