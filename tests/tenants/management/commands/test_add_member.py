import re

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError
from django.test import Client

from tenants.audit.actor import Actor
from tenants.models import Membership
from tenants.organizations.members import add_member
from tenants.organizations.roles import Role
from tests.support.members import PASSWORD, link_mailed, set_password


@pytest.fixture
def add(run, acme):
    def added(role="admin", email="ann@acme.example", *more, stdin=""):
        return run(
            "add_member",
            *("--organization", "acme", "--email", email, "--role", role),
            *more,
            stdin=stdin,
        )

    return added


@pytest.fixture
def password(monkeypatch):
    monkeypatch.setenv("MEMBER_PASSWORD", PASSWORD)


def test_prints_a_link_that_sets_a_password_once(add, settings, no_mail):
    settings.CONSOLE_URL = "https://console.example"

    said = add("admin", "Ann@Acme.example", "--name", "Ann")

    found = re.search(r"https://console\.example(/accounts/\S+)", said)
    assert found, said
    set_password(Client(), found[1])
    ann = User.objects.get(username="ann@acme.example")
    assert ann.check_password(PASSWORD)
    assert ann.get_full_name() == "Ann"
    assert Membership.objects.get(user=ann).role == "admin"
    assert "no longer works" in Client().get(found[1], follow=True).content.decode()


def test_says_what_is_missing_without_an_address(add, no_mail):
    assert "CONSOLE_URL is not set" in add()


def test_mails_the_link_where_there_is_a_mail_server(add, settings):
    with pytest.raises(CommandError, match="Set CONSOLE_URL"):
        add()
    settings.CONSOLE_URL = "http://testserver"

    assert "/accounts/" not in add()

    set_password(Client(), link_mailed("ann@acme.example"))
    assert Membership.objects.get().role == "admin"


def test_sends_a_member_without_a_password_another_link(add, acme, no_mail):
    add_member(Actor(0, "setup"), acme, "ann@acme.example", Role.ADMIN)

    said = add()

    assert "already admin" in said
    assert "/accounts/invitation/" in said


def test_takes_a_password_from_the_environment(add, monkeypatch):
    monkeypatch.setenv("MEMBER_PASSWORD", PASSWORD)

    said = add()

    assert "Password set" in said
    assert PASSWORD not in said
    assert User.objects.get().check_password(PASSWORD)


def test_takes_a_password_from_standard_input(add):
    add("admin", "ann@acme.example", "--password-stdin", stdin=f"{PASSWORD}\nmore\n")

    assert User.objects.get().check_password(PASSWORD)


def test_leaves_a_password_that_is_there(add, monkeypatch):
    monkeypatch.setenv("MEMBER_PASSWORD", PASSWORD)
    add()
    monkeypatch.setenv("MEMBER_PASSWORD", "lamp river seven orchard")

    assert "It was not changed" in add()
    assert User.objects.get().check_password(PASSWORD)


def test_refuses_a_weak_password_and_adds_nobody(add, monkeypatch):
    monkeypatch.setenv("MEMBER_PASSWORD", "password1234")

    with pytest.raises(CommandError, match="Nothing was changed"):
        add()

    assert not User.objects.exists()


def test_does_nothing_the_second_time(add, recorded, monkeypatch, password):
    monkeypatch.setenv("MEMBER_PASSWORD", PASSWORD)
    add()
    before = recorded()
    monkeypatch.delenv("MEMBER_PASSWORD")

    assert add() == "ann@acme.example is already admin in Acme.\n"
    assert recorded() == before


def test_changes_a_role(add, password):
    add("admin", "first@acme.example")
    add("viewer")

    assert "is now editor in Acme (was viewer)" in add("editor")
    assert Membership.objects.get(user__username="ann@acme.example").role == "editor"


def test_keeps_the_last_admin(add, password):
    add()

    with pytest.raises(CommandError, match="only administrator"):
        add("viewer")


def test_all_of_it_is_in_the_record(add, recorded, no_mail):
    add()

    assert recorded() == [("invitation.create", "manage.py add_member", "acme", "done")]


@pytest.mark.parametrize("role", ["help desk", "auditor", "editor", "viewer"])
def test_knows_every_role(add, role, password):
    add(role)

    assert Membership.objects.get().role == role


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--organization", "nope", "--email", "a@b.example"), "not found"),
        (("--organization", "acme", "--email", "nobody"), "valid email"),
    ],
)
def test_says_what_is_wrong(run, acme, no_mail, arguments, says):
    with pytest.raises(CommandError, match=says):
        run("add_member", *arguments, "--role", "admin")

    assert not User.objects.exists()
