"""The columns of a list."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class ListColumn[Row]:
    """A column, and how to sort by it."""

    name: str  # the value of the URL parameter "sort"
    label: str | Promise
    sort_key: Callable[[Row], Any]
    is_default: bool = True  # shown unless the user chose other columns
    is_sortable: bool = True
    is_number: bool = False
