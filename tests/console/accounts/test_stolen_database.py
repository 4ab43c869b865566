"""Threat: session rows of a backup are used or written by an attacker."""

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client

from tests.support.accounts import sign_in
from tests.support.secret_scanner import dump_database
from tests.support.sessions import open_session


def is_signed_in(client):
    return client.get("/accounts/password/change/").status_code == 200


def with_cookie(value):
    client = Client()
    client.cookies["session"] = value
    return client


def test_no_table_contains_a_session_cookie(ann, client):
    sign_in(client)

    cookie = client.cookies["session"].value
    assert [source for source, text in dump_database() if cookie in text] == []
    assert is_signed_in(client)


def test_stored_key_is_refused_as_a_cookie(ann, client):
    sign_in(client)

    for row in (Session.objects.get().pk, UserSession.objects.get().session_key):
        assert not is_signed_in(with_cookie(row))


def test_row_copied_under_another_key_is_refused(ann, client):
    sign_in(client)
    thief = Client()
    thief.get("/accounts/login/")
    own = thief.session
    own.save()
    stolen = Session.objects.exclude(pk=own.session_key).get()

    Session.objects.filter(pk=own.session_key).update(session_data=stolen.session_data)

    assert dict(open_session(own.session_key).items()) == {}
    assert not is_signed_in(thief)
    assert is_signed_in(client)


def test_row_of_an_earlier_version_is_refused(ann, client):
    sign_in(client)
    Session.objects.update(session_key="k" * 32)

    assert not is_signed_in(with_cookie("k" * 32))


def test_list_shows_and_ends_other_sessions(ann, client):
    other = Client()
    sign_in(other)
    sign_in(client)
    page = client.get("/accounts/sessions/")
    assert len(page.context["sessions"]) == 2
    assert page.text.count("this session") == 1

    client.post("/accounts/sessions/")

    assert is_signed_in(client)
    assert not is_signed_in(other)
    assert Session.objects.count() == UserSession.objects.count() == 1


def test_cookie_is_the_same_while_the_session_is(ann, client):
    sign_in(client)
    cookie = client.cookies["session"].value
    session = client.session
    session["more"] = "x" * 2_000
    session.save()

    client.get("/accounts/2fa/totp/activate/")  # writes to the session

    assert client.cookies["session"].value == cookie
    assert client.session["more"]
