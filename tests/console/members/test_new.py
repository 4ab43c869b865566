import pytest
from django.contrib.auth.models import User
from django.test import Client

from tenants.audit.models import AuditEntry
from tests.support.authentication import set_last_authentication
from tests.support.members import PASSWORD, entries, link_in

URL = "/acme/members/new/"


def add(browser, email="new@acme.example", role="viewer", name="New"):
    return browser.post(URL, {"email": email, "role": role, "name": name})


def test_adds_somebody_new_and_shows_a_link_once(admin, role_of):
    response = add(admin, " New@Acme.example ")

    link = link_in(response)
    assert role_of("new@acme.example") == "viewer"
    assert link not in admin.get("/acme/members/").content.decode()
    assert "no-store" in response["Cache-Control"]


def test_the_link_sets_a_password_once(admin):
    link = link_in(add(admin))
    browser = Client()
    form = browser.get(link, follow=True).redirect_chain[-1][0]
    chosen = {"password1": PASSWORD, "password2": PASSWORD}
    assert link not in form  # the key is out of the address

    assert browser.post(form, chosen).status_code == 302
    assert User.objects.get(username="new@acme.example").check_password(PASSWORD)

    again = Client().get(link, follow=True)
    assert "no longer works" in again.content.decode()


def test_the_link_is_good_for_a_day(admin, time_machine):
    time_machine.move_to(1_800_000_000, tick=False)
    admin.force_login(User.objects.get(username="ADMIN"))
    set_last_authentication(admin)
    link = link_in(add(admin))
    time_machine.move_to(1_800_000_000 + 24 * 3600 + 60, tick=False)

    assert "no longer works" in Client().get(link, follow=True).content.decode()


@pytest.mark.parametrize(
    "password", ["short", "password1234", "acme-meridian-2026", "Acme Acme Acme!", "x" * 4097]
)
def test_the_link_takes_no_weak_password(admin, password):
    browser = Client()
    form = browser.get(link_in(add(admin)), follow=True).redirect_chain[-1][0]

    browser.post(form, {"password1": password, "password2": password})

    assert not User.objects.get(username="new@acme.example").has_usable_password()


def test_who_is_known_already_gets_no_link(admin, elsewhere, role_of):
    """Or this admin could set the password of somebody of another organization."""
    response = add(admin, "eve@other.example", "editor")

    assert response.status_code == 302
    assert role_of("eve@other.example") == "editor"


def test_the_record_tells_it(admin):
    add(admin)

    role = {"field": "role", "before": None, "after": "viewer"}
    assert entries("member.add") == [("new@acme.example", "done", [role])]
    assert entries("password.link") == [("new@acme.example", "done", [])]
    kept = AuditEntry.objects.get(operation="member.add")
    assert (kept.actor, kept.role, kept.organization) == ("ADMIN", "admin", "acme")
    assert kept.address == "127.0.0.1"


def test_the_record_does_not_hold_the_link(admin):
    key = link_in(add(admin)).strip("/").rpartition("-")[2]

    assert not any(key in str(vars(one)) for one in AuditEntry.objects.all())


def test_refuses_a_member(admin, bo, role_of):
    response = add(admin, "bo@acme.example", "admin")

    assert response.status_code == 422
    assert "already a member" in response.content.decode()
    assert role_of("bo@acme.example") == "editor"


@pytest.mark.parametrize(
    "email", ["", "nobody", "аnn@acme.example", "a@b", "x" * 150 + "@acme.example"]
)
def test_refuses_what_is_no_address(admin, email):
    response = add(admin, email)

    assert response.status_code == 422
    assert User.objects.count() == 1


def test_refuses_a_role_that_does_not_exist(admin):
    assert add(admin, role="owner").status_code == 422
    assert User.objects.count() == 1
