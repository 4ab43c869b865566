"""Descriptions of changes that a plain list of values would misstate."""

import pytest

from console.audit_log.change_descriptions import (
    CLIENT_SETTINGS,
    LOCAL_EVENT_SETTINGS,
    SERVICE_SETTINGS,
    TOKEN_SETTINGS,
    describe_change,
    settings_for_operation,
)
from tenants.authlete.changes import FieldChange
from tenants.authlete.redaction.fingerprint import Fingerprint

GRANTS = ["AUTHORIZATION_CODE", "REFRESH_TOKEN"]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (GRANTS, None, ("Authorization code, Refresh token", "Authlete default")),
        (None, GRANTS, ("Authlete default", "Authorization code, Refresh token")),
    ],
)
def test_list_reset_to_its_default_loses_no_items(before, after, expected):
    description = describe_change(
        FieldChange("supportedGrantTypes", before, after), SERVICE_SETTINGS
    )

    assert (description.before, description.after) == expected
    assert (description.added, description.removed) == ((), ())


def test_list_without_default_shows_added_and_removed_items():
    description = describe_change(FieldChange("supportedClaims", None, ["sub"]), SERVICE_SETTINGS)

    assert description.added == ("sub",)


def test_different_values_with_equal_text_are_distinguished():
    keys = [f'{{"keys":[{{"kty":"EC","kid":"one","x":"{x}"}}]}}' for x in "ab"]
    description = describe_change(FieldChange("jwks", *keys), SERVICE_SETTINGS)

    assert description.after == f"{description.before}, different content"


def test_unset_value_differs_from_an_explicit_default():
    off = describe_change(FieldChange("pkceRequired", False, None), SERVICE_SETTINGS)
    on = describe_change(FieldChange("pkceRequired", None, False), SERVICE_SETTINGS)

    assert (off.before, off.after) == ("Off", "Not set")
    assert (on.before, on.after) == ("Not set", "Off")


def test_replaced_secret_is_described_by_fingerprints():
    old, new = Fingerprint("daf7fc05aa"), Fingerprint("19dac7d6bb")
    description = describe_change(
        FieldChange("authenticationCallbackApiKey", old, new), SERVICE_SETTINGS
    )

    assert description.is_replaced
    assert (description.before, description.after) == ("daf7 fc05", "19da c7d6")


def test_local_events_are_not_described_as_service_settings():
    number = describe_change(FieldChange("number", None, 4217001), LOCAL_EVENT_SETTINGS)
    role = describe_change(FieldChange("role", "help desk", "admin"), LOCAL_EVENT_SETTINGS)
    day = describe_change(FieldChange("expires", None, "2027-02-13"), LOCAL_EVENT_SETTINGS)
    entry = describe_change(FieldChange("can_sign_in", True, False), LOCAL_EVENT_SETTINGS)

    assert (day.label, day.after) == ("Expires on", "2027-02-13")
    assert (entry.label, entry.before, entry.after) == ("Can sign in", "On", "Off")
    assert (number.label, number.section) == ("Organization ID", "")
    assert (number.before, number.after) == ("", "4217001")
    assert (role.label, role.before, role.after) == ("Role", "Help desk", "Administrator")


def test_client_changes_use_client_labels():
    named = describe_change(FieldChange("clientNames[ja].value", "Ledger", "元帳"), CLIENT_SETTINGS)
    limit = describe_change(FieldChange("extension.accessTokenDuration", 60, 120), CLIENT_SETTINGS)

    assert (named.label, named.section) == ("Translated client names, ja, Text", "languages")
    assert (limit.label, limit.before) == (
        "Scopes and durations, Access token duration",
        "1 minute (60 seconds)",
    )


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (None, ["openid"], ("Any scope of the service", "openid")),
        (["openid"], None, ("openid", "Any scope of the service")),
        (None, [], ("Any scope of the service", "None")),
    ],
)
def test_removed_scope_limit_is_described(before, after, expected):
    declared = settings_for_operation("requestable_scopes.update")
    description = describe_change(
        FieldChange("extension.requestableScopes", before, after), declared
    )

    assert description.label == "Scopes and durations, Requestable scopes"
    assert (description.before, description.after) == expected
    assert (description.added, description.removed) == ((), ())


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (FieldChange("scopes", ["openid"], ["openid", "email"]), "Scopes"),
        (FieldChange("accessTokenExpiresAt", 0, 4_081_320_000_000), "Access token expires"),
        (FieldChange("grantType", None, "IMPLICIT"), "Grant type"),
    ],
)
def test_token_changes_use_token_labels(change, expected):
    assert (
        settings_for_operation("token.update")
        is settings_for_operation("token.create")
        is TOKEN_SETTINGS
    )

    description = describe_change(change, TOKEN_SETTINGS)

    assert description.label == expected
    assert description.added in ((), ("email",))
    assert description.after in ("1 May 2099, 12:00:00 +00:00", "Implicit", "openid, email")
