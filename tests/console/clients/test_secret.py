import pytest
from pytest_django.asserts import assertContains, assertNotContains

from tenants.organizations.roles import Role
from tests.support.clients import CLIENT, OLD

URL = f"{CLIENT}secret/"


def test_fingerprint_is_shown_instead_of_the_secret(admin):
    response = admin.get(URL)

    assertContains(response, "Ledger sync")
    assertContains(response, "Client authentication")
    assertNotContains(response, OLD)


def test_known_age_of_the_secret_is_shown(admin, submit_form):
    assertContains(admin.get(URL), "not changed in Meridian")
    assertContains(admin.get(URL), "overdue")

    submit_form(admin, "rotate")

    assertNotContains(admin.get(URL), "not changed in Meridian")
    assertNotContains(admin.get(URL), "overdue")


@pytest.mark.parametrize("created_at", [10**18, -(10**18), 253_402_300_799_999])
def test_impossible_creation_time_counts_as_unknown(admin, ledger, created_at):
    ledger |= {"createdAt": created_at}

    assertContains(admin.get(URL), "Client authentication")


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"clientType": "PUBLIC"}, "Public clients don't use a secret"),
        ({"tokenAuthMethod": "PRIVATE_KEY_JWT"}, "so the secret has no effect"),
    ],
)
def test_unused_secret_is_reported(admin, ledger, members, words):
    ledger |= members

    assertContains(admin.get(URL), words)


def test_uses_of_the_secret_are_named(admin, ledger):
    ledger |= {"tokenAuthMethod": "PRIVATE_KEY_JWT", "idTokenSignAlg": "HS256"}

    assertContains(admin.get(URL), "Signing ID tokens")
    assertNotContains(admin.get(URL), "Secret not used")


def test_actions_need_permission_to_reveal(member, ledger):
    response = member(Role.EDITOR).get(URL)

    assertContains(response, "Only administrators can see or replace a secret")
    assertNotContains(response, "/reveal/")


def test_needs_a_role_that_may_read(member, ledger):
    assert member(Role.HELP_DESK).get(URL).status_code == 403
