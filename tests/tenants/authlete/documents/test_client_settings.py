"""Every property that the specification gives a client is in exactly one section."""

import json

import pytest
from django.core.management import call_command
from pydantic import ValidationError

from tenants.authlete.documents.client import SECTIONS, Client, ClientPage
from tenants.authlete.documents.client.tokens import ClientExtensionSettings
from tenants.authlete.documents.validators.values import format_error
from tenants.authlete.redaction.fingerprint import Fingerprint
from tenants.authlete.redaction.redactor import Redactor
from tests.tenants.authlete.api_schema import SPEC, allowed_input_types

FIELDS = SPEC["client"]
INSIDE = SPEC["client_extension"]
NEWER = SPEC["_not_in_spec_3_0_16"]["client"]
ALL = [(section, setting) for section in SECTIONS.values() for setting in section.settings()]
BY_MEMBER = {one.api_name: (section, one) for section, one in ALL}

# Where we say something else than the specification, and why.
NOT_OFFERED = {
    "authorizationSignAlg": {"NONE": "JARM, section 3: none is not allowed"},
    "tokenAuthSignAlg": {"NONE": "OIDC Registration, section 2: must not be used"},
    "bcRequestSignAlg": dict.fromkeys(
        ("NONE", "HS256", "HS384", "HS512"), "CIBA Core, section 7.1.1: asymmetric only"
    ),
}
KNOWN_TO_AUTHLETE = {  # plain texts in the specification, enums in Authlete facts, 10
    "bcDeliveryMode": "delivery_mode"
}


def refusal(member, value):
    """What people are told; None when the value is taken."""
    section, setting = BY_MEMBER[member]
    try:
        section.validate_setting(setting.name, value)
    except ValidationError as error:
        return " ".join(format_error(problem) for problem in error.errors())
    return None


def test_every_property_is_declared_once():
    declared = [setting.api_name for _, setting in ALL]

    assert len(declared) == len(set(declared)) == 104
    assert set(declared) == set(FIELDS)


@pytest.mark.parametrize("name", FIELDS)
def test_setting_matches_the_specification(name):
    field, (_, setting) = FIELDS[name], BY_MEMBER[name]

    assert setting.input_type.kind in allowed_input_types(name, field)
    assert setting.read_only == field["readOnly"]
    assert setting.ignored_on_update == field["ignoredOnUpdate"]
    assert setting.input_type.is_secret == field["sensitive"]


@pytest.mark.parametrize("name", INSIDE)
def test_nested_object_is_declared_completely(name):
    inside = {setting.api_name: setting for setting in ClientExtensionSettings.settings()}

    assert inside.keys() == INSIDE.keys()
    assert inside[name].input_type.kind in allowed_input_types(name, INSIDE[name])
    assert not inside[name].is_immutable


@pytest.mark.parametrize(
    "name", [name for name, field in FIELDS.items() if field["type"] == "integer"]
)
def test_number_has_the_bounds_of_its_type(name):
    section, setting = BY_MEMBER[name]
    most = 2 ** (63 if FIELDS[name].get("format") == "int64" else 31) - 1

    assert section.validate_setting(setting.name, most) == most
    for beyond in (-1, most + 1):
        with pytest.raises(ValidationError):
            section.validate_setting(setting.name, beyond)


@pytest.mark.parametrize("name", [name for name, field in FIELDS.items() if field["sensitive"]])
def test_sensitive_fields_are_redacted(name):
    redacted = Redactor(b"k" * 32).redact({"clientId": 17, name: "s3cret"})

    assert isinstance(Client.model_validate(redacted).get(name), Fingerprint)


def declared_values(name):
    field = FIELDS[name]
    declared = field if "enum" in field else field.get("items", {})
    ref = KNOWN_TO_AUTHLETE.get(name) or declared.get("ref")
    known = declared.get("enum") or SPEC["_enums"][ref]
    live = SPEC["_enums_seen_only_live_or_in_java"].get(ref, [])
    return {*known, *live} - NOT_OFFERED.get(name, {}).keys()


@pytest.mark.parametrize(
    "name", [setting.api_name for _, setting in ALL if setting.input_type.choices]
)
def test_every_enum_value_is_offered(name):
    section, setting = BY_MEMBER[name]

    assert set(setting.input_type.choices) == declared_values(name)
    future = "FROM_THE_FUTURE"
    value = [future] if setting.input_type.kind == "choices" else future
    assert section.validate_setting(setting.name, value) == value


def test_help_texts_are_unique_sentences():
    helps = [declared.help for _, declared in ALL] + [
        setting.help for setting in ClientExtensionSettings.settings()
    ]

    assert len(helps) == len(set(helps))
    assert [text for text in helps if not text.endswith(".") or len(text) > 219] == []


@pytest.mark.parametrize("slug", SECTIONS)
def test_sections_have_few_settings_with_unique_labels(slug):
    section = SECTIONS[slug]
    settings = section.settings()
    labels = [setting.label for setting in settings]

    assert 5 <= len(settings) <= 16
    assert len(labels) == len(set(labels))
    assert (section.__doc__ or "").strip().endswith(".")


def test_section_titles_are_unique():
    titles = [section.title for section in SECTIONS.values()]

    assert len(titles) == len(set(titles))


def test_help_states_the_default_of_the_authentication_method():
    method = BY_MEMBER["tokenAuthMethod"][1]

    assert method.default == "NONE"
    assert "Default: none" in method.help
    assert not method.is_customized("NONE")
    assert method.is_customized("PRIVATE_KEY_JWT")


def test_newer_fields_stay_undeclared_and_are_preserved():
    assert NEWER
    assert not NEWER.keys() & BY_MEMBER.keys()

    client = Client.model_validate({"clientId": 17} | dict.fromkeys(NEWER, "kept"))

    assert {client.get(name) for name in NEWER} == {"kept"}


def test_client_has_the_properties_that_lists_need():
    client = Client.model_validate(
        {
            "clientId": 4471920391,
            "clientIdAlias": "ledger",
            "clientName": "Ledger sync",
            "clientType": "CONFIDENTIAL",
            "tokenAuthMethod": "CLIENT_SECRET_BASIC",
            "clientSource": "STATIC_REGISTRATION",
            "locked": True,
            "grantTypes": ["CLIENT_CREDENTIALS"],
            "redirectUris": ["https://ledger.example/done"],
            "createdAt": 1,
            "modifiedAt": 2,
        }
    )

    assert (client.client_id, client.alias) == (4471920391, "ledger")
    assert (client.client_name, client.is_locked) == ("Ledger sync", True)
    assert (client.client_type, client.auth_method) == ("CONFIDENTIAL", "CLIENT_SECRET_BASIC")
    assert client.source == "STATIC_REGISTRATION"
    assert client.grant_types == ["CLIENT_CREDENTIALS"]
    assert client.redirect_uris == ["https://ledger.example/done"]
    assert (client.created_at, client.modified_at) == (1, 2)


def test_client_with_unexpected_values_is_readable():
    odd = {name: {"odd": [1]} for name in FIELDS.keys() - {"clientId", "modifiedAt"}}

    client = Client.model_validate(
        {"clientId": 17, **odd, "redirectUris": [7, "https://a.example"]}
    )

    assert (client.client_name, client.alias, client.is_locked) == ("", "17", False)
    assert (client.created_at, client.grant_types) == (0, [])
    assert client.redirect_uris == ["https://a.example"]
    assert client.get("clientNames") == {"odd": [1]}


def test_page_may_hold_limited_clients_or_none():
    row = {"clientId": 17, "clientName": "Ledger", "clientType": "PUBLIC", "number": 1}
    page_members = {"start": 0, "end": 5, "totalCount": 1}

    page = ClientPage.model_validate(page_members | {"clients": [row]})

    assert page.total_count == 1
    assert page.clients is not None
    assert (page.clients[0].client_name, page.clients[0].modified_at) == ("Ledger", 0)
    assert ClientPage.model_validate(page_members | {"clients": None}).clients is None


def test_nested_object_is_validated_field_by_field():
    good = {"requestableScopes": [], "accessTokenDuration": 600, "later": "kept"}

    assert refusal("extension", good) is None
    assert refusal("extension", good | {"accessTokenDuration": -1}) == (
        "Access token duration: Enter 0 or more."
    )
    assert "Requestable scopes" in refusal("extension", {"requestableScopes": ["two words"]})


@pytest.mark.parametrize("name", ["redirectUris", "credentialOfferEndpoint"])
def test_redirect_uris_may_have_custom_schemes(name):
    for uri in ("https://app.example/cb", "com.example.app:/cb", "openid-offer://"):
        assert refusal(name, [uri] if name == "redirectUris" else uri) is None


def test_private_keys_are_rejected_without_repeating_them():
    public = {"kty": "EC", "crv": "P-256", "x": "AA", "y": "BB", "kid": "one"}
    private = public | {"d": "pr1vate"}

    assert refusal("jwks", json.dumps({"keys": [public]})) is None
    message = refusal("jwks", json.dumps({"keys": [public, private]}))
    assert "Key 2 is a private key" in message
    assert "pr1vate" not in message


def test_command_lists_clients_and_nested_objects(capsys):
    call_command("fields", format="json")

    listing = {
        (section["document"], field["name"]): field
        for section in json.loads(capsys.readouterr().out)
        for field in section["fields"]
    }
    for document in ("service", "client", "client_extension", "credential_issuer_metadata"):
        names = {name for where, name in listing if where == document}
        assert names == SPEC[document].keys()
    assert listing["client", "tokenAuthMethod"]["default"] == '"NONE"'
    assert listing["client", "clientSecret"]["secret"]
    assert listing["client", "locked"]["ignored"]
