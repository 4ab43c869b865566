"""What a list of clients is narrowed down by, with how many there are of each."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from console.clients.rows import Row
from console.clients.words import GRANTS, LOCKS, METHODS, SOURCES, TYPES, Words

TOP = 8  # redirect hosts and services that are offered

type Chosen = Mapping[str, Sequence[str]]  # values by facet
type Counted = Mapping[str, Counter[str]]  # how many of each value, by facet


@dataclass(frozen=True, slots=True)
class Facet:
    """One way to narrow a list down; a row may have several of its values."""

    name: str  # in the address
    label: str | Promise
    values: Callable[[Row], Sequence[str]]
    words: Words = field(default_factory=dict)
    top: int = 0  # at most so many are offered, the commonest; 0: all

    def said(self, value: str) -> str:
        return str(self.words.get(value) or value or _("not told"))


TYPE = Facet("type", _("Type"), lambda row: (row.client_type,), TYPES)
METHOD = Facet("auth", _("Authentication"), lambda row: (row.auth_method,), METHODS)
GRANT = Facet("grant", _("Grant type"), lambda row: row.grants, GRANTS)
LOCKED = Facet("locked", _("Lock"), lambda row: ("yes" if row.locked else "no",), LOCKS)
SOURCE = Facet("source", _("Registration"), lambda row: (row.source,), SOURCES)
HOST = Facet("redirect", _("Redirect host"), lambda row: row.hosts, top=TOP)
REGION = Facet("region", _("Region"), lambda row: (row.region,))
SERVICE = Facet(
    "service", _("Service"), lambda row: (f"{row.region}/{row.service_id}",), top=TOP
)
OF_CLIENTS = (TYPE, METHOD, GRANT, LOCKED, SOURCE, HOST)
EVERYWHERE = (REGION, SERVICE, *OF_CLIENTS)


def narrowed(
    facets: Iterable[Facet], rows: Iterable[tuple[Row, int]], chosen: Chosen
) -> tuple[list[Row], Counted]:
    """The rows that fit all that is chosen, and how many of each value there would be
    if nothing were chosen in that facet. Each row stands for a number of clients.
    """
    facets = tuple(facets)
    wanted = {name: set(values) for name, values in chosen.items() if values}
    counted = {facet.name: Counter[str]() for facet in facets}
    found = []
    for row, number in rows:
        held = {facet.name: facet.values(row) for facet in facets}
        missed = [one for one in wanted if wanted[one].isdisjoint(held[one])]
        if not missed:
            found.append(row)
        if len(missed) > 1:
            continue
        for name in missed or held:
            for value in held[name]:
                counted[name][value] += number
    return found, counted
