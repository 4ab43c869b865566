from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from console.access import ConsoleRequest, Member, organization_page
from console.editing.fleet import Fleet, Row, fleet
from console.editing.query import Query, Vocabulary
from console.page import answer
from tenants.authlete.documents.service import SECTIONS
from tenants.authlete.operation import Effect

SIZES = (25, 50, 100)  # rows a page
REGION = "region"
ASKED = Vocabulary.of(
    SECTIONS.values(), example="pkceRequired:true", more={REGION: REGION}
)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the list that can be sorted by."""

    name: str
    label: str | Promise
    key: Callable[[Row], Any]
    is_number: bool = False


def _clients(row: Row) -> int:
    return row.clients if row.clients is not None else -1


COLUMNS = (
    Column("name", _("Service"), lambda row: (row.name.casefold(), row.region.name)),
    Column("region", _("Region"), lambda row: (row.region.name, row.name.casefold())),
    Column("clients", _("Clients"), _clients, is_number=True),
    Column("lifetime", _("Access token"), lambda row: row.lifetime, is_number=True),
    Column("changed", _("Changed"), lambda row: row.service.modified_at),
)


@organization_page(Effect.READ)
def index(request: ConsoleRequest, member: Member) -> HttpResponse:
    """All services over all regions, and which region did not answer."""
    found = fleet(member)
    query = Query(request.GET.get("q", ""), ASKED)
    region = request.GET.get("region", "")
    rows = [
        row
        for row in query.found(found.rows, _text, _value)
        if region in ("", row.region.name)
    ]
    sort, rows = _sorted(request, rows)
    page = _page(request, rows)
    context = {
        "member": member,
        "fleet": found,
        "query": query,
        "regions": _counted(member, found),
        "region": region,
        "columns": COLUMNS,
        "sort": sort,
        "page": page,
        "previous": _turned(request, page, -1) if page.has_previous() else "",
        "next": _turned(request, page, 1) if page.has_next() else "",
        "sizes": SIZES,
        "stale": sum(1 for row in found.rows if row.seen_at),
    }
    return answer(request, "services/index.html", context, part="list")


def _text(row: Row) -> str:
    """What words are looked for in."""
    service = row.service
    text = f"{service.service_name} {service.issuer} {service.api_key}"
    return f"{text} {service.get('description') or ''} {row.region.name}"


def _value(row: Row, member: str) -> Any:
    return row.region.name if member == REGION else row.service.get(member)


def _sorted(request: HttpRequest, rows: list[Row]) -> tuple[str, list[Row]]:
    """By the column that the URL names, ``-`` before it for descending."""
    asked = request.GET.get("sort", "name")
    columns = {column.name: column for column in COLUMNS}
    column = columns.get(asked.removeprefix("-"))
    if column is None:
        asked, column = "name", columns["name"]
    return asked, sorted(rows, key=column.key, reverse=asked.startswith("-"))


def _page(request: HttpRequest, rows: Sequence[Row]) -> Page[Row]:
    wanted = request.GET.get("size", "")
    size = int(wanted) if wanted in map(str, SIZES) else SIZES[1]
    return Paginator(rows, size).get_page(request.GET.get("page"))


def _turned(request: HttpRequest, page: Page[Row], step: int) -> str:
    """The address of the page before or after."""
    asked = request.GET.copy()
    asked["page"] = str(page.number + step)
    return f"?{asked.urlencode()}"


def _counted(member: Member, found: Fleet) -> list[dict[str, Any]]:
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
