"""The columns and filters of the list of apps that are connected to a user."""

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from console.lists.definition import ListDefinition
from console.lists.export import iso_time
from console.lists.facets import Facet
from console.lists.request import ListColumn, ListPage, ListRequest, list_context
from console.users.connected_apps import ConnectedApp, RegionResult
from console.web.access import ConsoleRequest
from tenants.authlete.timestamps import datetime_from_ms


def _states(app: ConnectedApp) -> list[str]:
    """Return the states of an app's tokens."""
    counts = {
        "active": app.live_count,
        "expired": app.expired_count,
        "unknown": 0 if app.is_complete else 1,
    }
    return [state for state, count in counts.items() if count]


def _service(app: ConnectedApp) -> str:
    return app.service.name or str(app.service.service_id)


CONNECTED_APPS = ListDefinition[ConnectedApp](
    "apps",
    _("Connected apps"),
    _("Search connected apps by app, service or scope"),
    _("App, service or scope"),
    columns=(
        ListColumn("app", _("App"), lambda row: row.name.casefold()),
        ListColumn("scopes", _("Permissions"), lambda row: len(row.scopes)),
        ListColumn("tokens", _("Tokens"), lambda row: (row.live_count, row.expired_count)),
        ListColumn("refreshed", _("Last refresh"), lambda row: row.refreshed_at),
        ListColumn("expires", _("Expires"), lambda row: (not row.expires_at, row.expires_at)),
        ListColumn("actions", "", lambda row: row.name, is_sortable=False),
    ),
    facets=(
        Facet(
            "tokens",
            _("Tokens"),
            _states,
            {"active": _("Active"), "expired": _("Expired"), "unknown": _("Not checked")},
        ),
        Facet("service", _("Service"), lambda row: [_service(row)], max_values=20),
        Facet("scope", _("Permission"), lambda row: row.scopes, max_values=20),
    ),
    text=lambda row: f"{row.name} {row.client.client_id} {_service(row)} {' '.join(row.scopes)}",
    fields={
        "region": lambda row: row.service.region.name,
        "service_id": lambda row: row.service.service_id,
        "service": lambda row: row.service.name,
        "client_id": lambda row: row.client.client_id,
        "app": lambda row: row.name,
        "scopes": lambda row: row.scopes,
        "active_tokens": lambda row: row.live_count,
        "expired_tokens": lambda row: row.expired_count,
        "tokens_not_read": lambda row: row.unread_count,
        "refreshed_at": lambda row: iso_time(datetime_from_ms(row.refreshed_at)),
        "expires_at": lambda row: iso_time(datetime_from_ms(row.expires_at)),
    },
)


def connected_apps_context(
    request: ConsoleRequest,
    result: RegionResult,
    list_request: ListRequest,
    page: ListPage[ConnectedApp],
) -> dict[str, Any]:
    """Return the context of the list of one region."""
    region = result.region.name
    return {
        **list_context(request, list_request, page, f"in-{region}", f"{region}-"),
        "definition": CONNECTED_APPS,
        "list_label": gettext("Connected apps in %(region)s") % {"region": result.region.title},
        "sizes": (),
    }
