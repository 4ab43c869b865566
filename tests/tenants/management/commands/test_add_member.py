import re

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError
from django.test import Client

from tenants.models import Membership

PASSWORD = "plum orbit ladder seven"


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


def test_prints_a_link_that_sets_a_password_once(add, settings):
    settings.CONSOLE_URL = "https://console.example"

    said = add("admin", "Ann@Acme.example", "--name", "Ann")

    found = re.search(r"https://console\.example(/accounts/\S+)", said)
    assert found, said
    browser = Client()
    form = browser.get(found[1], follow=True).redirect_chain[-1][0]
    browser.post(form, {"password1": PASSWORD, "password2": PASSWORD})
    ann = User.objects.get(username="ann@acme.example")
    assert ann.check_password(PASSWORD)
    assert ann.get_full_name() == "Ann"
    assert "no longer works" in Client().get(found[1], follow=True).content.decode()


def test_says_what_is_missing_without_an_address(add):
    assert "CONSOLE_URL is not set" in add()


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


def test_does_nothing_the_second_time(add, recorded, monkeypatch):
    monkeypatch.setenv("MEMBER_PASSWORD", PASSWORD)
    add()
    before = recorded()
    monkeypatch.delenv("MEMBER_PASSWORD")

    assert add() == "ann@acme.example is already admin in Acme.\n"
    assert recorded() == before


def test_changes_a_role(add):
    add("admin", "first@acme.example")
    add("viewer")

    assert "is now editor in Acme (was viewer)" in add("editor")
    assert Membership.objects.get(user__username="ann@acme.example").role == "editor"


def test_keeps_the_last_admin(add):
    add()

    with pytest.raises(CommandError, match="only administrator"):
        add("viewer")


def test_all_of_it_is_in_the_record(add, recorded):
    add()

    who = ("manage.py add_member", "acme", "done")
    assert recorded() == [("member.add", *who), ("password.link", *who)]


@pytest.mark.parametrize("role", ["help desk", "auditor", "editor", "viewer"])
def test_knows_every_role(add, role):
    add(role)

    assert Membership.objects.get().role == role


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--organization", "nope", "--email", "a@b.example"), "not found"),
        (("--organization", "acme", "--email", "nobody"), "valid email"),
    ],
)
def test_says_what_is_wrong(run, acme, arguments, says):
    with pytest.raises(CommandError, match=says):
        run("add_member", *arguments, "--role", "admin")

    assert not User.objects.exists()
