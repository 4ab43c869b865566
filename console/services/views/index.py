"""The list of all services."""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from console.inventory.services import ServiceList, ServiceRow, list_services
from console.lists.columns import ListColumn
from console.lists.facets import Facet
from console.lists.query import SearchVocabulary
from console.lists.request import ListRequest, list_context
from console.web.access import ConsoleRequest, Member, organization_page
from console.web.responses import render_page
from tenants.authlete.documents.service import SECTIONS
from tenants.authlete.operation import Effect

REGION_FACET = Facet[ServiceRow]("region", _("Region"), lambda row: (row.region.name,))
SERVICE_VOCABULARY = SearchVocabulary.from_sections(
    SECTIONS.values(), example="pkceRequired:true", more={"region": "region"}
)


def _client_count(row: ServiceRow) -> int:
    return row.client_count if row.client_count is not None else -1


SERVICE_COLUMNS = (
    ListColumn[ServiceRow](
        "name", _("Service"), lambda row: (row.name.casefold(), row.region.name)
    ),
    ListColumn[ServiceRow](
        "region", _("Region"), lambda row: (row.region.name, row.name.casefold())
    ),
    ListColumn[ServiceRow]("clients", _("Clients"), _client_count, is_number=True),
    ListColumn[ServiceRow](
        "lifetime", _("Access token"), lambda row: row.access_token_duration, is_number=True
    ),
    ListColumn[ServiceRow]("changed", _("Changed"), lambda row: row.service.modified_at),
)
COLUMNS_BY_NAME = {column.name: column for column in SERVICE_COLUMNS}


@organization_page(Effect.READ)
def index(request: ConsoleRequest, member: Member) -> HttpResponse:
    """List the services of all regions, live."""
    services = list_services(member)
    asked = ListRequest(request.GET, SERVICE_VOCABULARY, [REGION_FACET], list(COLUMNS_BY_NAME))
    regions = asked.selected[REGION_FACET.name]
    rows = [
        row
        for row in asked.query.filter(services.rows, _search_text, _search_value)
        if not regions or row.region.name in regions
    ]
    column = COLUMNS_BY_NAME[asked.sort_column or "name"]
    rows.sort(key=column.sort_key, reverse=asked.is_descending)
    context = list_context(request, asked, asked.paginate(rows)) | {
        "member": member,
        "services": services,
        "regions": _count_by_region(member, services),
        "region": regions[0] if regions else "",
        "columns": SERVICE_COLUMNS,
        "stale": sum(1 for row in services.rows if row.seen_at),
    }
    return render_page(request, "services/index.html", context, part="list")


def _search_text(row: ServiceRow) -> str:
    service = row.service
    text = f"{service.service_name} {service.issuer} {service.api_key}"
    return f"{text} {service.get('description') or ''} {row.region.name}"


def _search_value(row: ServiceRow, member: str) -> Any:
    return row.region.name if member == "region" else row.service.get(member)


def _count_by_region(member: Member, services: ServiceList) -> list[dict[str, Any]]:
    unreachable = {failure.region.name for failure in services.silent}
    return [
        {
            "region": region,
            "count": sum(1 for row in services.rows if row.region == region),
            "is_unreachable": region.name in unreachable,
        }
        for region in member.regions()
    ]
