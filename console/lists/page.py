"""One page of a list."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from console.lists.facets import FacetCounts
from tenants.authlete.errors import AuthleteError


@dataclass(frozen=True, slots=True)
class ListPage[Row]:
    """The rows of one page, and what is known about the others."""

    rows: Sequence[Row] = ()
    start: int = 0  # position of the first row, from 1; 0: no rows
    total: int = 0  # matching rows
    total_known: int = 0  # rows before filtering
    facet_counts: FacetCounts | None = None  # None: not all rows were read
    matching: Sequence[Row] = field(default=(), repr=False)  # all matching rows, if read
    error: AuthleteError | None = None  # why rows are missing
    scan_limit: int = 0  # number of rows read, when there are more

    @property
    def end(self) -> int:
        """The position of the last row."""
        return self.start + len(self.rows) - 1 if self.rows else self.start

    def last_page(self, size: int) -> int:
        """Return the number of the last page."""
        return max((self.total - 1) // size + 1, 1)
