"""Threat: an editor changes what is next to a redacted secret, so that it is shown."""

import json

import pytest

from tenants.authlete.edits import prepare_edit
from tenants.authlete.errors import InvalidRequestError
from tenants.authlete.json.reader import parse_json
from tenants.authlete.redaction.exposure import exposes_secret
from tenants.authlete.redaction.redactor import Redactor

REDACTOR = Redactor(b"k" * 32)
KEY = {"kty": "oct", "kid": "one", "k": "s3cret-key"}
PAIR = {"key": "db_password", "value": "s3cret-pair"}
DOCUMENT = {
    "modifiedAt": 5,
    "description": json.dumps(PAIR),
    "customMetadata": json.dumps({"ring": [KEY], "pairs": [PAIR], "note": "x"}),
    "attributes": [PAIR, {"key": "tier", "value": "gold"}],
    "extension": {"pairs": [PAIR, PAIR]},
    "nested": json.dumps({"inner": json.dumps(PAIR)}),
}
TEXT = json.dumps(DOCUMENT)
REDACTED = REDACTOR.redact(parse_json(TEXT))


def edit(**edits):
    return prepare_edit(TEXT, REDACTED, 5, edits, REDACTOR)


def edited_text(name, **members):
    """Return a JSON text as the user sees it, with some members changed."""
    value = json.loads(REDACTED[name]) | members
    return json.dumps({inner: part for inner, part in value.items() if part is not None})


EXPOSING = {
    "rename the key of a pair in a text": {
        "description": lambda: edited_text("description", key="note")
    },
    "remove the key of a pair in a text": {
        "description": lambda: edited_text("description", key=None)
    },
    "rename a key in a list in a text": {
        "customMetadata": lambda: edited_text(
            "customMetadata",
            pairs=[json.loads(REDACTED["customMetadata"])["pairs"][0] | {"key": "n"}],
        )
    },
    "rename a key and leave its value out": {
        "extension": lambda: {"pairs": [{"key": "note"}, REDACTED["extension"]["pairs"][1]]}
    },
}


@pytest.mark.parametrize("edits", EXPOSING.values(), ids=EXPOSING)
def test_edit_that_would_expose_a_secret_is_refused(edits):
    ((name, make),) = edits.items()

    with pytest.raises(InvalidRequestError, match=f"^{name} contains a redacted secret"):
        edit(**{name: make()})
    assert exposes_secret(name, REDACTED[name], make(), REDACTOR)


def test_no_secret_is_exposed_by_any_removed_or_renamed_member():
    for name in ("description", "customMetadata", "nested"):
        redacted = json.loads(REDACTED[name])
        for edited in _mutations(redacted):
            try:
                prepared = edit(**{name: json.dumps(edited)})
            except InvalidRequestError:
                continue
            assert "s3cret" not in repr(prepared.expected)


def _mutations(value):
    match value:
        case dict():
            for name in value:
                rest = {other: inner for other, inner in value.items() if other != name}
                yield rest
                yield rest | {"note": value[name]}
                yield from (value | {name: inner} for inner in _mutations(value[name]))
        case list():
            for index, item in enumerate(value):
                yield value[:index] + value[index + 1 :]
                yield from (
                    [*value[:index], inner, *value[index + 1 :]] for inner in _mutations(item)
                )
        case str() if value.startswith("{"):
            yield from map(json.dumps, _mutations(json.loads(value)))
        case str():
            yield from ("note", "", f"x{value}")


def test_edits_that_keep_a_secret_redacted_are_accepted():
    assert edit(description=edited_text("description", key="api_secret"))
    assert edit(description=edited_text("description", value="public"))
    assert edit(customMetadata=edited_text("customMetadata", note="y"))
    assert edit(attributes=[REDACTED["attributes"][0], {"key": "tier", "value": "silver"}])
    assert edit(attributes=None)
    assert edit(description="plain")
    for name, value in REDACTED.items():
        assert not exposes_secret(name, value, value, REDACTOR)


def test_secret_recognized_by_its_value_stays_editable():
    pem = "-----BEGIN PRIVATE KEY-----\ns3cret\n-----END PRIVATE KEY-----"
    text = json.dumps({"modifiedAt": 5, "extension": {"note": pem, "rank": 1}})
    redacted = REDACTOR.redact(parse_json(text))
    edited = redacted["extension"] | {"rank": 2}

    assert not exposes_secret("extension", redacted["extension"], edited, REDACTOR)
    assert prepare_edit(text, redacted, 5, {"extension": edited}, REDACTOR)
