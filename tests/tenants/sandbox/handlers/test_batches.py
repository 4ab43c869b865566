"""Token batches: Authlete facts, 8."""

import json
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from tests.support.sandbox import SERVICE, TOKEN, status_and_code

BATCH = f"{TOKEN}/create/batch"
BODY = {"grantType": "AUTHORIZATION_CODE", "clientId": 5, "subject": "ann"}


@pytest.fixture
def batch(caller, token_service):
    """Send entries and return the batch ID."""

    def batch(*entries, query="", **settings):
        assert caller.post("/_settings", json={"batch": settings}).status_code == 200
        body = [BODY | entry for entry in entries]
        response = caller.post(f"{BATCH}{query}", json=body)
        assert response.status_code == 200, response.text
        return response.json()["requestId"]

    return batch


@pytest.fixture
def status(caller):
    return lambda request_id: caller.get(f"{BATCH}/status/{request_id}").json()


def test_tokens_exist_once_the_batch_has_run(batch, status, caller, token_service):
    request_id = batch({"accessToken": "chosen"}, {"subject": "ben"}, {})

    state = status(request_id)["status"]

    assert (state["batchKind"], state["result"]) == ("CREATE", "SUCCEEDED")
    assert (state["requestId"], state["tokenCount"]) == (request_id, 3)
    rows = caller.get(f"{TOKEN}/get/list").json()["accessTokens"]
    assert [row["subject"] for row in rows] == ["ann", "ben", "ann"]
    assert "chosen" not in json.dumps(rows)


def test_running_batch_has_no_result_or_no_status(batch, status, caller):
    request_id = batch({}, delay=60_000)

    assert "result" not in status(request_id)["status"]
    assert caller.get(f"{TOKEN}/get/list").json()["totalCount"] == 0
    caller.post("/_settings", json={"batch": {"blank": True}})
    assert "status" not in status(request_id)


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        ({"grantType": None}, "A104201"),
        ({"subject": "x" * 101}, "A105202"),
        ({"scopes": ["unheard"]}, "A106201"),
        ({"clientId": 7}, "A107201"),
        ({"grantType": "IMPLICIT", "refreshToken": "r"}, "A108202"),
        ({"accessToken": "first"}, "A144201"),
    ],
)
def test_batch_stops_at_the_first_rejected_entry(batch, status, entry, code):
    state = status(batch({"accessToken": "first"}, entry, {}))["status"]

    assert (state["result"], state["errorCode"]) == ("FAILED", code)
    assert state["errorDescription"]
    assert state["tokenCount"] == 1


def test_dry_run_has_the_same_result_and_stores_nothing(batch, status, caller, token_service):
    good = batch({"accessToken": "a"}, {}, query="?dryRun=true", fails_after=1)
    bad = batch({"accessToken": "a"}, {"accessToken": "a"}, query="?dryRun=true")

    assert status(good)["status"]["tokenCount"] == 2
    assert status(bad)["status"]["errorCode"] == "A144201"
    assert token_service.tokens[SERVICE] == []
    caller.post("/_settings", json={"batch": {"dry_unkept": True}})
    assert status(good)["resultCode"] == "A491201"


def test_batch_is_interrupted_by_a_setting(batch, status, token_service):
    state = status(batch({}, {}, {}, fails_after=2))["status"]

    assert (state["result"], state["tokenCount"]) == ("FAILED", 2)
    assert len(token_service.tokens[SERVICE]) == 2


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"[]", "A490201"),
        (b"{}", "A126202"),
        (b"[1]", "A126202"),
        (b'[{"clientId": "five"}]', "A126202"),
        (b"", "A126203"),
        (json.dumps([BODY, BODY]).encode(), "A490202"),
    ],
)
def test_invalid_batch_is_rejected_at_once(caller, token_service, body, code):
    caller.post("/_settings", json={"batch": {"most": 1}})
    headers = {"Content-Type": "application/json"}

    response = caller.post(BATCH, content=body, headers=headers)

    assert status_and_code(response) == (400, code)


def test_batch_of_another_service_is_not_found(batch, caller, sandbox):
    request_id = batch({})
    sandbox.services[7] = {"apiKey": 7}

    response = caller.get(f"/api/7/auth/token/create/batch/status/{request_id}")

    assert status_and_code(response) == (404, "A491201")


def test_notifications_are_sent_to_this_machine_only(batch, sandbox):
    notifications = []

    class Told(BaseHTTPRequestHandler):
        def do_POST(self):
            length = int(self.headers["Content-Length"])
            notifications.append(json.loads(self.rfile.read(length)))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Told)
    server.timeout = 60
    waiting = Thread(target=server.handle_request)
    waiting.start()
    service = sandbox.services[SERVICE]
    service["tokenBatchNotificationEndpoint"] = "https://elsewhere.example/told"
    batch({})  # would fail: no test reaches the network
    address = f"http://127.0.0.1:{server.server_port}/told"
    service["tokenBatchNotificationEndpoint"] = address

    request_id = batch({})

    waiting.join()
    server.server_close()
    assert [
        (notification["requestId"], notification["result"]) for notification in notifications
    ] == [(request_id, "SUCCEEDED")]
