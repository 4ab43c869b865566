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


def test_printed_link_sets_a_password_once(add, settings, no_mail):
    settings.CONSOLE_URL = "https://console.example"

    output = add("admin", "Ann@Acme.example", "--name", "Ann")

    match = re.search(r"https://console\.example(/accounts/\S+)", output)
    assert match, output
    set_password(Client(), match[1])
    ann = User.objects.get(username="ann@acme.example")
    assert ann.check_password(PASSWORD)
    assert ann.get_full_name() == "Ann"
    assert Membership.objects.get(user=ann).role == "admin"
    assert "no longer works" in Client().get(match[1], follow=True).content.decode()


def test_missing_console_url_is_explained(add, no_mail):
    assert "CONSOLE_URL is not set" in add()


def test_link_is_mailed_with_a_mail_server(add, settings):
    with pytest.raises(CommandError, match="Set CONSOLE_URL"):
        add()
    settings.CONSOLE_URL = "http://testserver"

    assert "/accounts/" not in add()

    set_password(Client(), link_mailed("ann@acme.example"))
    assert Membership.objects.get().role == "admin"


def test_member_without_password_gets_a_new_link(add, acme, no_mail):
    add_member(Actor(0, "setup"), acme, "ann@acme.example", Role.ADMIN)

    output = add()

    assert "already admin" in output
    assert "/accounts/invitation/" in output


def test_password_is_read_from_the_environment(add, monkeypatch):
    monkeypatch.setenv("MEMBER_PASSWORD", PASSWORD)

    output = add()

    assert "Password set" in output
    assert PASSWORD not in output
    assert User.objects.get().check_password(PASSWORD)


def test_password_is_read_from_standard_input(add):
    add("admin", "ann@acme.example", "--password-stdin", stdin=f"{PASSWORD}\nmore\n")

    assert User.objects.get().check_password(PASSWORD)


def test_existing_password_is_not_replaced(add, monkeypatch):
    monkeypatch.setenv("MEMBER_PASSWORD", PASSWORD)
    add()
    monkeypatch.setenv("MEMBER_PASSWORD", "lamp river seven orchard")

    assert "It was not changed" in add()
    assert User.objects.get().check_password(PASSWORD)


def test_weak_password_adds_no_member(add, monkeypatch):
    monkeypatch.setenv("MEMBER_PASSWORD", "password1234")

    with pytest.raises(CommandError, match="Nothing was changed"):
        add()

    assert not User.objects.exists()


def test_second_run_changes_nothing(add, recorded, monkeypatch, password):
    monkeypatch.setenv("MEMBER_PASSWORD", PASSWORD)
    add()
    before = recorded()
    monkeypatch.delenv("MEMBER_PASSWORD")

    assert add() == "ann@acme.example is already admin in Acme.\n"
    assert recorded() == before


def test_role_is_changed(add, password):
    add("admin", "first@acme.example")
    add("viewer")

    assert "is now editor in Acme (was viewer)" in add("editor")
    assert Membership.objects.get(user__username="ann@acme.example").role == "editor"


def test_last_admin_cannot_be_demoted(add, password):
    add()

    with pytest.raises(CommandError, match="only administrator"):
        add("viewer")


def test_command_is_logged(add, recorded, no_mail):
    add()

    assert recorded() == [("invitation.create", "manage.py add_member", "acme", "done")]


@pytest.mark.parametrize("role", ["help desk", "auditor", "editor", "viewer"])
def test_every_role_is_accepted(add, role, password):
    add(role)

    assert Membership.objects.get().role == role


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--organization", "nope", "--email", "a@b.example"), "not found"),
        (("--organization", "acme", "--email", "nobody"), "valid email"),
    ],
)
def test_invalid_arguments_are_explained(run, acme, no_mail, arguments, says):
    with pytest.raises(CommandError, match=says):
        run("add_member", *arguments, "--role", "admin")

    assert not User.objects.exists()
