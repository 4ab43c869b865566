"""The vault keys are lost: sign-in and the commands of docs/how-to/replace-lost-keys.md."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from console.models import Receipt, Rotation
from tenants.audit.models import AuditEntry
from tenants.models import Credential
from tests.settings import create_key
from tests.support.accounts import CODE, SETUP, sign_in
from tests.support.clients import CLIENT, make_client
from tests.support.forms import URLENCODED, fill_form
from tests.support.members import enroll_authenticator
from tests.support.webhooks import make_webhook

EMAIL = "ann@acme.example"


@pytest.fixture
def lose_keys(with_factor, ann, settings):
    """Return a function that loses the keys of a credential and of Ann's second factors."""
    RecoveryCodes.activate(ann)

    def lose():
        settings.VAULT_KEYS = create_key("v9")

    return lose


def readyz():
    lines = Client().get("/readyz").text.splitlines()
    return dict(line.split(": ", 1) for line in lines)["vault"]


@pytest.mark.parametrize("code", ["123456", "ABCD-1234"])
def test_sign_in_says_what_to_do(lose_keys, client, code):
    lose_keys()
    sign_in(client)

    response = client.post(CODE, {"code": code})

    assert response.status_code == 200
    assert "server lost its encryption key. Ask an administrator to remove it." in response.text


def test_unfinished_setup_starts_again(ann, client, settings):
    sign_in(client)
    client.get(SETUP)
    settings.VAULT_KEYS = create_key("v9")

    assert client.post(SETUP, {"code": "123456"}).status_code == 200


def test_lost_secrets_are_listed(lose_keys, capsys):
    call_command("vault_check")
    assert "encrypted all secrets that are needed" in capsys.readouterr().out
    lose_keys()

    with pytest.raises(CommandError, match="3 secrets can't be decrypted with the keys v9"):
        call_command("vault_check")

    printed = capsys.readouterr().out
    assert "credentials: 1\n  Acme in us\n" in printed
    assert f"second factors: 2\n  {EMAIL}: TOTP Authenticator\n" in printed
    lost = "no key for credentials (1), second factors (2); run manage.py vault_check"
    assert readyz() == lost
    with pytest.raises(CommandError, match="3 secrets can't be decrypted"):
        call_command("vault_rotate", verbosity=0)


def test_found_key_is_added_after_the_new_one(lose_keys, settings):
    lost = settings.VAULT_KEYS
    lose_keys()

    settings.VAULT_KEYS = f"{settings.VAULT_KEYS},{lost}"

    call_command("vault_check")
    assert readyz() == "ok"


def test_runbook_recovers_from_the_loss(lose_keys, acme, ann, client, sandbox, capsys):
    webhook = make_webhook(acme)
    place = {"region": "us", "service_id": 17, "client_id": 44}
    until = timezone.now() + timedelta(days=1)
    Rotation(organization=acme, until=until, **place).seal_new_secret("new").save()
    sandbox.clients[44] = make_client(44)
    lose_keys()

    call_command("reset_second_factor", "--lost")

    assert not Authenticator.objects.exists()
    assert f"{EMAIL}: second factor removed" in capsys.readouterr().out
    (entry,) = AuditEntry.objects.filter(operation="second_factor.remove")
    assert (entry.actor, entry.object) == ("manage.py reset_second_factor", EMAIL)
    assert sign_in(client).status_code == 302
    enroll_authenticator(client)
    client.post("/acme/credentials/us/", {"token": "t0p"})
    edit = f"/acme/webhooks/{webhook.pk}/edit/"
    url = fill_form(client.get(edit), "url", url="https://siem.example/new")
    client.post(edit, url, content_type=URLENCODED)
    client.post(f"/acme/webhooks/{webhook.pk}/rotate/", {"idempotency_key": "x" * 24})
    drop = f"{CLIENT}drop/"
    discard = fill_form(client.get(drop), "reason", reason="Lost")
    client.post(drop, discard, content_type=URLENCODED)
    call_command("vault_check")
    assert readyz() == "ok"


def test_lost_values_that_nobody_can_enter_again_need_no_action(lose_keys, acme, ann, capsys):
    Receipt(organization=acme, maker=ann, reason="Left").seal_subject("anna").save()
    Credential.objects.all().delete()
    Authenticator.objects.all().delete()
    lose_keys()

    call_command("vault_check")

    assert "receipts: 1, no action needed\n" in capsys.readouterr().out
    assert readyz() == "ok"


def test_second_factor_of_one_account_is_removed(with_factor, ann):
    call_command("reset_second_factor", "--email", EMAIL.upper())

    assert not Authenticator.objects.exists()
    with pytest.raises(CommandError, match="not found"):
        call_command("reset_second_factor", "--email", "bo@acme.example")
