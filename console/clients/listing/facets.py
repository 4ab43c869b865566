"""What a list of clients is narrowed down by, with how many there are of each."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from console.clients.listing.rows import (
    AUTH_METHOD_LABELS,
    CLIENT_TYPE_LABELS,
    GRANT_TYPE_LABELS,
    LOCK_LABELS,
    REGISTRATION_LABELS,
    ClientRow,
    Labels,
)

MAX_FACET_VALUES = 8  # redirect hosts and services that are offered

type FacetSelection = Mapping[str, Sequence[str]]  # values by facet
type FacetCounts = Mapping[str, Counter[str]]  # how many of each value, by facet


@dataclass(frozen=True, slots=True)
class Facet:
    """One way to narrow a list down; a row may have several of its values."""

    name: str  # in the address
    label: str | Promise
    values: Callable[[ClientRow], Sequence[str]]
    labels: Labels = field(default_factory=dict)
    max_values: int = 0  # at most so many are offered, the commonest; 0: all

    def value_label(self, value: str) -> str:
        return str(self.labels.get(value) or value or _("not told"))


TYPE_FACET = Facet("type", _("Type"), lambda row: (row.client_type,), CLIENT_TYPE_LABELS)
METHOD_FACET = Facet(
    "auth", _("Authentication"), lambda row: (row.auth_method,), AUTH_METHOD_LABELS
)
GRANT_FACET = Facet("grant", _("Grant type"), lambda row: row.grants, GRANT_TYPE_LABELS)
LOCK_FACET = Facet("locked", _("Lock"), lambda row: ("yes" if row.locked else "no",), LOCK_LABELS)
SOURCE_FACET = Facet("source", _("Registration"), lambda row: (row.source,), REGISTRATION_LABELS)
HOST_FACET = Facet(
    "redirect", _("Redirect host"), lambda row: row.hosts, max_values=MAX_FACET_VALUES
)
REGION_FACET = Facet("region", _("Region"), lambda row: (row.region,))
SERVICE_FACET = Facet(
    "service",
    _("Service"),
    lambda row: (f"{row.region}/{row.service_id}",),
    max_values=MAX_FACET_VALUES,
)
SERVICE_LIST_FACETS = (
    TYPE_FACET,
    METHOD_FACET,
    GRANT_FACET,
    LOCK_FACET,
    SOURCE_FACET,
    HOST_FACET,
)
INDEX_FACETS = (REGION_FACET, SERVICE_FACET, *SERVICE_LIST_FACETS)


def apply_facets(
    facets: Iterable[Facet],
    rows: Iterable[tuple[ClientRow, int]],
    selection: FacetSelection,
) -> tuple[list[ClientRow], FacetCounts]:
    """The rows that fit all that is chosen, and how many of each value there would be
    if nothing were chosen in that facet. Each row stands for a number of clients.
    """
    facets = tuple(facets)
    wanted = {name: set(values) for name, values in selection.items() if values}
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
