"""Traces arrive at an OpenTelemetry collector."""

import gzip
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from time import monotonic, sleep

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tenants import tracing
from tenants.audit.models import AuditEntry
from tenants.organizations.roles import Role
from tests.support.users import SUBJECT

TIMEOUT_SECONDS = 20


class Collector(ThreadingHTTPServer):
    """Receives traces by OTLP over HTTP."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.bodies, self.headers = [], []

    @property
    def spans(self):
        return [
            span
            for body in self.bodies
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]

    def wait_for(self, prefix):
        """Return the root span whose name starts with ``prefix``, once it arrived."""
        until = monotonic() + TIMEOUT_SECONDS
        while monotonic() < until:
            for span in self.spans:
                if span.name.startswith(prefix) and not span.parent_span_id:
                    return span
            sleep(0.05)
        raise AssertionError([span.name for span in self.spans])


class _Handler(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        assert self.path == "/v1/traces"
        self.server.headers.append(dict(self.headers))
        self.server.bodies.append(body)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture
def collector(monkeypatch):
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "50")
    with Collector() as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        tracing.configure_tracing(f"http://127.0.0.1:{server.server_port}", "x-key=k1")
        yield server
        tracing.configure_tracing("")
        server.shutdown()
        thread.join()


def attributes(span):
    """Return the attributes without their prefix."""
    return {
        pair.key.removeprefix("meridian."): pair.value.string_value or pair.value.int_value
        for pair in span.attributes
    }


def test_trace_of_a_page_has_its_calls_and_audit_writes(acme, sandbox, member, collector):
    response = member(Role.VIEWER).get("/acme/services/us/17/")

    root = collector.wait_for("GET services:show")
    page = response["X-Request-Id"]
    assert attributes(root) == {"view": "services:show", "status": 200, "request_id": page}
    parts = [span for span in collector.spans if span.parent_span_id == root.span_id]
    assert {span.trace_id for span in parts} == {root.trace_id}
    (call,) = [span for span in parts if span.name == "service.get"]
    entry = AuditEntry.objects.get(operation="service.get", page=page)
    assert attributes(call) == {"region": "us", "entry": entry.entry, "status": 200}
    writes = [span for span in parts if span.name == "audit.write"]
    assert [attributes(write)["rows"] for write in writes] == [1, 1]
    assert collector.headers[0]["x-key"] == "k1"


def test_calls_of_a_fanout_belong_to_the_trace_of_the_page(acme, sandbox, member, collector):
    member(Role.VIEWER).get("/acme/services/")

    root = collector.wait_for("GET services:")
    calls = [span for span in collector.spans if span.name == "service.list"]
    assert calls
    assert {span.trace_id for span in calls} == {root.trace_id}


def test_failed_call_has_a_status_without_a_message(acme, sandbox, member, collector):
    member(Role.VIEWER).get("/acme/services/us/17/clients/99/")

    root = collector.wait_for("GET clients:show")
    (call,) = [span for span in collector.spans if span.name == "client.get"]
    assert call.trace_id == root.trace_id
    assert (call.status.code, call.status.message, list(call.events)) == (2, "", [])


def test_traces_name_no_subject_and_no_query(acme, sandbox, member, collector):
    member(Role.HELP_DESK).post("/acme/users/", {"subject": SUBJECT, "reason": "T-1"}, follow=True)
    member(Role.AUDITOR).get("/acme/audit/", {"q": f"subject:{SUBJECT}"})

    collector.wait_for("GET audit:")
    assert SUBJECT.encode() not in b"".join(collector.bodies)
    assert b"subject:" not in b"".join(collector.bodies)


def test_nothing_is_traced_without_a_collector(acme, sandbox, member):
    assert tracing._options["endpoint"] == ""

    member(Role.VIEWER).get("/acme/services/us/17/")

    assert tracing._get_tracer.cache_info().currsize == 0
