"""Sign-in with a password."""

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.test import Client

from tenants.audit.actor import Actor
from tenants.audit.models import AuditEntry
from tenants.organizations.members import add_member
from tenants.organizations.roles import Role
from tests.support.accounts import PASSWORD, sign_in

WRONG = "The email address or the password is wrong."


def signed_in(client):
    return client.get("/accounts/password/change/").status_code == 200


def test_right_password_signs_in(ann, client):
    response = sign_in(client)

    assert (response.status_code, response["Location"]) == (302, "/")
    assert signed_in(client)


def test_email_case_is_ignored(ann, client):
    sign_in(client, "  ANN@Acme.example ")

    assert signed_in(client)


def test_sign_up_does_not_exist(db, client):
    assert client.get("/accounts/signup/").status_code == 404


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("ann@acme.example", "wrong"),
        ("nobody@acme.example", PASSWORD),
        ("new@acme.example", PASSWORD),
    ],
    ids=["wrong password", "no such person", "no password set yet"],
)
def test_refuses_in_the_same_words(acme, ann, client, email, password):
    add_member(Actor(0, "setup"), acme, "new@acme.example", Role.VIEWER)

    response = sign_in(client, email, password)

    assert response.status_code == 200
    assert WRONG in response.content.decode()
    assert not signed_in(client)


class Counting(Argon2PasswordHasher):
    """Argon2 with little work, that counts how often it is done."""

    time_cost, memory_cost, parallelism = 1, 8, 1
    done = 0

    def encode(self, password, salt):
        type(self).done += 1
        return super().encode(password, salt)

    def verify(self, password, encoded):
        type(self).done += 1
        return super().verify(password, encoded)


@pytest.mark.parametrize("email", ["ann@acme.example", "nobody@acme.example", "new@acme.example"])
def test_unknown_accounts_take_as_long_as_known_ones(acme, ann, client, settings, email):
    settings.PASSWORD_HASHERS = [f"{__name__}.Counting"]
    add_member(Actor(0, "setup"), acme, "new@acme.example", Role.VIEWER)
    ann.set_password(PASSWORD)
    ann.save()
    Counting.done = 0

    sign_in(client, email, "wrong but long enough")

    assert Counting.done == 1


def test_hashes_nothing_that_is_too_long(ann, client, settings):
    settings.PASSWORD_HASHERS = [f"{__name__}.Counting"]
    Counting.done = 0

    response = sign_in(client, password="x" * 4097)

    assert WRONG in response.content.decode()
    assert Counting.done == 0


@pytest.mark.parametrize("trusted", [0, 1])
def test_account_is_throttled_across_addresses_and_hosts(ann, settings, trusted):
    settings.ALLOWED_HOSTS = ["*"]
    settings.TRUSTED_PROXIES = trusted
    # Ten tries from ten addresses use the account's hour up.
    answers = [
        sign_in(
            Client(),
            password="wrong",
            REMOTE_ADDR=f"10.0.{n}.1",
            headers={"x-forwarded-for": f"10.1.{n}.1", "host": f"h{n}.example"},
        ).content.decode()
        for n in range(12)
    ]

    assert [WRONG in answer for answer in answers] == [True] * 10 + [False] * 2
    assert "Too many attempts" in answers[-1]


def test_throttles_an_address_that_claims_to_be_others(ann, settings):
    for n in range(10):
        sign_in(Client(), f"u{n}@acme.example", headers={"x-forwarded-for": f"10.1.{n}.1"})

    answer = sign_in(Client(), "u@acme.example", headers={"x-forwarded-for": "1.1.1.1"})

    assert "Too many attempts" in answer.content.decode()


def test_known_browser_is_not_locked_out(ann, client):
    sign_in(client)
    client.post("/accounts/logout/")
    for n in range(20):
        sign_in(Client(), password="wrong", REMOTE_ADDR=f"10.0.{n}.1")

    assert "Too many" in sign_in(Client(), REMOTE_ADDR="10.9.9.9").content.decode()
    sign_in(client, REMOTE_ADDR="10.9.9.8")

    assert signed_in(client)


def test_limits_tries_from_a_known_browser_too(ann, client):
    sign_in(client)
    client.post("/accounts/logout/")

    answers = [
        sign_in(client, password="wrong", REMOTE_ADDR=f"10.0.{n}.1").content.decode()
        for n in range(12)
    ]

    assert sum(WRONG in answer for answer in answers) == 10


@pytest.mark.parametrize(
    "place",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "javascript:alert(1)",
        "https:evil.example",
        "http:///evil.example",
        "/\t/evil.example",
    ],
)
def test_redirect_stays_on_this_site(ann, client, place):
    response = client.post(
        "/accounts/login/", {"login": ann.email, "password": PASSWORD, "next": place}
    )

    assert response["Location"] == "/"


def test_needs_a_csrf_token(ann):
    client = Client(enforce_csrf_checks=True)

    assert sign_in(client).status_code == 403


def test_closed_account_gets_the_answer_of_a_wrong_password(ann, client, settings):
    settings.PASSWORD_HASHERS = [f"{__name__}.Counting"]
    ann.is_active = False
    ann.set_password(PASSWORD)
    ann.save()
    Counting.done = 0

    answers = [sign_in(Client(), password=password) for password in (PASSWORD, "wrong")]

    assert Counting.done == 2
    assert [answer.status_code for answer in answers] == [200, 200]
    assert all(WRONG in answer.text for answer in answers)
    assert not signed_in(client)


def test_right_passwords_of_a_closed_account_are_counted_and_logged_as_wrong(ann):
    ann.is_active = False
    ann.save()

    answers = [sign_in(Client(), REMOTE_ADDR=f"10.0.{n}.1") for n in range(11)]

    assert [WRONG in answer.text for answer in answers] == [True] * 10 + [False]
    assert AuditEntry.objects.filter(operation="sign_in.refused", actor=ann.username).exists()
