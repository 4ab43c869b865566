"""Responses for browsers with and without htmx."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django_htmx.http import HttpResponseClientRedirect

from console.web.access import ConsoleRequest


def render_page(
    request: ConsoleRequest,
    template: str,
    context: Mapping[str, Any],
    *,
    part: str = "",
    status: int = 200,
) -> HttpResponse:
    """Render ``template``; for htmx, only its partial named ``part``.

    The view names the part, never the browser, so that no request can select a part
    that the member may not see.
    """
    swaps = request.htmx and not request.htmx.boosted
    if part and swaps and not request.htmx.history_restore_request:
        template = f"{template}#{part}"
    response = render(request, template, dict(context), status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def redirect_to(request: ConsoleRequest, path: str) -> HttpResponse:
    """Redirect to ``path``, also for htmx requests."""
    return HttpResponseClientRedirect(path) if request.htmx else redirect(path)
