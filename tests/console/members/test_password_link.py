import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client

from tenants.models import Membership
from tests.support.accounts import sign_in
from tests.support.members import PASSWORD, entries, link_in, link_mailed, set_password

NEW = "lamp river seven orchard"


def url(person):
    return f"/acme/members/{person.pk}/link/"


def test_link_needs_confirmation(admin, bo):
    assert "/accounts/invitation/" not in admin.get(url(bo)).content.decode()
    assert entries("password.link") == []


def test_old_password_works_until_the_link_is_used(admin, bo):
    admin.post(url(bo))
    bo.user.refresh_from_db()
    assert bo.user.check_password(PASSWORD)

    set_password(Client(), link_mailed("bo@acme.example"), NEW)

    bo.user.refresh_from_db()
    assert bo.user.check_password(NEW)
    assert [username for username, *_ in entries("password.link")] == ["bo@acme.example"]


def test_using_the_link_does_not_sign_in(admin, bo):
    admin.post(url(bo))
    browser = Client()

    set_password(browser, link_mailed("bo@acme.example"), NEW)

    assert browser.get("/acme/")["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("help", ["link", "factor"])
def test_members_elsewhere_get_no_link(admin, bo, elsewhere, help):
    Membership.objects.create(organization=elsewhere.organization, user=bo.user, role="admin")
    place = f"/acme/members/{bo.pk}/{help}/"

    response = admin.post(place)

    assert "other organizations" in response.content.decode()
    assert entries("password.link") == entries("second_factor.remove") == []


def test_not_for_oneself(admin, admin_membership):
    assert "your own password" in admin.post(url(admin_membership())).content.decode()


def test_new_password_preserves_2fa_and_ends_sessions(admin, bo, client):
    sign_in(client, "bo@acme.example")
    TOTP.activate(bo.user, generate_totp_secret())
    admin.post(url(bo))

    set_password(Client(), link_mailed("bo@acme.example"), NEW)

    assert client.get("/acme/").status_code == 302
    assert Authenticator.objects.filter(user=bo.user).exists()
    assert [outcome for _, outcome, _ in entries("password.change")] == ["done"]


def test_link_shown_without_mail_server_is_logged(admin, bo, no_mail):
    set_password(Client(), link_in(admin.post(url(bo))), NEW)

    bo.user.refresh_from_db()
    assert bo.user.check_password(NEW)
    change = {"field": "link", "before": None, "after": "shown"}
    assert entries("password.link") == [("bo@acme.example", "done", [change])]


def test_link_works_once(admin, bo):
    admin.post(url(bo))
    link = link_mailed("bo@acme.example")
    set_password(Client(), link, NEW)

    set_password(Client(), link, "another river seven plum")

    bo.user.refresh_from_db()
    assert bo.user.check_password(NEW)
