import json

import pytest

from tenants.authlete.documents.service import SECTIONS
from tenants.authlete.redaction.field_names import SECRET_FIELDS
from tenants.authlete.redaction.fingerprint import Fingerprint, contains_fingerprint
from tenants.authlete.redaction.redactor import Redactor

REDACTOR = Redactor(b"k" * 32)
PRIVATE = {"kty": "EC", "crv": "P-256", "x": "AA", "y": "BB", "kid": "one", "d": "s3cret"}
PUBLIC = {name: part for name, part in PRIVATE.items() if name != "d"}
PEM = "-----BEGIN EC PRIVATE KEY-----\ns3cret\n-----END EC PRIVATE KEY-----"


@pytest.mark.parametrize(
    "answer",
    [
        {"clientSecret": "s3cret"},
        {"clients": [{"clientSecret": "s3cret"}]},
        {"snsCredentials": [{"sns": "FACEBOOK", "apiKey": "a", "apiSecret": "s3cret"}]},
        {"properties": [{"key": "a", "value": "s3cret", "hidden": True}]},
        {"accessTokens": [{"properties": [{"key": "a", "value": "s3cret"}]}]},
        {"attributes": [{"key": "backup_secret", "value": "s3cret"}]},
        {"supportedScopes": [{"attributes": [{"key": "apiKeys", "value": PEM}]}]},
        {"token": "s3cret"},
        {"jwks": json.dumps({"keys": [PRIVATE]})},
        {"jwks": json.dumps(PRIVATE)},
        {"jwks": {"keys": [PRIVATE]}},
        {"jwks": "s3cret, not a set at all"},
        {"jwks": json.dumps({"keys": [{"kty": "new", "un": "s3cret"}]})},
        {"federationJwks": json.dumps({"keys": [PRIVATE]})},
        {"keys": [PRIVATE]},
        {"someNewJwks": json.dumps({"keys": [PRIVATE]})},
        {"someNewSecret": "s3cret"},
        {"some_new_password": {"deep": ["s3cret"]}},
        {"metadata": {"deep": [{"botToken": "s3cret"}]}},
        {"metadata": [{"whatever": PEM}]},
        {"note": {"kty": "oct", "k": "s3cret"}},
        {"clientSecret": 12345},
        {"note": json.dumps({"keys": [PRIVATE]})},
        {"signingKeys": [json.dumps(PRIVATE)]},
        {"note": "\n" + json.dumps({"inner": json.dumps({"keys": [PRIVATE]})})},
        {"config": json.dumps({"smtp": {"client_secret": "s3cret"}})},
        {"config": '{"kty": "oct", "k": "s3cret"'},
        {"secretKey": "s3cret", "hmac_key": ["s3cret"]},
    ],
)
def test_secrets_are_redacted(answer):
    redacted = repr(REDACTOR.redact(answer))

    assert "s3cret" not in redacted
    assert "12345" not in redacted
    assert "sealed:" in redacted or "Fingerprint" in redacted


@pytest.mark.parametrize(
    "answer",
    [
        {"clientName": "Shop", "accessTokenDuration": 60, "tokenEndpoint": "https://x"},
        {"supportedTokenAuthMethods": ["CLIENT_SECRET_BASIC"], "apiKey": 17},
        {"tlsClientCertificateBoundAccessTokens": True, "clientSecretExpiresAt": 0},
        {"jwks": json.dumps({"keys": [PUBLIC]}), "jwksUri": "https://x/jwks"},
        {"accessTokens": [{"accessTokenHash": "h", "subject": "anna"}]},
        {"clientSecret": None, "apiSecret": ""},
        {"note": json.dumps({"keys": [PUBLIC]}), "idTokenSignatureKeyId": "one"},
        {"note": '{"secret_ballot": true}', "signingKeyId": "one"},
        {"note": "{kty}"},
    ],
)
def test_other_values_are_not_redacted(answer):
    assert REDACTOR.redact(answer) == answer


def test_public_parts_of_keys_are_not_redacted():
    redacted = json.loads(REDACTOR.redact({"jwks": json.dumps({"keys": [PRIVATE]})})["jwks"])

    (key,) = redacted["keys"]
    assert key.pop("d").startswith("sealed:")
    assert key == PUBLIC


def test_equal_secrets_have_equal_fingerprints_under_one_key():
    other = Redactor(b"o" * 32)

    assert REDACTOR.fingerprint("a") == REDACTOR.fingerprint("a")
    assert REDACTOR.fingerprint("a") != REDACTOR.fingerprint("b")
    assert REDACTOR.fingerprint("a") != other.fingerprint("a")


def test_lone_surrogates_are_replaced():
    redacted = REDACTOR.redact({"a\ud800": ["b\udfff", "𝄞"]})

    assert redacted == {"a\ufffd": ["b\ufffd", "𝄞"]}


@pytest.mark.parametrize(("texts", "opens"), [(1, True), (2, True), (3, False)])
def test_nested_json_texts_are_redacted(texts, opens):
    text = json.dumps({"kty": "EC", "x": "open", "d": "s3cret"})
    for _ in range(texts - 1):
        text = json.dumps({"customMetadata": text})

    redacted = repr(REDACTOR.redact({"customMetadata": text}))

    assert ("open" in redacted, "s3cret" in redacted) == (opens, False)


def test_deeply_nested_texts_are_redacted():
    text = json.dumps({"clientSecret": "s3cret"})
    for level in range(5):
        for _ in range(60):
            text = f'{{"a":{text}}}'
        text = json.dumps({"customMetadata": text, f"secret{level}": 1})

    assert "s3cret" not in repr(REDACTOR.redact({"customMetadata": text}))


def test_long_secret_name_is_matched_fast():
    text = '{"x":"' + "secret" * 100_000 + '-"}'

    assert REDACTOR.redact({"customMetadata": text}) == {"customMetadata": text}


def test_only_revealed_fields_are_not_redacted():
    answer = {"newClientSecret": "n", "oldClientSecret": "o"}

    redacted = REDACTOR.redact(answer, reveal=("newClientSecret",))

    assert redacted["newClientSecret"] == "n"
    assert isinstance(redacted["oldClientSecret"], Fingerprint)


def test_fingerprints_are_found_anywhere():
    mark = REDACTOR.fingerprint("a")

    assert contains_fingerprint({"a": [{"b": mark}]})
    assert contains_fingerprint('{"d":"sealed:0123456789abcdef"}')
    assert not contains_fingerprint({"a": ["sealed: by the notary"]})


def test_every_declared_secret_is_redacted():
    declared = {
        setting.api_name
        for section in SECTIONS.values()
        for setting in section.settings()
        if setting.input_type.is_secret
    }
    assert declared <= SECRET_FIELDS


def test_only_requested_content_fields_are_revealed():
    content = json.dumps({"active": True, "sub": "ann", "tier": "s3cret", "x": ["s3cret"]})

    redacted = REDACTOR.redact(
        {"action": "OK", "responseContent": content}, reveal_content=("sub",)
    )

    assert redacted["action"] == "OK"
    assert redacted["responseContent"]["sub"] == "ann"
    assert isinstance(redacted["responseContent"]["active"], Fingerprint)
    assert "s3cret" not in repr(redacted)


@pytest.mark.parametrize("content", ["s3cret", '["s3cret"]', "", 5, None, '{"sub": '])
def test_content_that_is_no_object_is_redacted(content):
    redacted = REDACTOR.redact({"responseContent": content}, reveal_content=("sub",))

    assert "s3cret" not in repr(redacted)
    assert not isinstance(redacted["responseContent"], dict)
