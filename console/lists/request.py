"""The URL parameters of a list, parsed, and the URLs of its other views."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, QueryDict
from django.utils.functional import Promise

from console.lists.facets import Facet, FacetCounts, FacetLink, FacetSelection
from console.lists.query import SearchQuery, SearchVocabulary, replace_params, without_params
from tenants.authlete.errors import AuthleteError


@dataclass(frozen=True, slots=True)
class ListColumn[Row]:
    """A column, and how to sort by it."""

    name: str  # the value of the URL parameter "sort"
    label: str | Promise
    sort_key: Callable[[Row], Any]
    is_default: bool = True  # shown unless the user chose other columns
    is_sortable: bool = True
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class ListPage[Row]:
    """The rows of one page, and the totals of the list."""

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


PAGE_SIZES = (25, 50, 100)
DEFAULT_PAGE_SIZE = 50
MAX_PAGE_NUMBER = 10**6
COLUMNS_PARAM = "columns"  # names, separated by commas
VIEW_PARAMS = ("page", "size", "download", "all", "sort", COLUMNS_PARAM)  # they leave out no row


class ListRequest:
    """What one URL of a list asks for."""

    def __init__(
        self,
        params: QueryDict,
        vocabulary: SearchVocabulary,
        facets: Sequence[Facet[Any]] = (),
        sorts: Sequence[str] = (),
        path: str = "",
    ) -> None:
        """Parse ``params``; ``path`` is needed where a page of another path has the list."""
        self.params = params
        self.path = path
        self.facets = facets
        self.query = SearchQuery(params.get("q", ""), vocabulary)
        self.selected: FacetSelection = {
            facet.name: [
                value
                for value in dict.fromkeys(params.getlist(facet.name))
                if value or facet.allow_empty
            ]
            for facet in facets
        }
        sort = params.get("sort", "")
        self.sort = sort if sort.removeprefix("-") in sorts else ""
        size = params.get("size", "")
        self.size = int(size) if size in map(str, PAGE_SIZES) else DEFAULT_PAGE_SIZE
        page = params.get("page", "")
        number = int(page) if page.isascii() and page.isdigit() and len(page) < 10 else 1
        self.page = min(max(number, 1), MAX_PAGE_NUMBER)
        self.download = params.get("download", "")

    @property
    def sort_column(self) -> str:
        """The name of the column to sort by; empty for the list's own order."""
        return self.sort.removeprefix("-")

    @property
    def is_descending(self) -> bool:
        """Whether to sort in descending order."""
        return self.sort.startswith("-")

    @property
    def is_filtered(self) -> bool:
        """Whether the search or a facet can leave rows out."""
        return bool(self.query) or any(self.selected.values())

    @property
    def needs_all(self) -> bool:
        """Whether a source that can only page has to read all its rows."""
        return self.is_filtered or bool(self.sort or self.download or self.params.get("all"))

    @property
    def filter_query(self) -> str:
        """The parameters that filter, URL-encoded; without page, size and order."""
        return without_params(self.params, *VIEW_PARAMS).urlencode()

    @property
    def hidden_fields(self) -> list[tuple[str, str]]:
        """The parameters that a new search keeps."""
        params = without_params(self.params, "q", "page", "download")
        return [(name, value) for name, values in params.lists() for value in values]

    @property
    def all_url(self) -> str:
        """The list with all its rows read, so that facets have counts."""
        return self.url_with(all="yes")

    @property
    def csv_url(self) -> str:
        """The matching rows as CSV."""
        return self.url_with(download="csv")

    @property
    def jsonl_url(self) -> str:
        """The matching rows as JSON Lines."""
        return self.url_with(download="jsonl")

    def url_with(self, **changes: Any) -> str:
        """Return this list's URL from page 1 on, with some parameters changed."""
        return self.path + replace_params(self.params, **changes)

    def page_url(self, number: int) -> str:
        """Return the URL of another page."""
        return self.url_with(page=number)

    def facet_links(self, facet: Facet[Any], counts: FacetCounts | None) -> list[FacetLink]:
        """Return a link for each value of ``facet``; without counts, for each known value."""
        selected = self.selected[facet.name]
        count = (counts or {}).get(facet.name)
        if count is None:
            values = [] if facet.max_values else list(facet.labels)
        else:
            values = [
                value for value, number in count.most_common(facet.max_values or None) if number
            ]
        values += [value for value in selected if value not in values]
        if not facet.max_values:
            order = {value: position for position, value in enumerate(facet.labels)}
            values.sort(key=lambda value: order.get(value, len(order)))
        return [
            self._facet_link(facet, value, None if count is None else count[value])
            for value in values
        ]

    def selected_links(self) -> Iterator[FacetLink]:
        """Yield a link for each selected value that deselects it."""
        for facet in self.facets:
            for value in self.selected[facet.name]:
                link = self._facet_link(facet, value)
                yield FacetLink(link.id, f"{facet.label}: {link.label}", link.url, True)

    def _facet_link(self, facet: Facet[Any], value: str, count: int | None = None) -> FacetLink:
        selected = self.selected[facet.name]
        is_selected = value in selected
        remaining = [] if facet.is_single else [item for item in selected if item != value]
        url = self.url_with(**{facet.name: remaining if is_selected else [*remaining, value]})
        label = facet.value_label(value)
        return FacetLink(f"{facet.name}-{value}", label, url, is_selected, count)

    def paginate[Row](
        self,
        rows: Sequence[Row],
        *,
        total_known: int | None = None,
        facet_counts: FacetCounts | None = None,
    ) -> ListPage[Row]:
        """Return the requested page of ``rows``, or the last one if there are fewer."""
        page = Paginator(rows, self.size).get_page(self.page)
        total = len(rows)
        return ListPage(
            list(page),
            page.start_index(),
            total,
            total if total_known is None else total_known,
            facet_counts,
            rows,
        )


def list_context(
    request: HttpRequest,
    list_request: ListRequest,
    page: ListPage[Any],
    list_id: str = "list",
    id_prefix: str = "",
) -> dict[str, Any]:
    """Return the template context that every list shares; see templates/lists/.

    ``list_id`` is the ID of the element that links of the list replace. IDs inside it begin
    with ``id_prefix``, which has to differ if a page has several lists.
    """
    facets = [
        (facet, list_request.facet_links(facet, page.facet_counts)) for facet in list_request.facets
    ]
    number = (page.start - 1) // list_request.size + 1  # it can differ from the requested one
    trigger = str(getattr(getattr(request, "htmx", None), "trigger", "") or "")
    return {
        "list_id": list_id,
        "list_path": list_request.path or request.path,
        "id_prefix": id_prefix,
        "list_request": list_request,
        "query": list_request.query,
        "list_page": page,
        "sizes": PAGE_SIZES if page.total > PAGE_SIZES[0] else (),
        "facets": [(facet, links) for facet, links in facets if not facet.is_quick],
        "quick": [link for facet, links in facets if facet.is_quick for link in links],
        "selected_links": list(list_request.selected_links()),
        "filters_open": trigger.startswith(f"{id_prefix}facet-"),
        "previous": list_request.page_url(number - 1) if page.start > 1 else "",
        "next": list_request.page_url(number + 1) if page.end < page.total else "",
    }
