import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc.jwk import ECKey, RSAKey

from tenants.authlete.documents.client import Client
from tenants.authlete.documents.jwks.inventory import (
    KeyLocation,
    list_client_keys,
    list_service_keys,
)
from tenants.authlete.documents.service import Service
from tenants.authlete.redaction.redactor import Redactor

ENDS = datetime(2027, 3, 1, tzinfo=UTC)
EXAMPLE = {  # RFC 7638, section 3.1
    "kty": "RSA",
    "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxu"
    "hDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN"
    "5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5"
    "hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBni"
    "Iqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
    "e": "AQAB",
    "alg": "RS256",
    "kid": "2011-04-29",
}


def seen(kind, **members):
    """A document as the program sees it: through the door."""
    return kind.model_validate(Redactor(b"k").redact(members))


def client(*keys, **members):
    return list_client_keys(seen(Client, clientId=44, jwks=jwks(*keys), **members))


def service(*keys, **members):
    return list_service_keys(seen(Service, apiKey=17, jwks=jwks(*keys), **members))


def jwks(*keys):
    return json.dumps({"keys": keys})


def pair(kid, **more):
    key = ECKey.generate_key("P-256")
    members = {"kid": kid, "use": "sig", "alg": "ES256", **more}
    return {**key.as_dict(private=True), **members}


def certificate(key, ends=ENDS, name="gateway.example"):
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    return (
        x509.CertificateBuilder(subject, subject, key.public_key(), 7)
        .not_valid_before(ENDS - timedelta(days=900))
        .not_valid_after(ends)
        .sign(key, SHA256())
    )


def test_key_info_has_thumbprint_spec_and_uses_although_secrets_are_redacted():
    (key,) = service(
        {**EXAMPLE, "d": "a-private-exponent", "p": "a-prime"},
        idTokenSignatureKeyId="2011-04-29",
        federationSignatureKeyId="2011-04-29",
    )

    assert key.location is KeyLocation.SERVICE
    assert key.info.thumbprint == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
    assert (key.info.key_spec, key.info.alg) == ("RSA 2048", "RS256")
    assert key.used_by == ("idTokenSignatureKeyId",)
    assert not key.info.issues
    assert "private" not in repr(key)


def test_certificate_expiry_and_chain_are_listed():
    key, other = (ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1()))
    chain = [certificate(key), certificate(other, ENDS - timedelta(days=9), "root")]
    x5c = [b64encode(link.public_bytes(Encoding.DER)).decode() for link in chain]
    jwk = ECKey.import_key(key).as_dict(private=False) | {"kid": "a", "x5c": x5c}

    leaf, root = client(jwk, selfSignedCertificateKeyId="a")

    assert (leaf.info.expires_at, leaf.info.subject) == (ENDS, "CN=gateway.example")
    assert leaf.used_by == ("selfSignedCertificateKeyId",)
    assert (root.location, root.info.subject) == (KeyLocation.CHAIN, "CN=root")
    assert root.info.expires_at == ENDS - timedelta(days=9)
    assert not leaf.info.issues

    (wrong, _) = client({**pair("a"), "d": None, "x5c": x5c})
    assert "other" in wrong.info.issues


@pytest.mark.parametrize(
    ("key", "mark"),
    [
        ({"kty": "oct", "kid": "a", "k": "c2hhcmVk"}, "symmetric"),
        ({"kty": "oct", "kid": "a", "alg": "HS256", "k": "c2hhcmVk"}, "symmetric"),
        ({**EXAMPLE, "alg": "none"}, "none"),
        ({**EXAMPLE, "n": EXAMPLE["n"][:171]}, "short"),
        ({**EXAMPLE, "n": "%%%"}, "unreadable"),
        ({**EXAMPLE, "kid": ""}, "nameless"),
        ({**EXAMPLE, "d": "c2VjcmV0"}, "private"),
        ({"kty": "LMS", "kid": "a"}, "strange"),
        ({"kty": "EC", "kid": "a", "crv": "P-256", "x": "AA", "y": "AA"}, "unreadable"),
        ({"kty": "OKP", "kid": "a", "crv": "Ed25519", "x": "A" * 43, "x5c": ["?"]}, "unreadable"),
        ("no object", "unreadable"),
    ],
)
def test_weak_key_is_reported(key, mark):
    assert mark in client(key)[0].info.issues


def test_sound_key_has_no_issue():
    public = {name: part for name, part in pair("a").items() if name != "d"}

    assert [key.info.issues for key in client(public, EXAMPLE)] == [(), ()]
    assert [key.info.issues for key in service(pair("a"))] == [()]


def test_duplicate_key_id_is_reported_on_both_keys():
    keys = service(pair("a"), pair("b"), pair("a"))

    assert [list(key.info.issues) for key in keys] == [["repeated"], [], ["repeated"]]


@pytest.mark.parametrize("text", ["{", "[]", '{"keys": 1}', '{"keys": null}'])
def test_unreadable_set_is_one_unreadable_key(text):
    (client_key,) = list_client_keys(seen(Client, clientId=44, jwks=text))

    assert list(client_key.info.issues) == ["unreadable"]


def test_missing_key_of_a_setting_is_reported():
    keys = service(pair("a"), accessTokenSignatureKeyId="gone")

    assert [(key.info.kid, list(key.info.issues)) for key in keys[1:]] == [("gone", ["missing"])]
    assert keys[1].used_by == ("accessTokenSignatureKeyId",)


def test_all_sets_hardware_keys_and_roots_are_listed():
    key = rsa.generate_private_key(65537, 2048)
    root = certificate(key).public_bytes(Encoding.PEM).decode()
    der = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    own = seen(
        Service,
        apiKey=17,
        jwks=jwks(pair("own")),
        federationJwks=jwks(pair("federation")),
        federationSignatureKeyId="federation",
        credentialJwks=jwks(pair("credential")),
        trustAnchors=[{"entityId": "https://a", "jwks": jwks(EXAMPLE)}],
        trustedRootCertificates=[root, "no certificate"],
    )
    own._data["hsks"] = [{"kid": "hsm", "kty": "RSA", "publicKey": b64encode(der).decode()}]
    service_keys = list_service_keys(own)

    assert [(str(service_key.location), service_key.info.kid) for service_key in service_keys] == [
        ("hardware", "hsm"),
        ("service", "own"),
        ("federation", "federation"),
        ("credential", "credential"),
        ("anchor", "2011-04-29"),
        ("root", ""),
        ("root", ""),
    ]
    assert service_keys[0].info.thumbprint == RSAKey.import_key(key.public_key()).thumbprint()
    assert service_keys[2].used_by == ("federationSignatureKeyId",)
    assert (service_keys[5].info.key_spec, service_keys[5].info.expires_at) == ("RSA 2048", ENDS)
    assert list(service_keys[6].info.issues) == ["unreadable"]
