"""Values as text for sentences, pages and the audit log."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone, translation

from console.forms.field_kinds import FIELD_KINDS
from console.forms.nested_settings import resolve_nested
from console.forms.value_text import format_value
from tenants.authlete.documents.base import InputType, Setting
from tenants.authlete.documents.service import SECTIONS
from tenants.authlete.redaction.fingerprint import Fingerprint
from tests.console.forms.sample import Sample

SETTINGS = {setting.name: setting for setting in Sample.settings()}
ALL = [setting for section in SECTIONS.values() for setting in section.settings()]


ON = {"defaultEntry": True}
PAIR = [{"key": "k", "value": "v"}]
ANY: list[Any] = [
    *(None, True, 0, -7, Decimal("1.5"), "", "x", [], ["a"], [{}], {}, {"a": [None]}),
    Fingerprint("0" * 16),
]


def format_setting(name, value):
    return format_value(SETTINGS[name], value)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("seconds", 86_400, "24 hours (86,400 seconds)"),
        ("seconds", 3600, "1 hour (3,600 seconds)"),
        ("seconds", 1, "1 second"),
        ("seconds", 90, "90 seconds"),
        ("seconds", 120, "2 minutes (120 seconds)"),
        ("seconds", 2_592_000, "30 days (2,592,000 seconds)"),
        ("seconds", Decimal("3.6E3"), "1 hour (3,600 seconds)"),
        ("seconds", 0, "No end"),
        ("seconds", -1, "-1 seconds"),
        ("seconds", "soon", '"soon"'),
        ("seconds", True, "true"),
        ("seconds", None, "Authlete's default: 24 hours (86,400 seconds)"),
        ("number", 75_820_654_936, "75820654936"),
        ("number", None, "Not set"),
        ("flag", True, "On"),
        ("flag", False, "Off"),
        ("flag", None, "Off"),
        ("lasting_flag", None, "Authlete's default: On"),
        ("flag", "yes", '"yes"'),
        ("text", "a", "a"),
        ("text", "", "empty"),
        ("text", ["a"], '["a"]'),
        ("alg", "ES256", "ES256"),
        ("alg", "NEW9", "NEW9"),
        ("alg", None, "Not signed"),
        ("displays", ["WAP", "OWL"], "WAP (feature phone), OWL"),
        ("modes", [], "None"),
        ("displays", None, "Authlete's default: page"),
        ("displays", [], "None"),
        ("strings", ["a", "b"], "a, b"),
        ("strings", ["a", 7], "a, 7"),
        ("pairs", [{"key": "a", "value": "b"}], "a = b"),
        ("pairs", [{"key": "a"}], '[{"key": "a"}]'),
        ("uris", [{"name": "a", "uri": "https://b"}], "a = https://b"),
        ("scopes", [{"name": "a"}, {"name": "b"} | ON], "a, b (default)"),
        ("anchors", [{"entityId": "https://a", "jwks": "{}"}], "https://a"),
        ("secret", Fingerprint("7f3a91c20be5d170"), "set (fingerprint 7f3a 91c2)"),
        ("secret", "n3w", "a new secret"),
        ("secret", None, "Not set"),
        ("text", Fingerprint("7f3a91c20be5d170"), "set (fingerprint 7f3a 91c2)"),
        ("keys", '{"keys":[{"kty":"EC","kid":"a"},{"kty":"RSA"}]}', "2 keys: a, RSA"),
        ("keys", '{"keys":[]}', "0 keys"),
        ("keys", "no", '"no"'),
        ("body", '{"a": 1}', '{"a": 1}'),
        ("body", "x" * 1234, "JSON of 1,234 characters"),
        ("certificates", ["x", "y"], "2 certificates"),
        ("issuer", {"credentialIssuer": "a", "x": 1}, "Credential issuer identifier: a, x: 1"),
        ("made_at", 1_795_510_152_000, "24 Nov 2026, 08:49:12 +00:00"),
        ("made_at", 10**30, "1000000000000000000000000000000"),
        ("made_at", None, "Not set"),
    ],
)
def test_values_are_formatted(name, value, expected):
    assert format_setting(name, value) == expected


def test_times_are_in_the_readers_time_zone():
    with timezone.override("Asia/Tokyo"):
        assert format_setting("made_at", 1_795_510_152_000) == "24 Nov 2026, 17:49:12 +09:00"


@pytest.mark.parametrize("setting", ALL, ids=lambda setting: setting.api_name)
def test_any_value_of_any_setting_has_a_text(setting):
    for value in ANY:
        text = format_value(setting, value)
        assert isinstance(text, str)
        assert text


def test_every_input_kind_has_a_field():
    assert {row.input_type.kind for row in ALL} <= set(FIELD_KINDS)
    for kind in FIELD_KINDS:
        setting = Setting("x", "x", "X", "", InputType(kind))
        assert format_value(setting, None)


@pytest.mark.parametrize(
    ("path", "value", "label", "expected"),
    [
        ("", [{"name": "a"}], "Scopes", "a"),
        ("[a]", None, "Scopes, a", "not set"),
        ("[a]", {"name": "a", "x": [1]} | ON, "Scopes, a", "Name: a, x: [1], Default: On"),
        ("[a.b[c]].description", "A", "Scopes, a.b[c], Description", "A"),
        ("[a].attributes", PAIR, "Scopes, a, Attributes", "k = v"),
        ("[a].attributes[k].value", "v", "Scopes, a, Attributes, k, Value", "v"),
        ("[a].fromTheFuture", 7, "Scopes, a, fromTheFuture", "7"),
        ("[a].defaultEntry", True, "Scopes, a, Default", "On"),
    ],
)
def test_nested_changes_are_named(path, value, label, expected):
    place = resolve_nested(SETTINGS["scopes"], path)

    assert place.label == label
    assert place.format(value) == expected


def test_changes_in_objects_are_named():
    place = resolve_nested(SETTINGS["issuer"], ".credentialEndpoint")

    assert place.label == "Issuer metadata, Credential endpoint"
    assert place.format(None) == "Not set"


def test_texts_are_in_the_readers_language():
    setting = replace(SETTINGS["flag"], label="Yes")

    with translation.override("pt-br"):  # Django's own words, which it brings along
        assert resolve_nested(setting, "").label == "Sim"
