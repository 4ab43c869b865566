"""Traces, sent to an OpenTelemetry collector by OTLP (docs/how-to/monitor.md).

Off unless `configure_tracing` got an endpoint. Attributes are views, operations, regions,
outcomes and request IDs. None names a user, subject, client or token, and none has a URL.
"""

from collections.abc import Callable
from functools import cache
from threading import Lock
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer

EXPORT_TIMEOUT_SECONDS = 5

type AttributeValue = str | int | None

_options: dict[str, str] = {}
_lock = Lock()


def configure_tracing(endpoint: str, headers: str = "") -> None:
    """Send traces to a collector, such as ``http://localhost:4318``; nowhere if empty.

    ``headers`` is ``name=value,name=value``. Sampler and service name come from the standard
    environment variables of OpenTelemetry.
    """
    _options.update(endpoint=endpoint, headers=headers)
    _get_tracer.cache_clear()


class Span:
    """A part of a trace, as a context manager; does nothing without a collector."""

    def __init__(self, name: str, *, is_call: bool = False, **attributes: AttributeValue) -> None:
        self._name, self._is_call, self._attributes = name, is_call, attributes
        self._end: Callable[..., object] | None = None

    def describe(self, name: str = "", **attributes: AttributeValue) -> None:
        """Set the name, if given, and more attributes."""
        self._name = name or self._name
        self._attributes |= attributes

    def __enter__(self) -> Self:
        if _options.get("endpoint"):
            with _lock:
                tracer = _get_tracer()
            self._end = self._start(tracer)
        return self

    def _start(self, tracer: "Tracer") -> Callable[..., object]:
        from opentelemetry import context, trace

        kind = trace.SpanKind.CLIENT if self._is_call else trace.SpanKind.INTERNAL
        span = tracer.start_span(self._name, kind=kind)
        token = context.attach(trace.set_span_in_context(span))

        def end(*, has_failed: bool) -> None:
            span.update_name(self._name)
            for name, value in self._attributes.items():
                if value is not None:
                    span.set_attribute(f"meridian.{name}", value)
            if has_failed:  # without the message, which may name a subject
                span.set_status(trace.StatusCode.ERROR)
            context.detach(token)
            span.end()

        return end

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._end:
            self._end(has_failed=error is not None)


@cache
def _get_tracer() -> "Tracer":
    # Imported only if tracing is on: it takes time and memory.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import SERVICE_NAME, Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.util.re import parse_env_headers

    exporter = OTLPSpanExporter(
        endpoint=f"{_options['endpoint'].rstrip('/')}/v1/traces",
        headers=parse_env_headers(_options["headers"], liberal=True),
        timeout=EXPORT_TIMEOUT_SECONDS,
    )
    resource = Resource.create()
    if resource.attributes[SERVICE_NAME] == "unknown_service":
        resource = resource.merge(Resource({SERVICE_NAME: "meridian"}))
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return provider.get_tracer("meridian")
