"""URL patterns of the bulk changes of services and clients."""

from functools import update_wrapper
from typing import Any

from django.http.response import HttpResponseBase
from django.urls import URLPattern, path

from console.bulk import views
from console.bulk.kinds import BulkKind
from console.web.access import ConsoleRequest, Member, ViewFunction, organization_page
from tenants.authlete.operation import Effect


def bulk_urls(kind: BulkKind) -> list[URLPattern]:
    """Return the patterns to select objects of ``kind``, preview an action and start a job."""

    def page(route: str, view: ViewFunction) -> URLPattern:
        return path(route, _bulk_page(kind, view), name=view.__name__)

    return [
        page("", views.bulk_select),
        page("<uuid:selection>/", views.bulk_action),
        page("<uuid:selection>/set/<str:setting>/", views.bulk_setting),
        page("<uuid:selection>/preview/", views.bulk_preview),
    ]


def _bulk_page(kind: BulkKind, page: ViewFunction) -> ViewFunction:
    def view(request: ConsoleRequest, member: Member, /, **params: Any) -> HttpResponseBase:
        return page(request, kind, member, **params)

    update_wrapper(view, page)
    return organization_page(Effect.CHANGE)(view)
