"""Two-factor authentication: sign-in and setup."""

import json
import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client

from tenants.crypto import mfa_seeds
from tenants.crypto.vault import UnsealError
from tenants.organizations.roles import Role
from tests.support.accounts import CODE, PASSWORD, SETUP, pending, sign_in
from tests.support.sessions import stored_sessions

SEED = "JBSWY3DPEHPK3PXP"


def signed_in(client):
    return client.get("/accounts/password/change/").status_code == 200


@pytest.fixture
def set_up(ann, client, code_at):
    """Ann, signed in, sets a second factor up; returns its seed."""
    sign_in(client)
    client.get(SETUP)
    seed = pending(client)
    assert client.post(SETUP, {"code": code_at(seed)}).status_code == 302
    return seed


def test_code_is_required_before_sign_in(with_factor, client, code_at):
    response = sign_in(client)

    assert response["Location"] == CODE
    assert not signed_in(client)

    client.post(CODE, {"code": code_at(with_factor)})

    assert signed_in(client)


def test_spaces_in_codes_are_ignored(with_factor, client, code_at):
    code = code_at(with_factor)
    sign_in(client)

    client.post(CODE, {"code": f" {code[:3]} {code[3:]} "})

    assert signed_in(client)


def test_wrong_code_is_refused(with_factor, client, code_at):
    sign_in(client)

    client.post(CODE, {"code": code_at(with_factor, 5)})

    assert not signed_in(client)


@pytest.mark.parametrize("step", [-1, 0, 1])
def test_code_works_once(with_factor, client, code_at, time_machine, step):
    time_machine.move_to(1_800_000_000, tick=False)  # so that no step ends meanwhile
    code = code_at(with_factor, step)
    sign_in(client)
    client.post(CODE, {"code": code})
    assert signed_in(client)

    again = Client()
    sign_in(again)
    again.post(CODE, {"code": code})

    assert not signed_in(again)


def test_code_stays_used_for_its_whole_window(with_factor, code_at, time_machine):
    """The library itself forgets a used code after 30 s, a third of its window."""
    time_machine.move_to(1_800_000_000, tick=False)
    first, code = Client(), code_at(with_factor, 1)
    sign_in(first)
    first.post(CODE, {"code": code})
    assert signed_in(first)

    time_machine.move_to(1_800_000_050, tick=False)  # the step after the code's
    again = Client()
    sign_in(again)
    again.post(CODE, {"code": code})

    assert not signed_in(again)


def test_setup_code_does_not_sign_in(set_up, code_at):
    again = Client()
    sign_in(again)

    again.post(CODE, {"code": code_at(set_up)})

    assert not signed_in(again)


def test_attempts_are_limited(with_factor, client, code_at):
    sign_in(client)
    for _ in range(10):
        client.post(CODE, {"code": "000000"})

    client.post(CODE, {"code": code_at(with_factor)})

    assert not signed_in(client)


def test_seeds_are_always_encrypted(ann, client, code_at):
    sign_in(client)
    page = client.get(SETUP).content.decode()
    seed = pending(client)
    assert seed in page  # for who cannot scan

    sessions = [json.dumps(session) for session in stored_sessions()]
    assert not any(seed in text for text in sessions)
    client.post(SETUP, {"code": code_at(seed)})

    assert not any(
        seed in json.dumps(authenticator.data) for authenticator in Authenticator.objects.all()
    )
    kept = Authenticator.objects.get(type="recovery_codes").data["seed"]
    assert kept.startswith("v1.")


def test_failed_setup_preserves_the_scanned_seed(ann, client, code_at):
    sign_in(client)
    client.get(SETUP)
    seed = pending(client)

    client.post(SETUP, {"code": "000000"})
    client.post(SETUP, {"code": code_at(seed)})

    assert Authenticator.objects.filter(user=ann, type="totp").exists()


def test_recovery_codes_are_shown_once_and_work_once(set_up, client):
    html = client.get("/accounts/2fa/recovery-codes/").content.decode()
    codes = Authenticator.objects.get(type="recovery_codes").wrap().generate_codes()
    assert all(code in html for code in codes)
    again = client.get("/accounts/2fa/recovery-codes/").content.decode()
    assert not any(code in again for code in codes)

    for expected in (True, False):
        other = Client()
        sign_in(other)
        other.post(CODE, {"code": codes[0]})
        assert signed_in(other) is expected


def test_seed_copied_to_another_user_does_not_open(with_factor, client, code_at):
    bo = User.objects.create_user("bo@acme.example")
    theirs = totp.TOTP.activate(bo, totp.generate_totp_secret())
    row = Authenticator.objects.get(user__username="ann@acme.example")
    for stolen in (theirs.instance.data["secret"], mfa_seeds.seal_seed(SEED)):
        Authenticator.objects.filter(pk=row.pk).update(data={"secret": stolen})
        with pytest.raises(UnsealError):
            Authenticator.objects.get(pk=row.pk).wrap().validate_code(code_at(SEED))


def test_rotated_seeds_still_work(with_factor, client, code_at, settings):
    settings.VAULT_KEYS = "v2:" + "B" * 43 + "=," + settings.VAULT_KEYS

    call_command("vault_rotate")

    row = Authenticator.objects.get(type="totp")
    assert row.data["secret"].startswith("v1.v2.")
    settings.VAULT_KEYS = settings.VAULT_KEYS.partition(",")[0]  # the old key is gone
    sign_in(client)
    client.post(CODE, {"code": code_at(with_factor)})
    assert signed_in(client)


def test_step_up_stores_no_posted_data(ann, client, time_machine):
    time_machine.move_to(1_800_000_000, tick=False)
    sign_in(client)
    time_machine.move_to(1_800_000_000 + 10 * 60, tick=False)

    response = client.post(SETUP, {"code": "123456", "note": "TOPSECRET"})

    assert response["Location"].startswith("/accounts/reauthenticate/")
    session_text = json.dumps(dict(client.session))
    assert "TOPSECRET" not in session_text
    assert "HTTP_COOKIE" not in session_text
    assert client.post(response["Location"], {"password": PASSWORD})["Location"] == SETUP


@pytest.mark.parametrize(
    ("role", "must_set_up"),
    [
        (Role.ADMIN, True),
        (Role.EDITOR, True),
        (Role.HELP_DESK, True),
        (Role.AUDITOR, False),
        (Role.VIEWER, False),
    ],
)
def test_roles_that_may_change_must_set_up_2fa(member, settings, role, must_set_up):
    settings.REQUIRE_MFA = True

    response = member(role).get("/acme/")

    assert (response.get("Location") == SETUP) is must_set_up


def test_first_sign_in_leads_to_the_2fa_setup(ann, client, settings, code_at):
    settings.REQUIRE_MFA = True
    sign_in(client)

    for path in ("/", "/acme/", "/acme/members/", "/help/patterns/"):
        assert client.get(path)["Location"] == SETUP
    client.get(SETUP)
    codes = client.post(SETUP, {"code": code_at(pending(client))})["Location"]

    assert codes == "/accounts/2fa/recovery-codes/"
    assert "Copy these codes now" in client.get(codes).content.decode()
    assert client.get("/acme/members/").status_code == 200


def test_removed_2fa_must_be_set_up_again(with_factor, client, settings, code_at):
    settings.REQUIRE_MFA = True
    sign_in(client)
    client.post(CODE, {"code": code_at(with_factor)})
    assert client.get("/acme/").status_code == 200

    client.post("/accounts/2fa/totp/deactivate/")

    assert client.get("/acme/")["Location"] == SETUP


def test_users_with_2fa_continue(member, sandbox, settings):
    settings.REQUIRE_MFA = True
    client = member(Role.ADMIN)
    totp.TOTP.activate(User.objects.get(), totp.generate_totp_secret())

    assert client.get("/acme/").status_code == 200


def test_htmx_request_redirects_the_whole_page_to_the_setup(member, sandbox, settings):
    settings.REQUIRE_MFA = True

    response = member(Role.ADMIN).get(
        "/acme/",
        headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/acme/services/?q=shop"},
    )

    assert response["HX-Redirect"] == f"{SETUP}?next=%2Facme%2Fservices%2F%3Fq%3Dshop"
    assert not re.search(b"<form", response.content)
