"""URL patterns of the pages that services and clients share."""

from collections.abc import Callable
from functools import update_wrapper
from typing import Any

from django.http import HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_POST

from console.documents.kinds import DocumentKind, DocumentTarget
from console.documents.reveal import reveal_unknown
from console.editing.views.edit import discard, draft, edit
from console.editing.views.restore import restore, restore_version
from console.editing.views.review import merge, review
from console.history.notes import note
from console.history.views import change, document, fields, history, version_at
from console.web.access import ConsoleRequest, ViewFunction, Workspace, workspace_page
from tenants.authlete.operation import Effect

type DocumentPage = Callable[..., HttpResponse]


def document_urls(kind: DocumentKind) -> list[URLPattern]:
    """Return the patterns to read, edit and restore a document of ``kind``."""

    def page(route: str, view: DocumentPage, needs: Effect = Effect.READ) -> URLPattern:
        return path(route, _document_page(kind, view, needs), name=view.__name__)

    def action(route: str, view: DocumentPage) -> URLPattern:
        return page(route, require_POST(view), Effect.CHANGE)

    return [
        page("fields/", fields),
        page("unknown/", reveal_unknown, Effect.REVEAL),
        page("document/", document),
        page("history/", history),
        page("note/", note, Effect.CHANGE),
        page("saved/<slug:entry>/", change),
        page("as-of/", version_at),
        page("edit/<slug:section>/", edit, Effect.CHANGE),
        page("discard/", discard, Effect.CHANGE),
        page("review/", review, Effect.CHANGE),
        page("merge/", merge, Effect.CHANGE),
        action("edit/<slug:section>/draft/", draft),
        action("restore/<slug:entry>/", restore),
        action("bring-back/", restore_version),
    ]


def _document_page(kind: DocumentKind, page: DocumentPage, needs: Effect) -> ViewFunction:
    def view(
        request: ConsoleRequest,
        workspace: Workspace,
        /,
        service_id: int,
        client_id: int = 0,
        **params: Any,
    ) -> HttpResponse:
        return page(request, DocumentTarget(kind, workspace, service_id, client_id), **params)

    update_wrapper(view, page)
    return workspace_page(needs)(view)
