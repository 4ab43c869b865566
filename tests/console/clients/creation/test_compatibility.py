import pytest

from console.clients.creation.presets import find_mismatches
from tenants.authlete.documents.service import Service

RSA = '{"keys": [{"kty": "RSA", "use": "sig", "alg": "RS256"}]}'


def mismatches(client, **service):
    whole = Service.model_validate({"apiKey": 17, **service})
    return {mismatch.setting.api_name: mismatch for mismatch in find_mismatches(client, whole)}


@pytest.mark.parametrize(
    ("client", "service", "member", "says"),
    [
        (
            {"grantTypes": ["CIBA", "REFRESH_TOKEN"]},
            {
                "supportedGrantTypes": ["REFRESH_TOKEN"],
                "backchannelAuthenticationEndpoint": "https://a.example/bc",
            },
            "supportedGrantTypes",
            "Grant types: CIBA",
        ),
        (
            {"tokenAuthMethod": "PRIVATE_KEY_JWT"},
            {"supportedTokenAuthMethods": ["NONE"]},
            "supportedTokenAuthMethods",
            "Client authentication method: Private key JWT",
        ),
        (
            {"responseTypes": ["CODE"]},
            {"supportedResponseTypes": []},
            "supportedResponseTypes",
            "Response types: code",
        ),
        (
            {"bcDeliveryMode": "PUSH"},
            {"supportedBackchannelTokenDeliveryModes": ["POLL"]},
            "supportedBackchannelTokenDeliveryModes",
            "Push",
        ),
        ({"parRequired": True}, {}, "pushedAuthReqEndpoint", "pushed authorization requests"),
        (
            {"grantTypes": ["CIBA"]},
            {},
            "backchannelAuthenticationEndpoint",
            "no backchannel authentication endpoint",
        ),
        (
            {"grantTypes": ["PRE_AUTHORIZED_CODE"]},
            {},
            "verifiableCredentialsEnabled",
            "doesn't issue",
        ),
        ({"userInfoSignAlg": "ES256"}, {"jwks": RSA}, "jwks", "ES256"),
        (
            {"grantTypes": ["DEVICE_CODE"], "idTokenSignAlg": "PS256"},
            {"jwks": RSA},
            "jwks",
            "PS256",
        ),
        (
            {"customMetadata": '{"tier": 1}'},
            {"supportedCustomClientMetadata": ["owner"]},
            "supportedCustomClientMetadata",
            "tier",
        ),
    ],
)
def test_missing_service_support_is_an_error(client, service, member, says):
    misfit = mismatches(client, **service)[member]

    assert misfit.is_fatal
    assert says in misfit.message


@pytest.mark.parametrize(
    ("client", "service", "member"),
    [
        ({"grantTypes": ["AUTHORIZATION_CODE"]}, {}, "pkceRequired"),
        ({"grantTypes": ["AUTHORIZATION_CODE"], "pkceRequired": True}, {}, "pkceRequired"),
        ({"fapiModes": ["FAPI2_SECURITY"]}, {"fapiModes": ["FAPI1_BASELINE"]}, "fapiModes"),
    ],
)
def test_minor_mismatch_is_a_notice(client, service, member):
    assert not mismatches(client, **service)[member].is_fatal


@pytest.mark.parametrize(
    ("client", "service"),
    [
        ({}, {}),
        ({"grantTypes": ["AUTHORIZATION_CODE"]}, {"pkceRequired": True}),
        ({"grantTypes": ["PASSWORD"]}, {}),  # the service does not tell its own
        ({"userInfoSignAlg": "ES256"}, {"jwks": "no JSON"}),
        ({"userInfoSignAlg": "ES256"}, {"jwks": RSA, "hsks": [{"kid": "1"}]}),
        ({"userInfoSignAlg": "HS256"}, {"jwks": RSA}),
        ({"grantTypes": ["CLIENT_CREDENTIALS"], "idTokenSignAlg": "ES256"}, {"jwks": RSA}),
        ({"customMetadata": "no JSON"}, {}),
    ],
)
def test_matching_or_unknown_support_gives_no_message(client, service):
    assert not mismatches(client, **service)


@pytest.mark.parametrize("odd", [5, True, [[]], {"a": 1}, [5]])
def test_values_of_wrong_types_are_accepted(odd):
    lists = "grantTypes responseTypes fapiModes authorizationDetailsTypes".split()

    mismatches(dict.fromkeys(lists, odd), fapiModes=odd, supportedCustomClientMetadata=odd)
    mismatches({"fapiModes": ["FAPI1_BASELINE"]}, fapiModes=odd)
