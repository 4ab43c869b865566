import pytest

from tenants.sandbox.minting import kept_der

HSM = "/acme/services/us/17/keys/hsm/"


def key(kid, alg="ES256", **members):
    """A key in hardware, as the sandbox keeps it."""
    return {
        "kty": "EC" if alg.startswith("E") else "RSA",
        "use": "enc" if "OAEP" in alg else "sig",
        "kid": kid,
        "hsmName": "google",
        "handle": f"handle-of-{kid}".ljust(43, "x"),
        "publicKey": kept_der(kid, alg),
        "alg": alg,
        **members,
    }


@pytest.fixture
def shop(acme, sandbox):
    """Service 17, with two keys in hardware, of which one signs ID tokens."""
    shop = sandbox.services[17]
    shop |= {
        "hsmEnabled": True,
        "hsks": [key("till-1"), key("till-2", "RSA-OAEP-256")],
        "idTokenSignatureKeyId": "till-1",
    }
    return shop
