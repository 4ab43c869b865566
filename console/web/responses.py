"""Answering with a whole page, or with the part of it that htmx asked for."""

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

    The view names the part, never the browser: a part that is shown only to some
    people must not be reachable by asking for it.
    """
    swaps = request.htmx and not request.htmx.boosted
    if part and swaps and not request.htmx.history_restore_request:
        template = f"{template}#{part}"
    response = render(request, template, dict(context), status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def redirect_to(request: ConsoleRequest, path: str) -> HttpResponse:
    """Send the browser to another page, also when htmx made the request."""
    return HttpResponseClientRedirect(path) if request.htmx else redirect(path)
