"""What a change is told as, where a list of values alone would tell it wrongly."""

import pytest

from console.sentences import sentence
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
    said = sentence(Change("supportedGrantTypes", before, after))

    assert (said.was, said.now) == told
    assert (said.gained, said.lost) == ((), ())


def test_a_list_that_has_no_default_gains_and_loses():
    said = sentence(Change("supportedClaims", None, ["sub"]))

    assert said.gained == ("sub",)


def test_a_replaced_secret_is_told_by_its_fingerprints_alone():
    old, new = Fingerprint("daf7fc05aa"), Fingerprint("19dac7d6bb")
    said = sentence(Change("authenticationCallbackApiKey", old, new))

    assert said.replaced
    assert (said.was, said.now) == ("daf7 fc05", "19da c7d6")


def test_what_happened_here_is_not_told_as_a_setting_of_a_service():
    number = sentence(Change("number", None, 4217001), local=True)
    role = sentence(Change("role", "help desk", "admin"), local=True)

    assert (number.label, number.section) == ("Organization's number", "")
    assert (number.was, number.now) == ("", "4217001")
    assert (role.label, role.was, role.now) == ("Role", "Help desk", "Administrator")
