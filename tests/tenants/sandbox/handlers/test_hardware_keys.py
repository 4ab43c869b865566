from base64 import b64decode

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from tenants.sandbox.app import Sandbox
from tests.support.sandbox import SERVICE, status_and_code

HSK = f"/api/{SERVICE}/hsk"
EC = {"kty": "EC", "use": "sig", "alg": "ES256"}
RSA = {"kty": "RSA", "use": "enc", "alg": "RSA-OAEP-256"}


@pytest.fixture(autouse=True)
def _switched_on(sandbox):
    sandbox.services[SERVICE]["hsmEnabled"] = True


@pytest.fixture
def create(caller):
    def create(**asked):
        return caller.post(f"{HSK}/create", json=asked)

    return create


def test_new_key_has_name_handle_and_real_public_key(create, caller):
    key = create(**EC, kid="till-1").json()["hsk"]
    other = create(**RSA, hsmName="luna").json()["hsk"]

    assert (key["kid"], key["hsmName"], len(key["handle"])) == ("till-1", "google", 43)
    assert (len(other["kid"]), other["hsmName"]) == (43, "luna")
    first, second = (load_der_public_key(b64decode(one["publicKey"])) for one in (key, other))
    assert isinstance(first, ec.EllipticCurvePublicKey)
    assert isinstance(second, rsa.RSAPublicKey)
    assert caller.service()["hsks"] == [key, other]
    assert caller.get(f"{HSK}/get/list").json()["hsks"] == [key, other]
    assert caller.get(f"{HSK}/get/{key['handle']}").json()["hsk"] == key


def test_key_id_may_be_used_twice(create, caller):
    for _ in range(2):
        assert create(**EC, kid="till-1").json()["action"] == "SUCCESS"

    kids = [hsk["kid"] for hsk in caller.service()["hsks"]]
    assert kids == ["till-1", "till-1"]


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"alg": None}, "A263201"),
        ({"kty": "OKP"}, "A263202"),
        ({"alg": "HS256"}, "A263202"),
        ({"alg": "ECDH-ES"}, "A263203"),
        ({"alg": "PS256"}, "A263204"),
        ({"kid": "k" * 101}, "A263205"),
        ({"kid": "sch\u00e4tz"}, "A263206"),
        ({"alg": "ES512"}, "A263207"),
        ({"hsmName": "1st"}, "A264201"),
        ({"hsmName": "elsewhere"}, "A264201"),
    ],
)
def test_inconsistent_parameters_are_rejected(create, sandbox, parameters, code):
    response = create(**EC | parameters)

    assert status_and_code(response) == (200, code)
    assert response.json()["action"] == "INVALID_REQUEST"
    assert "hsks" not in sandbox.services[SERVICE]


def test_key_is_destroyed_once(create, caller, sandbox):
    path = f"{HSK}/delete/{create(**EC).json()['hsk']['handle']}"

    assert caller.delete(path).status_code == 204

    assert status_and_code(caller.delete(path)) == (200, "A270202")
    assert "hsks" not in caller.get(f"{HSK}/get/list").json()
    sandbox.state.action_statuses = True
    assert status_and_code(caller.get(f"{HSK}/get/{'x' * 43}")) == (404, "A268202")


def test_deleted_key_is_returned_if_configured(create, caller, sandbox):
    key = create(**EC).json()["hsk"]
    sandbox.state.half_deleted = sandbox.state.deleted_told = True

    half = caller.delete(f"{HSK}/delete/{key['handle']}")

    assert status_and_code(half) == (200, "A270102")
    assert caller.service()["hsks"] == [key]
    sandbox.state.half_deleted = False
    whole = caller.delete(f"{HSK}/delete/{key['handle']}")
    assert (whole.status_code, whole.json()["hsk"]) == (200, key)


def test_hsm_may_be_disabled_on_server_or_service(create, caller, sandbox):
    sandbox.services[SERVICE]["hsmEnabled"] = False
    codes = {
        status_and_code(create(**EC))[1],
        status_and_code(caller.get(f"{HSK}/get/list"))[1],
        status_and_code(caller.get(f"{HSK}/get/x"))[1],
        status_and_code(caller.delete(f"{HSK}/delete/x"))[1],
    }
    assert codes == {"A266201", "A269201", "A268201", "A270201"}
    assert "hsm" in caller.get("/api/info").json()["features"]

    sandbox.state.without_hsm = {"us"}

    assert status_and_code(caller.get(f"{HSK}/get/list")) == (403, "A001223")
    assert "hsm" not in caller.get("/api/info").json()["features"]


def test_creating_needs_modify_permission(client_as):
    assert client_as("reads").get(f"{HSK}/get/list").status_code == 200
    assert client_as("reads").post(f"{HSK}/create", json=EC).status_code == 403


def test_seeded_world_has_hardware_keys_in_two_regions():
    sandbox = Sandbox(seed=1)

    keys = {
        name
        for name, region in sandbox.state.regions.items()
        if any(service.get("hsks") for service in region.services.values())
    }
    assert keys == {"us", "eu"}
    assert sandbox.state.without_hsm == {"jp", "br"}
