import pytest

from console.clients.creation.copies import copy_client
from tenants.authlete.documents.client import Client
from tenants.authlete.documents.service import Service
from tenants.authlete.redaction.fingerprint import Fingerprint

SERVICE = {"apiKey": 17, "supportedScopes": [{"name": "openid"}, {"name": "email"}]}


def copy(service=SERVICE, **members):
    original = {"clientId": 1001, **members}
    return copy_client(Client.model_validate(original), Service.model_validate(service))


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("clientId", 1001),
        ("clientSecret", Fingerprint("0123456789abcdef")),
        ("clientIdAlias", "till"),
        ("clientName", "Till"),
        ("clientNames", [{"tag": "ja", "value": "till"}]),
        ("developer", "anna"),
        ("registrationAccessTokenHash", Fingerprint("0123456789abcdef")),
        ("clientSource", "DYNAMIC_REGISTRATION"),
        ("dynamicallyRegistered", True),
        ("locked", True),
        ("createdAt", 1),
        ("modifiedAt", 1),
        ("number", 4),
        ("derivedSectorIdentifier", "till.example"),
        ("trustChain", ["ey..."]),
        ("jwks", '{"keys": [{"kty": "oct", "k": "sealed:0123456789abcdef"}]}'),
    ],
)
def test_copy_leaves_out_values_unique_to_the_original(member, value):
    assert member not in copy(**{member: value}).client


@pytest.mark.parametrize(
    ("member", "value", "label"),
    [
        ("clientIdAlias", "till", "Client ID alias"),
        ("developer", "anna", "Developer"),
        ("locked", True, "Locked"),
        ("clientSource", "METADATA_DOCUMENT", "Client source"),
        ("clientNames", [{"tag": "ja", "value": "till"}], "Translated client names"),
    ],
)
def test_copy_names_what_it_left_out(member, value, label):
    assert label in copy(**{member: value}).left_out


def test_copy_does_not_mention_values_set_by_authlete():
    ordinary = {
        "number": 4,
        "clientIdAlias": "1001",
        "clientIdAliasEnabled": True,
        "clientSource": "STATIC_REGISTRATION",
        "createdAt": 1,
        "modifiedAt": 1,
        "locked": False,
    }

    found = copy(**ordinary)

    assert found.left_out == ("Client ID",)
    assert not found.is_registered


def test_copy_names_key_sets_with_private_parts():
    sealed = '{"keys": [{"kty": "oct", "k": "sealed:0123456789abcdef"}]}'

    assert copy(jwks=sealed).secrets_left_out == ("JWK Set",)


def test_copy_points_out_shared_uris():
    found = copy(redirectUris=["https://a.example/cb"], jwksUri="https://a.example/k")

    assert found.client["redirectUris"] == ["https://a.example/cb"]
    assert set(found.shared_settings) == {"Redirect URIs", "JWK Set URL"}


def test_copy_preserves_unknown_fields():
    assert copy(fromTheFuture={"kept": 1}).client["fromTheFuture"] == {"kept": 1}


def test_leaves_out_hidden_texts_of_unknown_fields_and_names_them():
    hidden = Fingerprint("a", 9)
    attribute = {"key": "tier", "value": "gold"}

    found = copy(attributes=[attribute | {"note": hidden}], fromTheFuture=[hidden])

    assert found.client["attributes"] == [attribute]
    assert "fromTheFuture" not in found.client
    assert found.secrets_left_out == ("Attributes: unknown fields", "fromTheFuture")


@pytest.mark.parametrize(
    ("requested", "expected", "lost"),
    [
        (["openid"], ["openid"], ()),
        (["openid", "loans"], ["openid"], ("loans",)),
        (["loans"], [], ("loans",)),
        ([], [], ()),
        (None, None, ()),
    ],
)
def test_copy_leaves_out_scopes_missing_in_the_target(requested, expected, lost):
    extension = {"requestableScopesEnabled": True, "accessTokenDuration": 60}
    found = copy(extension=extension | {"requestableScopes": requested})

    assert found.client["extension"] == extension | {"requestableScopes": expected}
    assert found.lost_scopes == lost
    assert found.no_scopes is (expected == [] and lost != ())


def test_copy_preserves_scopes_if_the_target_lists_none():
    extension = {"requestableScopes": ["loans"]}

    assert copy({"apiKey": 17}, extension=extension).client["extension"] == extension


def test_copy_notes_dynamic_registration():
    assert copy(clientSource="DYNAMIC_REGISTRATION").is_registered
