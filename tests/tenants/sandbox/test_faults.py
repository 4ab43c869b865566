"""Injected faults without sockets; `test_server` has those of the wire."""

import gzip
import json
from time import monotonic

import httpx
import pytest

from tenants.sandbox import app
from tests.support.sandbox import SERVICE

GET = f"/api/{SERVICE}/service/get"


@pytest.fixture
def transport_client(sandbox, monkeypatch):
    """A client over the console's transport."""
    monkeypatch.setattr(app, "SHARED_SANDBOX", sandbox)
    client = httpx.Client(
        transport=app.transport(),
        base_url="https://us.authlete.com",
        headers={"Authorization": "Bearer full"},
    )
    with client:
        yield client


@pytest.mark.parametrize(
    ("members", "status", "code"),
    [
        ({}, 500, "A001101"),
        ({"status": 403, "code": "A001223"}, 403, "A001223"),
        ({"status": 409}, 409, "A001101"),
    ],
)
def test_status_fault_returns_the_status(transport_client, sandbox, members, status, code):
    sandbox.fault("status", **members)

    response = transport_client.get(GET)

    assert (response.status_code, response.json()["resultCode"]) == (status, code)


def test_idp_fault_has_the_format_of_the_idp(client_as, sandbox):
    sandbox.fault("status", region="idp", message="No.")

    assert client_as(place="idp").get("/api/apiserver").json() == {"error": "[A001101] No."}


def test_gateway_fault_returns_html_with_or_without_retry_after(transport_client, sandbox):
    sandbox.fault("html429", times=1, retry_after="7")
    sandbox.fault("html502", times=1)

    limited, bad = transport_client.get(GET), transport_client.get(GET)

    assert (limited.status_code, limited.headers["Retry-After"]) == (429, "7")
    assert limited.headers["Content-Type"] == "text/html"
    assert b"<h1>429 Too Many Requests</h1>" in limited.content
    assert (bad.status_code, "Retry-After" in bad.headers) == (502, False)
    assert transport_client.get(GET).status_code == 200


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("reset", httpx.ReadError),
        ("close", httpx.RemoteProtocolError),
        ("truncate", httpx.RemoteProtocolError),
        ("down", httpx.ConnectError),
    ],
)
def test_connection_breaks_like_a_real_one(transport_client, sandbox, kind, error):
    sandbox.fault(kind, times=1)

    with pytest.raises(error):
        transport_client.get(GET)
    assert transport_client.get(GET).status_code == 200


@pytest.mark.parametrize(("after", "name"), [(False, "Shop"), (True, "New")])
@pytest.mark.parametrize("kind", ["reset", "close", "status"])
def test_fault_applies_before_or_after_processing(transport_client, sandbox, kind, after, name):
    sandbox.fault(kind, operation="service.update", after=after)

    try:
        transport_client.post(f"/api/{SERVICE}/service/update", json={"serviceName": "New"})
    except httpx.TransportError:
        assert kind != "status"

    assert sandbox.services[SERVICE]["serviceName"] == name


def test_spoilt_body_was_processed(transport_client, sandbox):
    sandbox.fault("garbage", operation="service.update")

    transport_client.post(f"/api/{SERVICE}/service/update", json={"serviceName": "New"})

    assert sandbox.services[SERVICE]["serviceName"] == "New"


@pytest.mark.parametrize(
    "kind", ["cut", "garbage", "trailing", "empty", "not_utf8", "long_number", "deep"]
)
def test_spoilt_body_is_unreadable(transport_client, sandbox, kind):
    sandbox.fault(kind)

    response = transport_client.get(GET)

    assert response.status_code == 200
    with pytest.raises((ValueError, RecursionError)):
        json.loads(response.content)


@pytest.mark.parametrize(
    ("kind", "part"), [("nan", b'"odd":NaN'), ("duplicate_keys", b'"odd":1,"odd":2')]
)
def test_spoilt_body_is_readable_for_python(transport_client, sandbox, kind, part):
    sandbox.fault(kind)

    response = transport_client.get(GET)

    assert part in response.content
    assert response.json()["serviceName"] == "Shop"


@pytest.mark.parametrize("value", [None, [], "text", 5])
def test_wrong_type_is_returned(transport_client, sandbox, value):
    sandbox.fault("wrong_type", value=value)

    assert transport_client.get(GET).json() == value


def test_large_body_is_returned(transport_client, sandbox):
    sandbox.fault("big", times=1)
    with transport_client.stream("GET", GET) as response:
        assert int(response.headers["Content-Length"]) > 64_000_000
        assert len(next(response.iter_raw())) < 2_000_000

    sandbox.fault("gzip_bomb", times=1)
    with transport_client.stream("GET", GET) as response:
        packed = b"".join(response.iter_raw())
    assert len(packed) < 100_000
    assert len(gzip.decompress(packed)) > 64_000_000


def test_body_is_sent_slowly(transport_client, sandbox):
    sandbox.fault("drip", delay=1)

    with transport_client.stream("GET", GET) as response:
        pieces = response.iter_raw()
        assert [next(pieces), next(pieces)] == [b"{", b'"']


def test_delay_applies_before_or_after_processing(transport_client, sandbox):
    sandbox.fault("delay", delay=30, times=1)
    sandbox.fault("delay", delay=30, times=1, after=True)
    sandbox.latency = 30

    start = monotonic()
    assert transport_client.get(GET).status_code == 200
    assert monotonic() - start >= 0.09


def test_redirects_and_cookies_are_sent(transport_client, sandbox):
    sandbox.fault("redirect", times=1)
    assert transport_client.get(GET).headers["Location"] == "https://elsewhere.example/"

    sandbox.fault("cookie", times=1)
    response = transport_client.get(GET)
    assert "AUTHLETE=sandbox" in response.headers["Set-Cookie"]
    assert response.json()["serviceName"] == "Shop"


@pytest.mark.parametrize(
    "members",
    [
        {"region": "jp"},
        {"operation": "service.update"},
        {"method": "POST"},
        {"path": r"/service/update$"},
        {"times": 0},
        {"seconds": -1.0},
        {"probability": 0.0},
    ],
)
def test_fault_applies_only_to_matching_requests(transport_client, sandbox, members):
    sandbox.fault("status", **members)

    assert transport_client.get(GET).status_code == 200


def test_probability_is_reproducible(transport_client, sandbox):
    sandbox.fault("status", probability=0.5)

    status_codes = [transport_client.get(GET).status_code for _ in range(40)]

    assert 8 < status_codes.count(500) < 32


@pytest.mark.parametrize(
    "members", [{"kind": "nothing"}, {"kind": "cut", "operation": "service.updat"}]
)
def test_invalid_fault_is_rejected(sandbox, members):
    with pytest.raises(ValueError, match=r"kind is one of|no operation"):
        sandbox.fault(**members)


def test_requests_are_recorded(transport_client, sandbox):
    transport_client.get(GET, headers={"X-Request-Id": "abc"}, params={"a": "1"})
    sandbox.fault("reset")
    with pytest.raises(httpx.ReadError):
        transport_client.post(f"/api/{SERVICE}/service/update", json={"a": 1})

    first, second = sandbox.calls
    assert (first.method, first.region, first.request_id) == ("GET", "us", "abc")
    assert (first.operation, first.status, first.query) == ("service.get", 200, {"a": "1"})
    assert (second.operation, second.status) == ("service.update", 0)
    assert second.body == b'{"a":1}'
