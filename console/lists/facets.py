"""Facets: the values by which a list is narrowed down, with their counts."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

type Labels = Mapping[str, str | Promise]  # by value
type FacetSelection = Mapping[str, Sequence[str]]  # selected values by facet name
type FacetCounts = Mapping[str, Counter[str]]  # number of items per value, by facet name


@dataclass(frozen=True, slots=True)
class Facet[Row]:
    """A way to narrow a list down. A row can have several of its values."""

    name: str  # the URL parameter
    label: str | Promise
    values: Callable[[Row], Sequence[str]]
    labels: Labels = field(default_factory=dict)
    max_values: int = 0  # offer only the most common ones; 0: all
    is_single: bool = False  # at most one value can be selected
    allow_empty: bool = False  # rows can have an empty value, and be filtered by it
    is_quick: bool = False  # its values are always visible, not only in the filters

    def value_label(self, value: str) -> str:
        """Return the label of ``value``."""
        return str(self.labels.get(value) or value or _("Unknown"))


@dataclass(frozen=True, slots=True)
class FacetLink:
    """A link that selects or deselects one value of a facet."""

    id: str
    label: str
    url: str
    is_selected: bool
    count: int | None = None  # None: not counted


def apply_facets[Row](
    facets: Iterable[Facet[Any]], rows: Iterable[tuple[Row, int]], selection: FacetSelection
) -> tuple[list[Row], FacetCounts]:
    """Return the rows that match ``selection``, and the counts of every facet.

    A facet's counts ignore its own selection. Each row comes with the number of
    items that it stands for.
    """
    facets = tuple(facets)
    expected = {facet.name: set(selection[facet.name]) for facet in facets if selection[facet.name]}
    counts = {facet.name: Counter[str]() for facet in facets}
    matching = []
    for row, number in rows:
        values_by_facet = {facet.name: facet.values(row) for facet in facets}
        missed = [name for name in expected if expected[name].isdisjoint(values_by_facet[name])]
        if not missed:
            matching.append(row)
        if len(missed) > 1:
            continue
        for name in missed or values_by_facet:
            for value in values_by_facet[name]:
                counts[name][value] += number
    return matching, counts
