"""Responses for browsers with and without htmx."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django_htmx.http import HttpResponseClientRedirect

from console.web.access import ConsoleRequest
from console.web.steps import is_in_dialog

RATE_LIMIT_CODE = "rate_limit"  # of form errors


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
    swaps = request.htmx and not request.htmx.boosted and not is_in_dialog(request)
    if part and swaps and not request.htmx.history_restore_request:
        template = f"{template}#{part}"
    response = render(request, template, dict(context), status=status)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


def render_form(
    request: ConsoleRequest,
    template: str,
    context: Mapping[str, Any],
    *,
    part: str = "",
    invalid: int = 422,
) -> HttpResponse:
    """Render a page; if its ``form`` has errors, the status is ``invalid``, or 429 if limited."""
    form, status = context.get("form"), 200
    if form and form.errors:
        errors = form.errors.as_data().values()
        is_limited = any(
            error.code == RATE_LIMIT_CODE for field_errors in errors for error in field_errors
        )
        status = 429 if is_limited else invalid
    return render_page(request, template, context, part=part, status=status)


def download_headers(name: str) -> dict[str, str]:
    """Return the headers of a file to save as ``name``, which no cache stores."""
    return {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}


def redirect_to(request: ConsoleRequest, path: str) -> HttpResponse:
    """Redirect to ``path``; htmx loads it as a page, or follows it from a dialog."""
    leaves = request.htmx and not is_in_dialog(request)
    return HttpResponseClientRedirect(path) if leaves else redirect(path)
