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
def test_leaves_out_what_is_the_originals_alone(member, value):
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
def test_names_what_it_left_out(member, value, label):
    assert label in copy(**{member: value}).left_out


def test_says_nothing_of_what_authlete_sets_for_every_client():
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


def test_names_a_key_set_with_private_parts():
    sealed = '{"keys": [{"kty": "oct", "k": "sealed:0123456789abcdef"}]}'

    assert copy(jwks=sealed).secrets_left_out == ("JWK Set",)


def test_points_out_the_addresses_that_both_have():
    found = copy(redirectUris=["https://a.example/cb"], jwksUri="https://a.example/k")

    assert found.client["redirectUris"] == ["https://a.example/cb"]
    assert set(found.shared_settings) == {"Redirect URIs", "JWK Set URL"}


def test_keeps_members_that_nobody_knows():
    assert copy(fromTheFuture={"kept": 1}).client["fromTheFuture"] == {"kept": 1}


@pytest.mark.parametrize(
    ("asked", "kept", "lost"),
    [
        (["openid"], ["openid"], ()),
        (["openid", "loans"], ["openid"], ("loans",)),
        (["loans"], [], ("loans",)),
        ([], [], ()),
        (None, None, ()),
    ],
)
def test_leaves_out_scopes_that_the_other_service_lacks(asked, kept, lost):
    extension = {"requestableScopesEnabled": True, "accessTokenDuration": 60}
    found = copy(extension=extension | {"requestableScopes": asked})

    assert found.client["extension"] == extension | {"requestableScopes": kept}
    assert found.lost_scopes == lost
    assert found.no_scopes is (kept == [] and lost != ())


def test_keeps_all_scopes_where_the_service_does_not_tell_its_own():
    extension = {"requestableScopes": ["loans"]}

    assert copy({"apiKey": 17}, extension=extension).client["extension"] == extension


def test_tells_that_the_original_registered_itself():
    assert copy(clientSource="DYNAMIC_REGISTRATION").is_registered
