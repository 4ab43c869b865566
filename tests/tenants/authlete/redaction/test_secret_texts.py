"""Threat: a secret within a text is shown and stored in clear."""

import base64
import time

import pytest

from tenants.authlete.redaction.fingerprint import Fingerprint
from tenants.authlete.redaction.redactor import Redactor

REDACTOR = Redactor(b"k" * 32)
PEM = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG\n-----END PRIVATE KEY-----"
CERTIFICATE = PEM.replace("PRIVATE KEY", "CERTIFICATE")


@pytest.mark.parametrize(
    "text",
    [
        "https://user:pa55@example.com/",
        "See https://ghp_t0ken@example.com/x for details",
        "https://example.com/hook?access_token=abc",
        "Authorization: Bearer abcdef0123456789abcd",
        "note eyJhbGciOiJIUzI1NiJ9.e30.c2lnbmF0dXJl",
        base64.b64encode(PEM.encode()).decode(),
        f"key: {base64.b64encode(PEM.encode()).decode()}",
        '{"note": "eyJhbGciOiJIUzI1NiJ9.e30.c2lnbmF0dXJl"',
    ],
)
def test_secret_within_a_text_is_redacted(text):
    assert isinstance(REDACTOR.redact({"description": text})["description"], Fingerprint)
    assert text not in repr(REDACTOR.redact({"descriptions": [{"value": text}]}))


@pytest.mark.parametrize(
    "text",
    [
        "https://example.com/cb?code=1&state=2",
        "Write to bob@example.com or see https://example.com",
        "basic understanding of 123 things",
        base64.b64encode(CERTIFICATE.encode()).decode(),
        CERTIFICATE,
        "com.example.app://callback",
    ],
)
def test_other_texts_are_not_redacted(text):
    assert REDACTOR.redact({"description": text}) == {"description": text}


@pytest.mark.parametrize("text", ["eyJ", "://", "LS0tLS1CRUdJTi", "bearer ", "basic" + " " * 9])
def test_long_texts_are_searched_in_linear_time(text):
    start = time.process_time()

    REDACTOR.redact({"description": text * 200_000})

    assert time.process_time() - start < 3
