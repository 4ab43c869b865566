"""What a change is told as, where a list of values alone would tell it wrongly."""

import pytest

from console.sentences import CLIENT, LOCAL, SERVICE, TOKEN, declared_of, sentence
from tenants.authlete.changes import Change
from tenants.authlete.redaction import Fingerprint

GRANTS = ["AUTHORIZATION_CODE", "REFRESH_TOKEN"]


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (GRANTS, None, ("Authorization code, Refresh token", "Authlete's default")),
        (None, GRANTS, ("Authlete's default", "Authorization code, Refresh token")),
    ],
)
def test_a_list_that_goes_back_to_its_default_did_not_lose_all(before, after, told):
    said = sentence(Change("supportedGrantTypes", before, after), SERVICE)

    assert (said.was, said.now) == told
    assert (said.gained, said.lost) == ((), ())


def test_a_list_that_has_no_default_gains_and_loses():
    said = sentence(Change("supportedClaims", None, ["sub"]), SERVICE)

    assert said.gained == ("sub",)


def test_what_has_the_same_words_is_told_to_differ():
    keys = [f'{{"keys":[{{"kty":"EC","kid":"one","x":"{x}"}}]}}' for x in "ab"]
    said = sentence(Change("jwks", *keys), SERVICE)

    assert said.now == f"{said.was}, with other content"


def test_what_is_absent_is_told_apart_from_what_it_comes_to():
    off = sentence(Change("pkceRequired", False, None), SERVICE)
    on = sentence(Change("pkceRequired", None, False), SERVICE)

    assert (off.was, off.now) == ("Off", "Not set")
    assert (on.was, on.now) == ("Not set", "Off")


def test_a_replaced_secret_is_told_by_its_fingerprints_alone():
    old, new = Fingerprint("daf7fc05aa"), Fingerprint("19dac7d6bb")
    said = sentence(Change("authenticationCallbackApiKey", old, new), SERVICE)

    assert said.replaced
    assert (said.was, said.now) == ("daf7 fc05", "19da c7d6")


def test_what_happened_here_is_not_told_as_a_setting_of_a_service():
    number = sentence(Change("number", None, 4217001), LOCAL)
    role = sentence(Change("role", "help desk", "admin"), LOCAL)
    day = sentence(Change("expires", None, "2027-02-13"), LOCAL)
    entry = sentence(Change("can_sign_in", True, False), LOCAL)

    assert (day.label, day.now) == ("Last day", "2027-02-13")
    assert (entry.label, entry.was, entry.now) == ("Can sign in", "On", "Off")
    assert (number.label, number.section) == ("Organization's number", "")
    assert (number.was, number.now) == ("", "4217001")
    assert (role.label, role.was, role.now) == ("Role", "Help desk", "Administrator")


def test_a_client_is_told_in_the_words_of_its_own_settings():
    named = sentence(Change("clientNames[ja].value", "Ledger", "元帳"), CLIENT)
    limit = sentence(Change("extension.accessTokenDuration", 60, 120), CLIENT)

    assert (named.label, named.section) == ("Names, ja, Text", "languages")
    assert (limit.label, limit.was) == (
        "Scopes and lifetimes, Access token lifetime",
        "1 minute (60 seconds)",
    )


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (None, ["openid"], ("Any scope of the service", "openid")),
        (["openid"], None, ("openid", "Any scope of the service")),
        (None, [], ("Any scope of the service", "None")),
    ],
)
def test_no_limit_of_scopes_is_told_as_such(before, after, told):
    declared = declared_of("requestable_scopes.update")
    said = sentence(Change("extension.requestableScopes", before, after), declared)

    assert said.label == "Scopes and lifetimes, Scopes it may ask for"
    assert (said.was, said.now) == told
    assert (said.gained, said.lost) == ((), ())


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (Change("scopes", ["openid"], ["openid", "email"]), "Scopes"),
        (Change("accessTokenExpiresAt", 0, 4_081_320_000_000), "Access token ends"),
        (Change("grantType", None, "IMPLICIT"), "Grant type"),
    ],
)
def test_a_token_is_told_by_its_own_words(change, told):
    assert declared_of("token.update") is declared_of("token.create") is TOKEN

    said = sentence(change, TOKEN)

    assert said.label == told
    assert said.gained in ((), ("email",))
    assert said.now in ("1 May 2099, 12:00:00 +00:00", "Implicit", "openid, email")
