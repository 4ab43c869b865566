"""Certificates and keys that somebody should look after: near their end, or weak.

They are signed when they are asked for, so that a world is as near to their ends
whenever it is made; no key is drawn for them that takes time.
"""

import json
from base64 import b64encode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from joserfc.jwk import ECKey

from tenants.sandbox.keys import public
from tenants.sandbox.minting import key_set
from tenants.sandbox.state import now
from tenants.sandbox.wire import Members

ENDS = (-6, 3, 21, 62, 400)  # days from today
LIVES = timedelta(days=730)
# Two primes of 512 bits make a key that is weak enough to be found.
P = int(
    "facaf44faf0c7506bcc9310d6792e2d48fe474585d3c2ad14a1f0ba64efce21a"
    "c4b17e9f6f8a906b072387a17f7efeaa2b26f7ac84221dbfd47bc0650ef96efb",
    16,
)
Q = int(
    "e41ed2b2132d462eb0994b5e4ba43a828acb8afffc9c5bb0c6ccf8a1f8b296bc"
    "809e3ef8a4baa434d00c9602019c21ae6c73e8c57736581c57c723eb95953069",
    16,
)
E = 65537


@cache
def self_signed_set(host: str) -> str:
    """A client's public keys, of which the first has a certificate of its own."""
    keys = json.loads(key_set(host.partition(".")[0], "ES256", "PS256"))["keys"]
    private = ECKey.import_key(keys[0]).private_key
    assert private
    ends = ENDS[sum(host.encode()) % len(ENDS)]
    made = _certificate(host, ends, private)
    keys[0]["x5c"] = [b64encode(made.public_bytes(Encoding.DER)).decode()]
    return json.dumps({"keys": public(keys)})


@cache
def trusted_roots() -> tuple[str, ...]:
    """Roots of certificate authorities in PEM form, one of which ends soon."""
    names = {"Harbor Partners Root 2": 1500, "Open Finance Directory Root": 24}
    made = [
        _certificate(name, days, ec.derive_private_key(at, ec.SECP256R1()))
        for at, (name, days) in enumerate(names.items(), 7)
    ]
    return tuple(one.public_bytes(Encoding.PEM).decode() for one in made)


def weak_rsa(kid: str) -> Members:
    """A key pair of 1024 bits, as they were made long ago."""
    d = pow(E, -1, (P - 1) * (Q - 1))
    parts = {"n": P * Q, "e": E, "d": d, "p": P, "q": Q}
    parts |= {"dp": d % (P - 1), "dq": d % (Q - 1), "qi": pow(Q, -1, P)}
    told = {name: _base64url(number) for name, number in parts.items()}
    return {"kty": "RSA", "kid": kid, "use": "sig", "alg": "RS256", **told}


def shared_key(kid: str, number: int) -> Members:
    """A key that whoever checks a signature has to know as well."""
    k = _base64url(number)
    return {"kty": "oct", "kid": kid, "use": "sig", "alg": "HS256", "k": k}


def with_keys(text: str, *more: Members) -> str:
    """The text of a JWK Set with further keys in it, as the server keeps one."""
    keys = [dict(sorted(key.items())) for key in (*json.loads(text)["keys"], *more)]
    return json.dumps({"keys": keys}, separators=(",", ":"))


def _certificate(
    name: str, days: int, key: ec.EllipticCurvePrivateKey
) -> x509.Certificate:
    ends = datetime.fromtimestamp(now() // 1000, UTC) + timedelta(days=days)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    return (
        x509.CertificateBuilder(subject, subject, key.public_key(), 7)
        .not_valid_before(ends - LIVES)
        .not_valid_after(ends)
        .sign(key, SHA256())
    )


def _base64url(number: int) -> str:
    data = number.to_bytes((number.bit_length() + 7) // 8)
    return urlsafe_b64encode(data).decode().rstrip("=")
