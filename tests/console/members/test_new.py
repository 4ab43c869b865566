import pytest
from django.contrib.auth.models import User
from django.test import Client

from tenants.audit.models import AuditEntry
from tests.support.authentication import set_last_authentication
from tests.support.members import PASSWORD, entries, link_in, link_mailed, open_link, set_password

URL = "/acme/members/new/"


def add(browser, email="new@acme.example", role="viewer", name="New"):
    return browser.post(URL, {"email": email, "role": role, "name": name})


def test_invitation_is_mailed_and_adds_no_member(admin, role_of):
    response = add(admin, " New@Acme.example ")

    assert response["Location"] == "/acme/members/"
    assert role_of("new@acme.example") is None
    assert not User.objects.filter(username="new@acme.example").exists()
    assert "Pending invitations" in admin.get("/acme/members/").content.decode()
    page = admin.get("/acme/members/?list=invitations").content.decode()
    assert "new@acme.example" in page
    assert link_mailed("new@acme.example") not in page


def test_invited_person_sets_a_password_and_joins(admin, role_of):
    add(admin)
    link = link_mailed("new@acme.example")
    browser = Client()
    form = open_link(browser, link).redirect_chain[-1][0]
    assert link not in form  # the token is out of the address

    assert set_password(browser, link).status_code == 302

    assert role_of("new@acme.example") == "viewer"
    assert User.objects.get(username="new@acme.example").check_password(PASSWORD)
    assert "no longer works" in open_link(Client(), link).content.decode()
    assert browser.get("/acme/")["Location"].startswith("/accounts/login/")


def test_link_is_shown_once_without_mail_server(admin, no_mail, role_of):
    response = add(admin)

    link = link_in(response)
    assert link not in admin.get("/acme/members/").content.decode()
    assert "no-store" in response["Cache-Control"]
    set_password(Client(), link)
    assert role_of("new@acme.example") == "viewer"


def test_failed_mail_voids_the_invitation(admin, monkeypatch):
    def fail(*_args, **_more):
        raise OSError

    monkeypatch.setattr("tenants.outbound.mail.send", fail)

    response = add(admin)

    assert response.status_code == 422
    assert "accept the message" in response.content.decode()
    assert "no longer valid" in admin.get("/acme/members/?list=invitations").content.decode()
    assert [outcome for _, outcome, _ in entries("invitation.create")] == ["refused"]


def test_link_expires_after_a_day(admin, time_machine):
    time_machine.move_to(1_800_000_000, tick=False)
    admin.force_login(User.objects.get(username="ADMIN"))
    set_last_authentication(admin)
    add(admin)
    time_machine.move_to(1_800_000_000 + 24 * 3600 + 60, tick=False)

    page = open_link(Client(), link_mailed("new@acme.example"))

    assert "no longer works" in page.content.decode()


@pytest.mark.parametrize(
    "password", ["short", "password1234", "acme-meridian-2026", "Acme Acme Acme!", "x" * 4097]
)
def test_weak_password_is_refused(admin, password):
    add(admin)

    response = set_password(Client(), link_mailed("new@acme.example"), password)

    assert response.status_code == 422
    assert not User.objects.filter(username="new@acme.example").exists()


def test_invitation_and_acceptance_are_logged(admin):
    add(admin)
    set_password(Client(), link_mailed("new@acme.example"))

    role = {"field": "role", "before": None, "after": "viewer"}
    mailed = {"field": "link", "before": None, "after": "mailed"}
    inviter = {"field": "invited_by", "before": None, "after": "ADMIN"}
    assert entries("invitation.create") == [("new@acme.example", "done", [role, mailed])]
    assert entries("member.add") == [("new@acme.example", "done", [role, inviter])]
    entry = AuditEntry.objects.get(operation="member.add")
    assert (entry.actor, entry.role, entry.organization) == ("new@acme.example", "viewer", "acme")
    assert entry.address == "127.0.0.1"


def test_audit_log_does_not_contain_the_link(admin):
    add(admin)
    token = link_mailed("new@acme.example").strip("/").rpartition("/")[2]

    assert not any(token in str(vars(entry)) for entry in AuditEntry.objects.all())


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
