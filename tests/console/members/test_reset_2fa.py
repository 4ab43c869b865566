from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client

from tests.support.accounts import sign_in
from tests.support.members import entries


def test_reset_removes_2fa_and_ends_sessions(admin, bo):
    browser = Client()
    sign_in(browser, "bo@acme.example")
    TOTP.activate(bo.user, generate_totp_secret())
    assert browser.get("/acme/").status_code == 200
    place = f"/acme/members/{bo.pk}/factor/"
    assert "Reset 2FA" in admin.get(place).content.decode()

    admin.post(place)

    assert not Authenticator.objects.exists()
    assert browser.get("/acme/").status_code == 302
    assert [username for username, *_ in entries("second_factor.remove")] == ["bo@acme.example"]
