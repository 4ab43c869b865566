"""Search and filter the services of all regions."""

from collections.abc import Sequence
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy

from console.inventory.services import ServiceRow
from console.inventory.setting_values import SERVICE_SETTINGS
from console.lists.facets import Facet
from console.lists.query import SearchField, SearchVocabulary
from console.lists.request import ListColumn, ListRequest

REGION_FACET = Facet[ServiceRow]("region", gettext_lazy("Region"), lambda row: (row.region.name,))
SERVICE_VOCABULARY = SearchVocabulary.from_settings(
    SERVICE_SETTINGS,
    example="pkceRequired:true",
    aliases={"name": "serviceName", "id": "apiKey"},
    more=[SearchField("region")],
)


def _client_count(row: ServiceRow) -> int:
    return row.client_count if row.client_count is not None else -1


SERVICE_COLUMNS = (
    ListColumn[ServiceRow](
        "name", gettext_lazy("Service"), lambda row: (row.name.casefold(), row.region.name)
    ),
    ListColumn[ServiceRow](
        "region", gettext_lazy("Region"), lambda row: (row.region.name, row.name.casefold())
    ),
    ListColumn[ServiceRow]("clients", gettext_lazy("Clients"), _client_count, is_number=True),
    ListColumn[ServiceRow](
        "lifetime",
        gettext_lazy("Access token"),
        lambda row: row.access_token_duration,
        is_number=True,
    ),
    ListColumn[ServiceRow]("changed", gettext_lazy("Changed"), lambda row: row.service.modified_at),
)
COLUMNS_BY_NAME = {column.name: column for column in SERVICE_COLUMNS}


def parse_service_request(params: QueryDict) -> ListRequest:
    """Return the search, filters and order of a list of services."""
    return ListRequest(params, SERVICE_VOCABULARY, [REGION_FACET], list(COLUMNS_BY_NAME))


def filter_services(list_request: ListRequest, rows: Sequence[ServiceRow]) -> list[ServiceRow]:
    """Return the services that match the search and filters."""
    regions = list_request.selected[REGION_FACET.name]
    return [
        row
        for row in list_request.query.filter(rows, _search_text, _search_value)
        if not regions or row.region.name in regions
    ]


def _search_text(row: ServiceRow) -> str:
    service = row.service
    text = f"{service.service_name} {service.issuer} {service.api_key}"
    return f"{text} {service.get('description') or ''} {row.region.name}"


def _search_value(row: ServiceRow, name: str) -> Any:
    if name == "region":
        return row.region.name
    return row.settings.get(name)
