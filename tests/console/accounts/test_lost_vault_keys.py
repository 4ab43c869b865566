"""The vault keys are lost: sign-in and the commands of docs/how-to/replace-lost-keys.md."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.core.management import CommandError, call_command
from django.test import Client

from tenants.audit.models import AuditEntry
from tenants.models import Credential
from tests.settings import create_key
from tests.support.accounts import CODE, SETUP, sign_in

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
    assert "encrypted all secrets" in capsys.readouterr().out
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


def test_runbook_recovers_from_the_loss(lose_keys, ann, client, capsys):
    lose_keys()

    call_command("reset_second_factor", "--lost")
    Credential.objects.all().delete()

    assert not Authenticator.objects.exists()
    assert f"{EMAIL}: second factor removed" in capsys.readouterr().out
    (entry,) = AuditEntry.objects.filter(operation="second_factor.remove")
    assert (entry.actor, entry.object) == ("manage.py reset_second_factor", EMAIL)
    assert sign_in(client).status_code == 302
    assert client.get(SETUP).status_code == 200
    call_command("vault_check")
    assert readyz() == "ok"


def test_second_factor_of_one_account_is_removed(with_factor, ann):
    call_command("reset_second_factor", "--email", EMAIL.upper())

    assert not Authenticator.objects.exists()
    with pytest.raises(CommandError, match="not found"):
        call_command("reset_second_factor", "--email", "bo@acme.example")
