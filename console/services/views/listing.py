"""The list of services: search, columns and export."""

from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse

from console.inventory.column_page import render_columns
from console.inventory.finding_badges import find_badges
from console.inventory.services import ServiceList, ServiceRow, list_services
from console.inventory.setting_columns import ColumnChoice, export_fields
from console.inventory.setting_values import SERVICE_SETTINGS
from console.lists.export import CONTENT_TYPES, ExportFields, export_rows, iso_time
from console.lists.request import list_context
from console.services.bulk.kind import SERVICE_BULK
from console.services.service_list import (
    COLUMNS_BY_NAME,
    REGION_FACET,
    SERVICE_COLUMNS,
    filter_services,
    parse_service_request,
)
from console.web.access import ConsoleRequest, Member, organization_page
from console.web.responses import render_page
from tenants.audit.events import LIST_EXPORTED
from tenants.authlete.documents.service import SECTIONS
from tenants.authlete.object_ref import ObjectRef
from tenants.authlete.operation import Effect
from tenants.authlete.timestamps import datetime_from_ms

COLUMN_CHOICE = ColumnChoice("services", SECTIONS, SERVICE_SETTINGS, {})
EXPORT_FIELDS: ExportFields[ServiceRow] = {
    "region": lambda row: row.region.name,
    "service_id": lambda row: row.service.api_key,
    "name": lambda row: row.name,
    "issuer": lambda row: row.service.issuer,
    "clients": lambda row: row.client_count,
    "created_at": lambda row: iso_time(datetime_from_ms(row.service.created_at)),
    "modified_at": lambda row: iso_time(datetime_from_ms(row.service.modified_at)),
    "seen_at": lambda row: row.seen_at.isoformat() if row.seen_at else "",
}


@organization_page(Effect.READ)
def index(request: ConsoleRequest, member: Member) -> HttpResponseBase:
    """List the services of all regions, live."""
    services = list_services(member)
    list_request = parse_service_request(request.GET)
    regions = list_request.selected[REGION_FACET.name]
    rows = filter_services(list_request, services.rows)
    column = COLUMNS_BY_NAME[list_request.sort_column or "name"]
    rows.sort(key=column.sort_key, reverse=list_request.is_descending)
    expected = COLUMN_CHOICE.chosen(request.user, request.GET)
    setting_columns = COLUMN_CHOICE.setting_columns(expected)
    if list_request.download in CONTENT_TYPES and not list_request.query.problem:
        return export_rows(
            request,
            member,
            LIST_EXPORTED,
            "services",
            {**EXPORT_FIELDS, **export_fields(setting_columns)},
            rows,
            count=len(rows),
            filter_query=list_request.filter_query,
            file_format=list_request.download,
        )
    page = list_request.paginate(rows)
    refs = [ObjectRef(row.region.name, row.service.api_key) for row in page.rows]
    context = list_context(request, list_request, page) | {
        "member": member,
        "bulk": SERVICE_BULK.path("bulk_select", member) if member.can(Effect.CHANGE) else "",
        "finding_badges": find_badges(member.organization, refs),
        "services": services,
        "regions": _count_by_region(member, services),
        "region": regions[0] if regions else "",
        "columns": SERVICE_COLUMNS,
        "setting_columns": setting_columns,
        "stale": sum(1 for row in services.rows if row.seen_at),
    }
    return render_page(request, "services/index.html", context, part="list")


@organization_page(Effect.READ)
def columns(request: ConsoleRequest, member: Member) -> HttpResponse:
    """Choose the columns of the list of services."""
    list_url = reverse("services:index", args=[member.organization.slug])
    return render_columns(request, member, COLUMN_CHOICE, list_url, "services/columns.html")


def _count_by_region(member: Member, services: ServiceList) -> list[dict[str, Any]]:
    unreachable = {failure.region.name for failure in services.unreachable}
    return [
        {
            "region": region,
            "count": sum(1 for row in services.rows if row.region == region),
            "is_unreachable": region.name in unreachable,
        }
        for region in member.regions()
    ]
