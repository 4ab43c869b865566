from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from console.inventory.services import ServiceList, ServiceRow, list_services
from console.lists.query import SearchQuery, SearchVocabulary
from console.web.access import ConsoleRequest, Member, organization_page
from console.web.responses import render_page
from tenants.authlete.documents.service import SECTIONS
from tenants.authlete.operation import Effect

PAGE_SIZES = (25, 50, 100)  # rows a page
REGION = "region"
SERVICE_VOCABULARY = SearchVocabulary.from_sections(
    SECTIONS.values(), example="pkceRequired:true", more={REGION: REGION}
)


@dataclass(frozen=True, slots=True)
class ServiceColumn:
    """A column of the list that can be sorted by."""

    name: str
    label: str | Promise
    key: Callable[[ServiceRow], Any]
    is_number: bool = False


def _client_count(row: ServiceRow) -> int:
    return row.client_count if row.client_count is not None else -1


SERVICE_COLUMNS = (
    ServiceColumn("name", _("Service"), lambda row: (row.name.casefold(), row.region.name)),
    ServiceColumn("region", _("Region"), lambda row: (row.region.name, row.name.casefold())),
    ServiceColumn("clients", _("Clients"), _client_count, is_number=True),
    ServiceColumn(
        "lifetime",
        _("Access token"),
        lambda row: row.access_token_duration,
        is_number=True,
    ),
    ServiceColumn("changed", _("Changed"), lambda row: row.service.modified_at),
)


@organization_page(Effect.READ)
def index(request: ConsoleRequest, member: Member) -> HttpResponse:
    """All services over all regions, and which region did not answer."""
    found = list_services(member)
    query = SearchQuery(request.GET.get("q", ""), SERVICE_VOCABULARY)
    region = request.GET.get("region", "")
    rows = [
        row
        for row in query.filter(found.rows, _search_text, _search_value)
        if region in ("", row.region.name)
    ]
    sort, rows = _sort(request, rows)
    page = _paginate(request, rows)
    context = {
        "member": member,
        "fleet": found,
        "query": query,
        "regions": _count_by_region(member, found),
        "region": region,
        "columns": SERVICE_COLUMNS,
        "sort": sort,
        "page": page,
        "previous": _page_url(request, page, -1) if page.has_previous() else "",
        "next": _page_url(request, page, 1) if page.has_next() else "",
        "sizes": PAGE_SIZES,
        "stale": sum(1 for row in found.rows if row.seen_at),
    }
    return render_page(request, "services/index.html", context, part="list")


def _search_text(row: ServiceRow) -> str:
    """What words are looked for in."""
    service = row.service
    text = f"{service.service_name} {service.issuer} {service.api_key}"
    return f"{text} {service.get('description') or ''} {row.region.name}"


def _search_value(row: ServiceRow, member: str) -> Any:
    return row.region.name if member == REGION else row.service.get(member)


def _sort(request: HttpRequest, rows: list[ServiceRow]) -> tuple[str, list[ServiceRow]]:
    """By the column that the URL names, ``-`` before it for descending."""
    asked = request.GET.get("sort", "name")
    columns = {column.name: column for column in SERVICE_COLUMNS}
    column = columns.get(asked.removeprefix("-"))
    if column is None:
        asked, column = "name", columns["name"]
    return asked, sorted(rows, key=column.key, reverse=asked.startswith("-"))


def _paginate(request: HttpRequest, rows: Sequence[ServiceRow]) -> Page[ServiceRow]:
    wanted = request.GET.get("size", "")
    size = int(wanted) if wanted in map(str, PAGE_SIZES) else PAGE_SIZES[1]
    return Paginator(rows, size).get_page(request.GET.get("page"))


def _page_url(request: HttpRequest, page: Page[ServiceRow], step: int) -> str:
    """The address of the page before or after."""
    asked = request.GET.copy()
    asked["page"] = str(page.number + step)
    return f"?{asked.urlencode()}"


def _count_by_region(member: Member, found: ServiceList) -> list[dict[str, Any]]:
    """Each region with the number of its services, and whether it answered."""
    silent = {silence.region.name for silence in found.silent}
    return [
        {
            "region": region,
            "count": sum(1 for row in found.rows if row.region == region),
            "silent": region.name in silent,
        }
        for region in member.regions()
    ]
