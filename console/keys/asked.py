"""What is asked of the inventory: an address, in words, and other addresses."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from console.editing.addresses import otherwise, without
from console.editing.query import Query, Vocabulary
from console.keys.words import ENDS, KINDS, MARKS, Words
from tenants.regions import Region

SIZES = (25, 50, 100)  # rows a page
ANY = "any"
FACETS = ("kind", "mark", "ends", "region")
LABELS: Words = {
    "kind": _("Kind"),
    "mark": _("Weak or odd"),
    "ends": _("Ends"),
    "region": _("Region"),
}
# What the search box compares by name: columns, and what is looked up apart.
NAMES = (
    "kid thumbprint subject alg use kty kind region mark owner service setting".split()
)
ASKED = Vocabulary({name: name for name in NAMES}, "alg:RS256", {}, frozenset(NAMES))
SORTS = ("ends", "kid", "owner", "kind")


@dataclass(frozen=True, slots=True)
class Link:
    """A value of a facet, how many there are, and where it is turned on or off."""

    id: str
    label: str | Promise
    path: str
    on: bool
    count: int


class Asked:
    """One address of the inventory, understood."""

    def __init__(self, address: QueryDict, regions: Sequence[Region]) -> None:
        self._address = address
        titles = {one.name: one.title for one in regions}
        marks = {ANY: _("Anything"), **MARKS}
        self.words: Mapping[str, Words] = {
            "kind": KINDS,
            "mark": marks,
            "ends": ENDS,
            "region": titles,
        }
        self.query = Query(address.get("q", ""), ASKED)
        self.chosen = {
            name: [one for one in dict.fromkeys(address.getlist(name)) if one]
            for name in FACETS
        }
        sort = address.get("sort", "")
        self.sort = sort if sort.removeprefix("-") in SORTS else ""
        size = address.get("size", "")
        self.size = int(size) if size in map(str, SIZES) else SIZES[1]
        self.page = address.get("page", "1")
        self.download = address.get("download", "")

    @property
    def is_narrowed(self) -> bool:
        return bool(self.query) or any(self.chosen.values())

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What the search box keeps of the address."""
        query = without(self._address, "q", "page", "download")
        return [(name, one) for name, found in query.lists() for one in found]

    @property
    def filter(self) -> str:
        """What is asked for, as an address: nothing about pages and order."""
        return without(self._address, "page", "size", "download", "sort").urlencode()

    @property
    def csv(self) -> str:
        return self.path(download="csv")

    def path(self, **changes: Any) -> str:
        """The same list otherwise, from its first page on."""
        return otherwise(self._address, **changes)

    def links(self, name: str, counted: Counter[str]) -> list[Link]:
        """What there is of a facet, and what of it is chosen."""
        words, chosen = self.words[name], self.chosen[name]
        values = [one for one in words if counted[one] or one in chosen]
        values += [one for one in chosen if one not in words]
        return [self._link(name, value, counted[value]) for value in values]

    def chips(self) -> Iterator[Link]:
        """Each value that is chosen, with the address of the list without it."""
        for name in FACETS:
            for value in self.chosen[name]:
                link = self._link(name, value, 0)
                label = f"{LABELS[name]}: {link.label}"
                yield Link(link.id, label, link.path, True, 0)

    def _link(self, name: str, value: str, count: int) -> Link:
        chosen = self.chosen[name]
        on = value in chosen
        others = [one for one in chosen if one != value] if on else [*chosen, value]
        if name == "ends":
            others = [] if on else [value]
        label = self.words[name].get(value, value)
        return Link(f"{name}-{value}", label, self.path(**{name: others}), on, count)
