"""A client's settings in the same form: what only clients have."""

from typing import Any

import pytest

from console.forms.field_kinds import FIELD_KINDS
from console.forms.settings_form import form_for
from console.forms.value_text import format_value
from tenants.authlete.documents.client import SECTIONS, Client
from tests.support.form_data import build_form_data

SETTINGS = {one.api_name: one for kind in SECTIONS.values() for one in kind.settings()}
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
    seen = kind(document=Client.model_validate(CLIENT | members))
    return kind(build_form_data(str(seen), **(changed or {})))


@pytest.mark.parametrize("slug", SECTIONS)
@pytest.mark.parametrize("client", [CLIENT, {"clientId": 17}])
def test_sending_a_page_back_as_it_came_edits_nothing(slug, client):
    kind = form_for([SECTIONS[slug]])

    back = kind(build_form_data(str(kind(document=Client.model_validate(client)))))

    assert back.is_valid(), back.errors
    assert back.edits == {}


@pytest.mark.parametrize("member", SETTINGS)
def test_each_setting_can_be_entered_and_told(member):
    one = SETTINGS[member]

    assert one.input_type.kind in FIELD_KINDS
    assert format_value(one, CLIENT.get(member))


def test_names_in_other_languages_are_rows():
    told = {"client_names.row": ["0", "n0"], "client_names.n0.tag": "de"}

    back = form("languages", told | {"client_names.n0.value": "Hauptbuch"})

    assert back.edits == {
        "clientNames": [*CLIENT["clientNames"], {"tag": "de", "value": "Hauptbuch"}]
    }
    assert format_value(SETTINGS["clientNames"], CLIENT["clientNames"]) == "ja = 台帳"


def test_a_row_in_no_language_is_refused():
    told = {"client_names.row": ["0", "n0"], "client_names.n0.tag": "no tag"}

    back = form("languages", told | {"client_names.n0.value": "x"})

    assert not back.is_valid()
    assert "language tag" in back.errors[0].message


def test_a_redirect_uri_that_was_there_stays_and_none_like_it_comes():
    old = CLIENT["redirectUris"]
    more = {"redirect_uris.item": [*old, "com.example.app:/cb"]}
    worse = {"redirect_uris.item": [*old, "http://evil.example/cb"]}

    assert form("redirects", more).edits == {"redirectUris": more["redirect_uris.item"]}
    assert "Row 3" in form("redirects", worse).errors[0].message


def test_one_member_of_the_extension_is_changed_alone():
    told = {"extension.access_token_duration": "600"}

    assert form("tokens", told).edits == {
        "extension": CLIENT["extension"] | {"accessTokenDuration": 600}
    }
    assert form("tokens", told, extension=None).edits == {"extension": {"accessTokenDuration": 600}}


def test_the_last_scope_that_goes_leaves_none_and_not_any():
    back = form("tokens", {"extension.requestable_scopes.item": [""]})

    assert back.edits["extension"]["requestableScopes"] == []


def test_a_moment_that_never_was_is_told_in_words():
    assert format_value(SETTINGS["trustChainExpiresAt"], 0) == "No trust chain"
    page = form_for([SECTIONS["federation"]])(document=Client.model_validate(CLIENT))
    assert "No trust chain" in str(page)
    assert "1970" not in str(page)
