"""Middleware of all pages."""

from collections.abc import Callable
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.utils.timezone import override

from console.web.access import ConsoleRequest, client_ip
from console.web.errors import csrf_failure, retarget_to_notices
from console.web.idempotency import RepeatedSubmitError
from console.web.outages import find_last_known_version
from console.web.preferences import selected_time_zone
from console.web.responses import render_page
from tenants.audit.record_builder import new_entry_id
from tenants.authlete.errors import (
    AuditUnavailableError,
    AuthleteError,
    DeadlineExceededError,
    ForbiddenError,
    ForeignServiceError,
    NotFoundError,
    PoolTimeoutError,
    UnauthorizedError,
)

ERROR_STATUS: dict[type[AuthleteError], int] = {
    NotFoundError: 404,
    ForeignServiceError: 404,
    ForbiddenError: 403,
    UnauthorizedError: 403,
    AuditUnavailableError: 503,
    PoolTimeoutError: 503,
    DeadlineExceededError: 503,
}


class RequestIdMiddleware:
    """Give each request an ID, which its audit entries and log lines carry."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        cast(ConsoleRequest, request).page_id = new_entry_id()
        response = self.get_response(request)
        response["X-Request-Id"] = cast(ConsoleRequest, request).page_id
        user = getattr(request, "_cached_user", None)  # no query for the log alone
        match = request.resolver_match
        request.META["meridian.log"] = {  # read by gunicorn.conf.py
            "address": client_ip(request),
            "user": user.pk if user else None,
            "view": match.view_name if match else "",
        }
        return response


class IsolationHeadersMiddleware:
    """Keep other sites from loading responses, and pages from using device features.

    Django sets the other security headers: see `SECURE_*` in `console/settings.py`.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        response["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
        return response


class CrossSiteRequestMiddleware:
    """Reject cross-site requests by their Fetch metadata, except followed links.

    Requests without the metadata are checked by their CSRF token.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        followed = request.headers.get("Sec-Fetch-Mode") == "navigate"
        reads = request.method in ("GET", "HEAD")
        foreign = request.headers.get("Sec-Fetch-Site") == "cross-site"
        if foreign and not (followed and reads):
            return csrf_failure(request)
        return self.get_response(request)


class TimeZoneMiddleware:
    """Activate the time zone of the account."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with override(selected_time_zone(request)):
            return self.get_response(request)


class ExceptionMiddleware:
    """Answer repeated submits, and errors of Authlete that the page did not handle."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, RepeatedSubmitError):
            return exception.response
        if not isinstance(exception, AuthleteError):
            return None
        console_request = cast(ConsoleRequest, request)
        if console_request.htmx:
            notice = render_page(
                console_request, "errors/authlete.html", {"error": exception}, part="notice"
            )
            return retarget_to_notices(notice)
        last_known = find_last_known_version(request, exception)
        status = 503 if last_known else ERROR_STATUS.get(type(exception), 502)
        context = {"error": exception, "last_known": last_known}
        return render_page(console_request, "errors/authlete.html", context, status=status)
