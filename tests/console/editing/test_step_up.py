"""A stolen session cannot take over sign-ins by changing how clients and services authenticate."""

import json

import pytest

from console.documents.kinds import CLIENT_KIND, SERVICE_KIND
from console.editing.sensitive_settings import SENSITIVE_SETTINGS
from console.models import Draft
from tenants.organizations.roles import Role
from tests.support.authentication import expire_authentication, set_last_authentication
from tests.support.forms import draft_saver, settings_editor

CLIENT = "/acme/services/us/17/clients/44/"
SERVICE = "/acme/services/us/17/"
KEYS = json.dumps({"keys": [{"kty": "EC", "crv": "P-256", "kid": "one", "x": "AA", "y": "AA"}]})
SENSITIVE = [
    (CLIENT, "redirects", {"redirect_uris__item": ["https://evil.example/callback"]}),
    (CLIENT, "keys", {"jwks": KEYS}),
    (CLIENT, "authentication", {"token_auth_method": "NONE"}),
    (SERVICE, "keys", {"jwks_uri": "https://evil.example/jwks"}),
    (SERVICE, "tokens", {"access_token_signature_key_id": "evil"}),
]


@pytest.fixture
def editor(member, sandbox):
    sandbox.clients[44] = {
        "clientId": 44,
        "clientName": "Ledger sync",
        "clientType": "CONFIDENTIAL",
        "redirectUris": ["https://ledger.example/callback"],
        "modifiedAt": 1,
    }
    return member(Role.EDITOR)


def written(sandbox):
    return [call for call in sandbox.calls if call.operation.endswith(".update")]


@pytest.mark.parametrize(("base", "section", "entered"), SENSITIVE)
def test_stolen_session_saves_no_sensitive_setting(editor, sandbox, base, section, entered):
    settings_editor(base, section)(editor, section, **entered)
    page = editor.get(f"{base}review/")
    assert page.status_code == 200
    expire_authentication(editor)

    review = editor.get(f"{base}review/")
    saved = draft_saver(base)(editor, page=page)

    for response in (review, saved):
        assert response["Location"].startswith("/accounts/reauthenticate/")
    assert not written(sandbox)
    assert Draft.objects.exists()

    set_last_authentication(editor)
    draft_saver(base)(editor, page=page)

    assert written(sandbox)


def test_other_settings_are_saved_without_a_recent_sign_in(editor, sandbox):
    settings_editor(CLIENT, "basics")(editor, client_name="Ledger")

    draft_saver(CLIENT)(expire_authentication(editor))

    assert written(sandbox)


@pytest.mark.parametrize("kind", [CLIENT_KIND, SERVICE_KIND])
def test_every_sensitive_setting_is_declared(kind):
    assert SENSITIVE_SETTINGS[kind.name] <= kind.declared.keys()
