"""One setting is changed, from the form to Authlete: all else stays, byte for byte.

Through every page of an edit, in clients of every shape and in those that a server
takes.
"""

from typing import Any

import pytest
from hypothesis import given, settings

from tenants.sandbox.http_messages import SandboxRequest, parse_json
from tests.console.forms.clients import text_of
from tests.support.clients import CLIENT
from tests.support.forms import URLENCODED, fill_form
from tests.support.tiers import examples, slow_after_first
from tests.tenants.sandbox.client_strategies import CLIENTS

# A setting for each kind of input: its section, what is there, what is entered in its
# place, and what that is on the wire.
CHANGES: dict[str, tuple[str, str, dict[str, Any], str]] = {
    "description": ("basics", '"old"', {"description": "a\r\nb"}, '"a\\nb"'),
    "softwareId": ("registration", '"old"', {"software_id": "4NRB1"}, '"4NRB1"'),
    "parRequired": ("authorization", "true", {"par_required__on": None}, "false"),
    "defaultMaxAge": ("authorization", "90", {"default_max_age": "100"}, "100"),
    "subjectType": ("id-token", '"PUBLIC"', {"subject_type": "PAIRWISE"}, '"PAIRWISE"'),
    "grantTypes": (
        "authorization",
        '["CIBA","BY_PIGEON"]',
        {"grant_types__pick": ["IMPLICIT", "CIBA", "BY_PIGEON"]},
        '["CIBA","BY_PIGEON","IMPLICIT"]',
    ),
    "redirectUris": (
        "redirects",
        '["http://old.example/"]',
        {"redirect_uris__item": ["http://old.example/", "https://new.example/"]},
        '["http://old.example/","https://new.example/"]',
    ),
    "attributes": (
        "basics",
        '[{"key":"a","value":"b","more":1E2},{"key":"é"},{"key":"password","value":"s"}]',
        {"attributes__0__value": "c"},
        '[{"key":"a","value":"c","more":1E2},{"key":"é"},{"key":"password","value":"s"}]',
    ),
    "clientNames": (
        "languages",
        '[{"tag":"ja","value":"台帳","more":1E2}]',
        {"client_names__0__value": "元帳"},
        '[{"tag":"ja","value":"元帳","more":1E2}]',
    ),
    "extension": (
        "tokens",
        '{"requestableScopes":[],"accessTokenDuration":1,"more":1E2}',
        {"extension__access_token_duration": "600"},
        '{"requestableScopes":[],"accessTokenDuration":600,"more":1E2}',
    ),
}
SIGNED = {"authorization": "Bearer t0p"}


@pytest.fixture
def change(editor, sandbox):
    """Change one setting of client 44 on the pages; the body that was sent for it."""

    def change(section, **entered):
        sandbox.calls.clear()
        url = f"{CLIENT}edit/{section}/"
        body = fill_form(editor.get(url), "base", **entered)
        answer = editor.post(url, body, content_type=URLENCODED)
        assert answer.status_code == 302, answer.context["form"].errors
        body = fill_form(editor.get(answer.url), "reviewed", reason="Why not", ticket="")
        editor.post(answer.url, body, content_type=URLENCODED)
        (call,) = [call for call in sandbox.calls if call.operation == "client.update"]
        return call.body

    return change


def answered(sandbox):
    """Client 44 as Authlete answers it."""
    request = SandboxRequest("GET", "/api/17/client/get/44", headers=SIGNED)
    return sandbox.answer("us", request).body


@pytest.mark.parametrize("setting", CHANGES)
@pytest.mark.parametrize("number", slow_after_first(range(4)))
def test_all_other_settings_are_sent_unchanged(change, sandbox, number, setting):
    section, old, entered, new = CHANGES[setting]
    number = 10 * list(CHANGES).index(setting) + number
    sandbox.clients[44] = parse_json(text_of(number, **{setting: None}))
    sandbox.clients[44][setting] = parse_json(old)
    before = answered(sandbox)

    sent = change(section, **entered)

    was, now = (f'"{setting}":{value}'.encode() for value in (old, new))
    assert before.count(was) == 1
    assert sent == before.replace(was, now)


@given(members=CLIENTS)
@settings(max_examples=examples(12), derandomize=True)
def test_only_one_member_and_the_version_change(change, sandbox, ledger, members):
    fixed = ("clientId", "clientSecret", "clientSource", "createdAt", "modifiedAt")
    known = {name: ledger[name] for name in fixed}
    sandbox.clients[44] = {**members, **known, "fromTheFuture": {"kept": [1]}}
    change("basics", description="made whole")  # defaults of the server included
    before = parse_json(answered(sandbox))

    change("basics", description="changed")

    after = parse_json(answered(sandbox))
    assert after["description"] == "changed"
    assert after["modifiedAt"] > before["modifiedAt"]
    moved = {"description": "changed", "modifiedAt": after["modifiedAt"]}
    assert list(after.items()) == list((before | moved).items())
