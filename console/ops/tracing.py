"""The trace of a request."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from tenants.tracing import Span


class TracingMiddleware:
    """Trace requests; their calls to Authlete and audit writes are parts of the trace."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with Span("request") as span:
            response = self.get_response(request)
            match = request.resolver_match
            view = match.view_name if match else "none"
            span.describe(
                f"{request.method} {view}",
                view=view,
                status=response.status_code,
                request_id=response.headers.get("X-Request-Id"),
            )
        return response
