"""How long a session lasts, and what ends it."""

import pytest
from django.test import Client

from tests.support.accounts import PASSWORD, SETUP, pending, sign_in

START = 1_800_000_000
MINUTE, HOUR = 60, 3600


def signed_in(client):
    return client.get("/accounts/password/change/").status_code == 200


@pytest.fixture
def at(time_machine):
    def move(seconds):
        time_machine.move_to(START + seconds, tick=False)

    move(0)
    return move


@pytest.mark.parametrize(("after", "lives"), [(29, True), (31, False)])
def test_ends_when_nobody_uses_it(ann, client, at, after, lives):
    sign_in(client)

    at(after * MINUTE)

    assert signed_in(client) is lives


def test_ends_after_12_hours_of_use(ann, client, at):
    sign_in(client)
    for minute in range(10, 12 * 60 + 1, 10):
        at(minute * MINUTE)
        assert signed_in(client)

    at(12 * HOUR + MINUTE)

    assert not signed_in(client)


@pytest.mark.parametrize("jump", [-HOUR, 13 * HOUR])
def test_ends_when_the_clock_jumps(ann, client, at, jump):
    sign_in(client)

    at(jump)

    assert not signed_in(client)


def test_the_cookie_is_gone_with_the_browser(ann, client):
    response = sign_in(client)

    assert response.cookies["session"]["max-age"] == ""
    assert response.cookies["session"]["httponly"]


def test_signing_in_changes_its_id(ann, client):
    client.get("/accounts/login/")
    before = client.session
    before["planted"] = True
    before.save()
    client.cookies["session"] = before.cookie_key

    response = sign_in(client)

    assert response.cookies["session"].value != before.cookie_key


def test_signing_out_needs_a_post(ann, client):
    sign_in(client)

    client.get("/accounts/logout/")

    assert signed_in(client)


def test_signing_out_ends_it_everywhere_it_was_kept(ann, client):
    sign_in(client)
    stolen = Client()
    stolen.cookies["session"] = client.cookies["session"].value
    assert signed_in(stolen)

    response = client.post("/accounts/logout/")

    assert response["Clear-Site-Data"] == '"cache", "storage"'
    assert not signed_in(stolen)


def test_a_new_password_ends_all_others(ann, client):
    other = Client()
    sign_in(other)
    sign_in(client)
    new = "lamp river seven orchard"

    client.post(
        "/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new}
    )

    assert signed_in(client)
    assert not signed_in(other)


def test_a_new_second_factor_ends_all_others(
    ann, client, code_at, django_capture_on_commit_callbacks
):
    other = Client()
    sign_in(other)
    sign_in(client)
    client.get(SETUP)

    with django_capture_on_commit_callbacks(execute=True):
        client.post(SETUP, {"code": code_at(pending(client))})

    assert signed_in(client)
    assert not signed_in(other)


def test_proving_oneself_again_changes_its_id(ann, client):
    sign_in(client)
    before = client.cookies["session"].value

    client.post("/accounts/reauthenticate/", {"password": PASSWORD})

    assert client.cookies["session"].value != before
    assert signed_in(client)


def test_being_disabled_ends_it(ann, client):
    sign_in(client)
    ann.is_active = False
    ann.save()

    assert not signed_in(client)


@pytest.mark.parametrize("path", ["/accounts/login/", "/acme/services/", "/nothing/"])
def test_no_answer_is_kept(ann, client, sandbox, path):
    sign_in(client)

    assert "no-store" in client.get(path)["Cache-Control"]
