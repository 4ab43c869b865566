"""Lifetime and end of sessions."""

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client

from console.accounts.periodic_tasks import delete_expired_sessions
from tests.support.accounts import PASSWORD, SETUP, pending, sign_in

START = 1_800_000_000
MINUTE, HOUR = 60, 3600


def signed_in(client):
    return client.get("/accounts/password/change/").status_code == 200


@pytest.fixture
def move_to(time_machine):
    def move(seconds):
        time_machine.move_to(START + seconds, tick=False)

    move(0)
    return move


@pytest.mark.parametrize(("after", "lives"), [(29, True), (31, False)])
def test_idle_session_expires(ann, client, move_to, after, lives):
    sign_in(client)

    move_to(after * MINUTE)

    assert signed_in(client) is lives


def test_session_ends_after_12_hours(ann, client, move_to):
    sign_in(client)
    for minute in range(10, 12 * 60 + 1, 10):
        move_to(minute * MINUTE)
        assert signed_in(client)

    move_to(12 * HOUR + MINUTE)

    assert not signed_in(client)


@pytest.mark.parametrize("jump", [-HOUR, 13 * HOUR])
def test_clock_jump_ends_the_session(ann, client, move_to, jump):
    sign_in(client)

    move_to(jump)

    assert not signed_in(client)


def test_cookie_ends_with_the_browser(ann, client):
    response = sign_in(client)

    assert response.cookies["session"]["max-age"] == ""
    assert response.cookies["session"]["httponly"]


def test_sign_in_changes_the_session_id(ann, client):
    client.get("/accounts/login/")
    before = client.session
    before["planted"] = True
    before.save()
    client.cookies["session"] = before.cookie_key

    response = sign_in(client)

    assert response.cookies["session"].value != before.cookie_key


def test_sign_out_needs_post(ann, client):
    sign_in(client)

    client.get("/accounts/logout/")

    assert signed_in(client)


def test_sign_out_ends_stolen_sessions(ann, client):
    sign_in(client)
    stolen = Client()
    stolen.cookies["session"] = client.cookies["session"].value
    assert signed_in(stolen)

    response = client.post("/accounts/logout/")

    assert response["Clear-Site-Data"] == '"cache", "storage"'
    assert not signed_in(stolen)


def test_new_password_ends_other_sessions(ann, client):
    other = Client()
    sign_in(other)
    sign_in(client)
    new = "lamp river seven orchard"

    client.post(
        "/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new}
    )

    assert signed_in(client)
    assert not signed_in(other)


def test_new_2fa_ends_other_sessions(ann, client, code_at, django_capture_on_commit_callbacks):
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


def test_disabling_an_account_ends_its_session(ann, client):
    sign_in(client)
    ann.is_active = False
    ann.save()

    assert not signed_in(client)


@pytest.mark.parametrize("path", ["/accounts/login/", "/acme/services/", "/nothing/"])
def test_responses_are_not_cached(ann, client, sandbox, path):
    sign_in(client)

    assert "no-store" in client.get(path)["Cache-Control"]


def test_worker_deletes_expired_sessions(ann, client, move_to):
    sign_in(client)
    delete_expired_sessions()
    assert (Session.objects.count(), UserSession.objects.count()) == (1, 1)

    move_to(13 * HOUR)
    delete_expired_sessions()

    assert not Session.objects.exists()
    assert not UserSession.objects.exists()
