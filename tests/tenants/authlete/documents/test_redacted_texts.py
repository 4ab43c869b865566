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
    seen = plain(SEEN)
    wanted = {"new": [1], **seen, "tier": "platinum"}
    wanted["deep"][0]["n"] = 2

    found = written(wanted)

    old = plain(parse_json(TEXT))
    old["deep"][0]["n"] = 2
    assert plain(found) == {"new": [1], **old, "tier": "platinum"}
    assert "s3cret" not in json.dumps(seen)


def test_secret_can_be_removed_and_replaced():
    seen = plain(SEEN)
    del seen["api_secret"]
    seen["deep"][0]["password"] = "another"

    found = written(seen)

    assert "api_secret" not in found
    assert found["deep"][0]["password"] == "another"
    assert found["deep"][1]["password"] == 12345678


@pytest.mark.parametrize(
    "moved",
    [
        lambda seen: {**seen, "tier": seen["api_secret"]},
        lambda seen: {**seen, "api_secret": f"x {seen['api_secret']}"},
        lambda seen: {**seen, "deep": seen["deep"][::-1]},
        lambda seen: {**seen, "deep": seen["deep"][:1]},
        lambda seen: {**seen, "api_secret": "sealed:0123456789abcdef"},
        lambda seen: {**seen, "copy": {"api_secret": seen["api_secret"]}},
        lambda seen: [seen],
    ],
)
def test_fingerprint_elsewhere_is_rejected(moved):
    with pytest.raises(RedactedValueError):
        written(moved(plain(SEEN)))
