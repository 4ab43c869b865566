"""Editing JSON texts with redacted secrets."""

import json

import pytest

from tenants.authlete.json.raw import RawObject
from tenants.authlete.json.reader import parse_json
from tenants.authlete.json.splice import RedactedValueError, apply_edits
from tenants.authlete.redaction.redactor import Redactor

REDACTOR = Redactor(b"k" * 32)
TEXT = (
    '{"tier": "gold", "weight": 1E2, "api_secret" : "s3cret",'
    ' "deep": [{"password": "pa55", "n": 1}, {"password": 12345678}]}'
)
DOCUMENT = json.dumps({"clientId": 44, "customMetadata": TEXT})
SEEN = parse_json(REDACTOR.redact(parse_json(DOCUMENT))["customMetadata"])


def written(wanted):
    text = json.dumps(wanted)
    raw = apply_edits(RawObject.parse(DOCUMENT), {"customMetadata": text}, REDACTOR)
    return parse_json(parse_json(str(raw))["customMetadata"])


def plain(value):
    return json.loads(json.dumps(value, default=int))


def test_redacted_value_stays_while_the_rest_is_edited():
    redacted = plain(SEEN)
    wanted = {"new": [1], **redacted, "tier": "platinum"}
    wanted["deep"][0]["n"] = 2

    written_value = written(wanted)

    old = plain(parse_json(TEXT))
    old["deep"][0]["n"] = 2
    assert plain(written_value) == {"new": [1], **old, "tier": "platinum"}
    assert "s3cret" not in json.dumps(redacted)


def test_secret_can_be_removed_and_replaced():
    redacted = plain(SEEN)
    del redacted["api_secret"]
    redacted["deep"][0]["password"] = "another"

    written_value = written(redacted)

    assert "api_secret" not in written_value
    assert written_value["deep"][0]["password"] == "another"
    assert written_value["deep"][1]["password"] == 12345678


@pytest.mark.parametrize(
    "moved",
    [
        lambda redacted: {**redacted, "tier": redacted["api_secret"]},
        lambda redacted: {**redacted, "api_secret": f"x {redacted['api_secret']}"},
        lambda redacted: {**redacted, "deep": redacted["deep"][::-1]},
        lambda redacted: {**redacted, "deep": redacted["deep"][:1]},
        lambda redacted: {**redacted, "api_secret": "sealed:0123456789abcdef"},
        lambda redacted: {**redacted, "copy": {"api_secret": redacted["api_secret"]}},
        lambda redacted: [redacted],
    ],
)
def test_fingerprint_elsewhere_is_rejected(moved):
    with pytest.raises(RedactedValueError):
        written(moved(plain(SEEN)))
