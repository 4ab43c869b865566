"""Lists whose rows are all in memory: search, filters, sorting, pages and export."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.http.response import HttpResponseBase
from django.utils.functional import Promise

from console.lists.export import CONTENT_TYPES, ExportFields, export_rows
from console.lists.facets import Facet, apply_facets
from console.lists.query import SearchVocabulary
from console.lists.request import ListColumn, ListPage, ListRequest, list_context
from console.web.access import ConsoleRequest, Member
from console.web.responses import render_page
from tenants.audit.events import LIST_EXPORTED

WORDS_ONLY = SearchVocabulary({}, "")


@dataclass(frozen=True)
class ListDefinition[Row]:
    """The columns, filters, search and export of a list; see templates/lists/list.html."""

    noun: str  # plural; names exported files
    label: str | Promise
    search_label: str | Promise  # such as "Search members by name or email"
    placeholder: str | Promise  # such as "Name or email"
    columns: Sequence[ListColumn[Row]]
    facets: Sequence[Facet[Row]]
    text: Callable[[Row], str]  # searched for words
    fields: ExportFields[Row]
    prepare: Callable[[Sequence[Row]], None] | None = None  # load what only listed rows need

    def parse(self, params: QueryDict, path: str = "") -> ListRequest:
        """Parse the URL parameters of the list; see `ListRequest`."""
        sorts = [column.name for column in self.columns if column.is_sortable]
        return ListRequest(params, WORDS_ONLY, self.facets, sorts, path)

    def find_page(self, list_request: ListRequest, rows: Sequence[Row]) -> ListPage[Row]:
        """Return the requested page of the matching rows, in their own order by default."""
        searched = list_request.query.filter(rows, self.text, lambda _row, _name: None)
        pairs = ((row, 1) for row in searched)
        matching, counts = apply_facets(self.facets, pairs, list_request.selected)
        for column in self.columns:
            if column.name == list_request.sort_column:
                matching.sort(key=column.sort_key, reverse=list_request.is_descending)
        page = list_request.paginate(matching, total_known=len(rows), facet_counts=counts)
        if self.prepare:
            self.prepare(page.matching if list_request.download else page.rows)
        return page

    def export(
        self,
        request: ConsoleRequest,
        member: Member,
        list_request: ListRequest,
        page: ListPage[Row],
        *,
        noun: str = "",
        **details: str,
    ) -> HttpResponseBase:
        """Export the matching rows; see `export_rows` for ``details``."""
        return export_rows(
            request,
            member,
            LIST_EXPORTED,
            noun or self.noun,
            self.fields,
            page.matching,
            count=page.total,
            filter_query=list_request.filter_query,
            file_format=list_request.download,
            **details,
        )


def render_list(
    request: ConsoleRequest,
    member: Member,
    definition: ListDefinition[Any],
    rows: Sequence[Any],
    template: str,
    context: dict[str, Any],
    *,
    list_id: str = "list",
    id_prefix: str = "",
    part: str = "list",
) -> HttpResponseBase:
    """Render a page with one list, or export its matching rows.

    ``list_id`` is the ID of the element that ``part`` of the template renders; in a step over
    another list, IDs need an ``id_prefix``.
    """
    list_request = definition.parse(request.GET)
    page = definition.find_page(list_request, rows)
    if list_request.download in CONTENT_TYPES:
        return definition.export(request, member, list_request, page)
    context = {
        "member": member,
        "definition": definition,
        "list_label": definition.label,
        **list_context(request, list_request, page, list_id, id_prefix),
        **context,
    }
    return render_page(request, template, context, part=part)
