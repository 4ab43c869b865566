"""The control endpoints of the sandbox."""

import pytest

from tenants.sandbox.state import StoredToken
from tests.support.sandbox import SERVICE

GET = f"/api/{SERVICE}/service/get"


def test_tokens_are_listed_by_organization_and_region(caller):
    listing = caller.get("/_tokens").json()

    assert listing["regions"]["us"] == {"url": "https://us.authlete.com", "apiServerId": 76281}
    acme = listing["organizations"][0]
    assert (acme["organizationId"], acme["slug"]) == (1, "acme")
    here = {token["token"]: token for token in acme["regions"]["us"]}
    assert here["gone"]["state"] == "revoked"
    assert here["old"]["expiresAt"] == "1970-01-01T00:00:01+00:00"
    assert here["service"]["serviceId"] == SERVICE
    assert "only-jp" not in here
    assert "only-jp" in {token["token"] for token in acme["regions"]["jp"]}


def test_region_is_dumped(caller, sandbox):
    sandbox.region("eu").services[7] = {"apiKey": 7}

    assert caller.get("/_state").json()["services"][0]["apiKey"] == SERVICE
    assert caller.get("/_state?region=eu").json()["services"] == [{"apiKey": 7}]


def test_service_is_dumped_with_clients_and_tokens(caller, sandbox):
    region = sandbox.region("us")
    region.services[7] = {"apiKey": 7}
    region.clients[7][5] = {"clientId": 5, "clientSecret": "s3cret"}
    region.tokens[7].append(StoredToken("hash", 5, "PASSWORD", (), 1, 2))

    dump = caller.get("/_state?service=7").json()

    assert dump["services"] == [{"apiKey": 7}]
    assert dump["clients"] == {"7": [{"clientId": 5, "clientSecret": "s3cret"}]}
    assert dump["tokens"]["7"][0]["access_hash"] == "hash"
    whole = caller.get("/_state").json()
    assert list(whole["clients"]) == [str(SERVICE), "7"]


def test_faults_are_set_and_cleared(caller):
    faults = [{"kind": "status", "status": 503}, {"kind": "cut", "region": "jp"}]

    assert caller.post("/_faults", json=faults).json() == {"set": 2}
    assert caller.get(GET).status_code == 503
    assert caller.delete("/_faults").status_code == 204
    assert caller.get(GET).status_code == 200


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/_faults", b"{"),
        ("/_faults", b'{"kind": "nothing"}'),
        ("/_faults", b'{"kind": "cut", "often": 1}'),
        ("/_faults", b'{"kind": "cut", "path": "("}'),
        ("/_unknown", b'{"region": "mars"}'),
        ("/_unknown", b'{"service": 5}'),
        ("/_unknown", b'{"client": 5}'),
        ("/_settings", b'{"latency": "much"}'),
        ("/_settings", b'{"batch": {"speed": 5}}'),
        ("/_unknown", b"5"),
        ("/_unknown", b"[5]"),
        ("/_settings", b"[]"),
        ("/_settings", b"5"),
        ("/_settings", b'{"latencies": 5}'),
    ],
)
def test_invalid_request_is_explained(caller, path, body):
    response = caller.post(path, content=body)

    assert response.status_code == 400
    assert response.json()["error"]


def test_service_gets_undocumented_fields(caller, sandbox):
    members = {
        "service": SERVICE,
        "members": {"haipVersion": "1.0", "serviceName": "Shop 2"},
        "words": {"supportedGrantTypes": ["TELEPATHY"]},
    }

    assert caller.post("/_unknown", json=members).status_code == 204

    service = caller.service()
    assert (service["haipVersion"], service["serviceName"]) == ("1.0", "Shop 2")
    assert service["supportedGrantTypes"] == ["TELEPATHY"]
    assert service["modifiedAt"] == 2
    after = caller.update(service).json()
    assert (after["haipVersion"], after["supportedGrantTypes"]) == ("1.0", ["TELEPATHY"])


def test_client_gets_undocumented_fields(caller, sandbox):
    client = {"clientId": 5, "clientIdAlias": "5", "modifiedAt": 1}
    sandbox.region("us").clients[SERVICE][5] = client
    members = {
        "service": SERVICE,
        "client": 5,
        "members": {"haipVersion": "1.0"},
        "words": {"grantTypes": ["TELEPATHY"]},
    }

    assert caller.post("/_unknown", json=members).status_code == 204

    path = f"/api/{SERVICE}/client"
    found = caller.get(f"{path}/get/5").json()
    after = caller.post(f"{path}/update/5", json=found).json()
    assert (after["haipVersion"], after["grantTypes"]) == ("1.0", ["TELEPATHY"])
    assert "haipVersion" not in caller.service()


def test_settings_change_latency_and_strictness(caller, sandbox):
    settings = {
        "latency": 5,
        "window": 0.5,
        "locked_refused": True,
        "revoked_linger": True,
        "action_statuses": True,
        "deleted_told": True,
        "half_deleted": True,
        "forgetful": ["br", "us"],
        "without_hsm": ["jp"],
        "batch": {"delay": 40, "most": 500, "fails_after": 3, "blank": True, "dry_unkept": True},
    }

    assert caller.post("/_settings", json=settings).json() == settings
    assert (sandbox.latency, sandbox.state.window) == (5, 0.5)
    assert sandbox.state.locked_refused is True
    assert caller.post("/_settings", json={}).json() == settings


def test_requests_are_listed_without_bodies(caller):
    caller.update({"apiSecret": "hidden"})

    response = caller.get("/_calls")

    assert [request["operation"] for request in response.json()] == ["service.update"]
    assert "hidden" not in response.text


def test_unknown_path_is_not_found(caller):
    assert caller.get("/_nothing").status_code == 404
