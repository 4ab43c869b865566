"""Threat: large or slow responses of a hostile region exhaust the console."""

import httpx
import pytest
import respx
from pydantic import SecretStr

from tenants.authlete import AuthleteClient, ConnectionPool, Redactor
from tenants.authlete.api import OPERATIONS
from tenants.authlete.errors import ResponseTooLargeError
from tenants.authlete.operation import MAX_LIST_RESPONSE_BYTES, Effect, Operation
from tenants.authlete.transport import deadline

BASE = "https://us.example"
READ = Operation("read", "GET /read", dict)
WRITE = Operation("write", "POST /write", dict, Effect.CHANGE)


@pytest.fixture
def clock(monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(deadline, "monotonic", lambda: now[0])
    return now


class SlowRedactor(Redactor):
    """A redactor that needs 11 seconds."""

    def __init__(self, clock):
        super().__init__(b"k" * 32)
        self.clock = clock

    def bind(self, *scope):
        return self

    def with_schema(self, schema):
        return self

    def redact(self, value, **options):
        self.clock[0] += 11
        return super().redact(value, **options)


@pytest.fixture
def authlete(clock):
    with respx.mock(base_url=BASE, assert_all_called=False) as mock_api:
        client = AuthleteClient(
            ConnectionPool(BASE), SecretStr("t0p"), redactor=SlowRedactor(clock)
        )
        mock_api.get("/read").respond(json={})
        mock_api.post("/write").respond(json={})
        yield client


def test_deadline_of_a_read_covers_redaction(authlete):
    with pytest.raises(ResponseTooLargeError, match="too long to process"):
        authlete.send(READ)


def test_slow_redaction_leaves_the_outcome_of_a_change_known(authlete):
    assert authlete.send(WRITE) == {}


def test_single_objects_have_a_smaller_size_limit_than_lists():
    with respx.mock(base_url=BASE) as mock_api:
        mock_api.get("/read").mock(return_value=httpx.Response(200, content=b" " * 2_000_001))
        client = AuthleteClient(
            ConnectionPool(BASE), SecretStr("t0p"), redactor=Redactor(b"k" * 32)
        )
        with pytest.raises(ResponseTooLargeError, match="2000000 bytes"):
            client.send(READ)


def test_only_lists_have_the_large_size_limit():
    large = {
        operation.name
        for operation in OPERATIONS.values()
        if operation.max_response_bytes == MAX_LIST_RESPONSE_BYTES
    }
    assert large == {
        "service.list",
        "client.list",
        "token.list",
        "authorization.list",
        "authorization.list_post",
        "authorization.list_by_subject",
        "key.list",
        "idp.list_servers",
    }
