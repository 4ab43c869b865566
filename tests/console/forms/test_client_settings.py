"""Forms of settings that only clients have."""

from typing import Any

import pytest

from console.forms.field_kinds import FIELD_KINDS
from console.forms.settings_form import form_for
from console.forms.value_text import format_value
from tenants.authlete.documents.client import SECTIONS, Client
from tests.support.form_data import build_form_data

SETTINGS = {setting.api_name: setting for kind in SECTIONS.values() for setting in kind.settings()}
CLIENT: dict[str, Any] = {
    "clientId": 17,
    "modifiedAt": 5,
    "clientName": "Ledger",
    "clientNames": [{"tag": "ja", "value": "台帳", "fromTheFuture": 1}],
    "logoUris": [{"tag": "odd tag", "value": "javascript:alert(1)"}],
    "redirectUris": ["http://old.example/cb", "https://new.example/cb"],
    "extension": {"requestableScopes": ["openid"], "fromTheFuture": {"kept": [1]}},
    "trustChain": ["not a JWT"],
    "trustChainExpiresAt": 0,
}


def form(slug, changed=None, **members):
    kind = form_for([SECTIONS[slug]])
    opened_form = kind(document=Client.model_validate(CLIENT | members))
    return kind(build_form_data(str(opened_form), **(changed or {})))


@pytest.mark.parametrize("slug", SECTIONS)
@pytest.mark.parametrize("client", [CLIENT, {"clientId": 17}])
def test_untouched_form_has_no_edits(slug, client):
    kind = form_for([SECTIONS[slug]])

    back = kind(build_form_data(str(kind(document=Client.model_validate(client)))))

    assert back.is_valid(), back.errors
    assert back.edits == {}


@pytest.mark.parametrize("member", SETTINGS)
def test_each_setting_has_a_field_and_a_text(member):
    setting = SETTINGS[member]

    assert setting.input_type.kind in FIELD_KINDS
    assert format_value(setting, CLIENT.get(member))


def test_localized_names_are_rows():
    data = {"client_names.row": ["0", "n0"], "client_names.n0.tag": "de"}

    back = form("languages", data | {"client_names.n0.value": "Hauptbuch"})

    assert back.edits == {
        "clientNames": [*CLIENT["clientNames"], {"tag": "de", "value": "Hauptbuch"}]
    }
    assert format_value(SETTINGS["clientNames"], CLIENT["clientNames"]) == "ja = 台帳"


def test_row_with_an_invalid_language_is_an_error():
    data = {"client_names.row": ["0", "n0"], "client_names.n0.tag": "no tag"}

    back = form("languages", data | {"client_names.n0.value": "x"})

    assert not back.is_valid()
    assert "language tag" in back.errors[0].message


def test_existing_invalid_redirect_uri_is_accepted_and_a_new_one_refused():
    old = CLIENT["redirectUris"]
    more = {"redirect_uris.item": [*old, "com.example.app:/cb"]}
    worse = {"redirect_uris.item": [*old, "http://evil.example/cb"]}

    assert form("redirects", more).edits == {"redirectUris": more["redirect_uris.item"]}
    assert "Row 3" in form("redirects", worse).errors[0].message


def test_nested_setting_is_changed_alone():
    data = {"extension.access_token_duration": "600"}

    assert form("tokens", data).edits == {
        "extension": CLIENT["extension"] | {"accessTokenDuration": 600}
    }
    assert form("tokens", data, extension=None).edits == {"extension": {"accessTokenDuration": 600}}


def test_removing_the_last_scope_leaves_an_empty_list():
    back = form("tokens", {"extension.requestable_scopes.item": [""]})

    assert back.edits["extension"]["requestableScopes"] == []


def test_zero_time_is_shown_as_unset():
    assert format_value(SETTINGS["trustChainExpiresAt"], 0) == "No trust chain"
    page = form_for([SECTIONS["federation"]])(document=Client.model_validate(CLIENT))
    assert "No trust chain" in str(page)
    assert "1970" not in str(page)
