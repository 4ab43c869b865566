import pytest
from pytest_django.asserts import assertContains, assertNotContains

from tenants.organizations.roles import Role
from tests.support.clients import CLIENT, OLD

URL = f"{CLIENT}secret/"


def test_tells_its_fingerprint_and_never_the_secret(admin):
    response = admin.get(URL)

    assertContains(response, "Ledger sync")
    assertContains(response, "Client authentication")
    assertNotContains(response, OLD)


def test_says_how_old_it_is_as_far_as_that_is_known(admin, do):
    assertContains(admin.get(URL), "not changed in Meridian")
    assertContains(admin.get(URL), "overdue")

    do(admin, "rotate")

    assertNotContains(admin.get(URL), "not changed in Meridian")
    assertNotContains(admin.get(URL), "overdue")


@pytest.mark.parametrize("made", [10**18, -(10**18), 253_402_300_799_999])
def test_takes_a_time_that_no_calendar_has_for_none(admin, ledger, made):
    ledger |= {"createdAt": made}

    assertContains(admin.get(URL), "Client authentication")


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"clientType": "PUBLIC"}, "Public clients don't use a secret"),
        ({"tokenAuthMethod": "PRIVATE_KEY_JWT"}, "so the secret has no effect"),
    ],
)
def test_says_that_nothing_asks_for_it(admin, ledger, members, words):
    ledger |= members

    assertContains(admin.get(URL), words)


def test_names_what_is_signed_with_it(admin, ledger):
    ledger |= {"tokenAuthMethod": "PRIVATE_KEY_JWT", "idTokenSignAlg": "HS256"}

    assertContains(admin.get(URL), "Signing ID tokens")
    assertNotContains(admin.get(URL), "Secret not used")


def test_offers_nothing_to_who_may_not_see_it(member, ledger):
    response = member(Role.EDITOR).get(URL)

    assertContains(response, "Only administrators can see or replace a secret")
    assertNotContains(response, "/reveal/")


def test_needs_a_role_that_may_read(member, ledger):
    assert member(Role.HELP_DESK).get(URL).status_code == 403
