"""Error pages outside of any view, each with the page ID to quote."""

import sys
from typing import Any

from django.conf import settings
from django.db import InterfaceError, InternalError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers
from django_htmx.http import reswap, retarget

from tenants.organizations.members import list_administrators

# PostgreSQL raises InternalError while it is read-only.
DATABASE_ERRORS = (OperationalError, InterfaceError, InternalError)
DATABASE_RETRY_SECONDS = 10


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Render ``handler400``: the request cannot be read."""
    return _render_error(request, "400", frame="base_signed_out.html")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Render ``handler403``: permission denied."""
    member = getattr(request, "member", None)
    administrators = list_administrators(member.organization) if member else []
    return _render_error(request, "403", administrators=administrators)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Render ``handler404``: no such page, or not for this user."""
    return _render_error(request, "404")


def server_error(request: HttpRequest) -> HttpResponse:
    """Render ``handler500`` without the session and the database, which may be down."""
    context = {"frame": "base_signed_out.html", "page": getattr(request, "page_id", "")}
    is_database_error = isinstance(sys.exception(), DATABASE_ERRORS)
    name = "errors/503.html" if is_database_error else "errors/500.html"
    template = f"{name}#notice" if _is_htmx_swap(request) else name
    status = 503 if is_database_error else 500
    response = HttpResponse(render_to_string(template, context), status=status)
    if is_database_error:
        response["Retry-After"] = str(DATABASE_RETRY_SECONDS)
    return retarget_to_notices(response) if _is_htmx_swap(request) else response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Render ``CSRF_FAILURE_VIEW``."""
    return _render_error(request, "csrf", status=403)


def retarget_to_notices(response: HttpResponse) -> HttpResponse:
    """Make htmx show the response above the page."""
    return reswap(retarget(response, "#notices"), "innerHTML")


def _render_error(
    request: HttpRequest, name: str, *, frame: str = "", status: int | None = None, **more: Any
) -> HttpResponse:
    user = getattr(request, "user", None)
    has_menu = not frame and user is not None and user.is_authenticated
    context: dict[str, Any] = {
        "frame": "base.html" if has_menu else "base_signed_out.html",
        "is_signed_in": has_menu,
        "page": getattr(request, "page_id", ""),
        "login": settings.LOGIN_URL,
        **more,
    }
    template = f"errors/{name}.html" + ("#notice" if _is_htmx_swap(request) else "")
    response = HttpResponse(
        render_to_string(template, context, request), status=status or int(name)
    )
    patch_vary_headers(response, ["HX-Request"])
    return retarget_to_notices(response) if _is_htmx_swap(request) else response


def _is_htmx_swap(request: HttpRequest) -> bool:
    htmx = getattr(request, "htmx", None)
    return htmx is not None and bool(htmx) and not htmx.boosted
