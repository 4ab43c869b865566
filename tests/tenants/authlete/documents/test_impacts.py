"""Every impact: a change to a service, a client that it affects, and one that it doesn't."""

import pytest

from tenants.authlete.documents.client.rules import CLIENT_RULES
from tenants.authlete.documents.impacts import CLIENT_IMPACTS
from tenants.authlete.documents.impacts.declaration import ImpactLevel
from tenants.authlete.documents.service import SECTIONS
from tests.support.sample_keys import make_jwk_set, make_public_key

CODE = {"grantTypes": ["AUTHORIZATION_CODE"], "clientType": "CONFIDENTIAL"}
CIBA, REFRESH = {"grantTypes": ["CIBA"]}, {"grantTypes": ["REFRESH_TOKEN"]}
MACHINE = {"grantTypes": ["CLIENT_CREDENTIALS"], "tokenAuthMethod": "CLIENT_SECRET_BASIC"}
EXCHANGE = {"grantTypes": ["TOKEN_EXCHANGE"]}
EC_KEYS = make_jwk_set(make_public_key("sign") | {"alg": "ES256"})
FAPI2 = {"supportedServiceProfiles": ["FAPI"], "fapiModes": ["FAPI2_SECURITY"]}
STRONG = CODE | {"tokenAuthMethod": "PRIVATE_KEY_JWT", "dpopRequired": True}


def flag(name):
    return {}, {name: True}


def unset(name):
    return {name: True}, {name: False}


def scopes(*names):
    return {"supportedScopes": [{"name": name} for name in names]}


# Impact ID: the service before and after, an affected client, and an unaffected one.
IMPACTS = {
    "par": (*flag("parRequired"), CODE, CODE | {"parRequired": True}),
    "pkce": (*flag("pkceRequired"), CODE, MACHINE),
    "pkce-s256": (*flag("pkceS256Required"), CODE, CODE | {"pkceS256Required": True}),
    "request-object": (*flag("requestObjectRequired"), CODE, MACHINE),
    "request-object-audience": (
        *flag("requestObjectAudienceChecked"),
        {"requestSignAlg": "ES256"},
        CODE,
    ),
    "request-object-nbf": (
        {"supportedServiceProfiles": ["FAPI"], "nbfOptional": True},
        {"supportedServiceProfiles": ["FAPI"]},
        {"requestSignAlg": "PS256"},
        {"requestSignAlg": "PS256", "fapiModes": ["FAPI2_SECURITY"]},
    ),
    "request-object-encryption": (
        *flag("frontChannelRequestObjectEncryptionRequired"),
        CODE,
        MACHINE,
    ),
    "request-object-algorithms": (
        *flag("requestObjectEncryptionEncMatchRequired"),
        {"requestEncryptionEnc": "A256GCM"},
        {"requestEncryptionAlg": "RSA_OAEP_256"},
    ),
    "scope-required": (*flag("scopeRequired"), MACHINE, REFRESH),
    "grant-management": (*flag("grantManagementActionRequired"), CODE, MACHINE),
    "loopback-port": (
        *unset("loopbackRedirectionUriVariable"),
        {"redirectUris": ["http://127.0.0.1/cb"]},
        {"redirectUris": ["https://127.0.0.1/cb", "http://[", "com.example.app:/cb"]},
    ),
    "binding-message": (*flag("backchannelBindingMessageRequiredInFapi"), CIBA, CODE),
    "grant-types": (
        {"supportedGrantTypes": ["CLIENT_CREDENTIALS", "CIBA"]},
        {"supportedGrantTypes": ["CLIENT_CREDENTIALS"]},
        {"grantTypes": ["AUTHORIZATION_CODE", "CIBA"]},
        CODE,  # didn't work before either
    ),
    "response-types": (
        {"supportedResponseTypes": ["CODE", "TOKEN"]},
        {"supportedResponseTypes": ["CODE"]},
        {"responseTypes": ["TOKEN"]},
        {"responseTypes": ["CODE"]},
    ),
    "authentication-method": (
        {"supportedTokenAuthMethods": ["NONE", "CLIENT_SECRET_BASIC"]},
        {"supportedTokenAuthMethods": ["CLIENT_SECRET_BASIC"]},
        {},
        MACHINE,
    ),
    "revocation-method": (
        {"supportedRevocationAuthMethods": ["CLIENT_SECRET_BASIC", "PRIVATE_KEY_JWT"]},
        {"supportedRevocationAuthMethods": ["PRIVATE_KEY_JWT"]},
        MACHINE,
        {"tokenAuthMethod": "PRIVATE_KEY_JWT"},
    ),
    "delivery-mode": (
        {"supportedBackchannelTokenDeliveryModes": ["POLL", "PING"]},
        {"supportedBackchannelTokenDeliveryModes": ["POLL"]},
        CIBA | {"bcDeliveryMode": "PING"},
        CODE | {"bcDeliveryMode": "PING"},
    ),
    "user-code": (
        *unset("backchannelUserCodeParameterSupported"),
        {"bcUserCodeRequired": True},
        CIBA,
    ),
    "authorization-details": (
        {"supportedAuthorizationDetailsTypes": ["payment"]},
        {"supportedAuthorizationDetailsTypes": []},
        {"authorizationDetailsTypes": ["payment"]},
        CODE,
    ),
    "requestable-scopes": (
        scopes("a", "b"),
        scopes("a"),
        {"extension.requestableScopesEnabled": True, "extension.requestableScopes": ["a", "b"]},
        {"extension.requestableScopesEnabled": True, "extension.requestableScopes": ["a"]},
    ),
    "token-exchange": (
        *flag("tokenExchangeByPermittedClientsOnly"),
        EXCHANGE,
        EXCHANGE | {"extension.tokenExchangePermitted": True},
    ),
    "fapi": ({"supportedServiceProfiles": ["FAPI"]}, FAPI2, MACHINE, STRONG),
    "certificate-binding": (
        *unset("tlsClientCertificateBoundAccessTokens"),
        {"tlsClientCertificateBoundAccessTokens": True},
        CODE,
    ),
    "dpop-nonce": (*flag("dpopNonceRequired"), {"dpopRequired": True}, CODE),
    "certificate-chain": (
        {"mutualTlsValidatePkiCertChain": True, "trustedRootCertificates": ["a"]},
        {"mutualTlsValidatePkiCertChain": True, "trustedRootCertificates": ["b"]},
        {"tokenAuthMethod": "TLS_CLIENT_AUTH"},
        {"tokenAuthMethod": "SELF_SIGNED_TLS_CLIENT_AUTH"},
    ),
    "assertion-audience": (*flag("clientAssertionAudRestrictedToIssuer"), STRONG, MACHINE),
    "missing-client-id": (*unset("missingClientIdAllowed"), {"clientType": "PUBLIC"}, CODE),
    "signing-key": (
        {},
        {"jwks": EC_KEYS},
        {"idTokenSignAlg": "RS256"},
        {"idTokenSignAlg": "ES256", "userInfoSignAlg": "HS256"},
    ),
    "registration-source": (
        *unset("federationEnabled"),
        {"clientSource": "EXPLICIT_REGISTRATION"},
        {"clientSource": "DYNAMIC_REGISTRATION"},
    ),
    "issuer": ({"issuer": "https://a.example"}, {"issuer": "https://b.example"}, CODE, {}),
    "token-endpoint": ({"tokenEndpoint": "https://a.example/t"}, {}, MACHINE, {}),
    "authorization-endpoint": (
        {"authorizationEndpoint": "https://a.example"},
        {"authorizationEndpoint": "https://b.example"},
        CODE,
        MACHINE,
    ),
    "removed-scopes": (
        scopes("a", "b"),
        scopes("b", "c"),
        CODE,
        CODE | {"extension.requestableScopesEnabled": True},
    ),
    "access-token-duration": (
        {"accessTokenDuration": 3600},
        {"accessTokenDuration": 600},
        CODE | {"extension.accessTokenDuration": 900},
        CODE | {"extension.accessTokenDuration": 300},
    ),
    "refresh-token-duration": (
        {"refreshTokenDuration": 3600},
        {"refreshTokenDuration": 600},
        REFRESH,
        CODE,
    ),
    "id-token-duration": ({"idTokenDuration": 3600}, {"idTokenDuration": 600}, CIBA, MACHINE),
    "refresh-rotation": (*unset("refreshTokenKept"), REFRESH, CODE),
    "single-access-token": (
        *flag("singleAccessTokenPerSubject"),
        CODE,
        CODE | {"singleAccessTokenPerSubject": True},
    ),
    "access-token-format": ({}, {"accessTokenSignAlg": "ES256"}, MACHINE, {}),
    "id-token-audience": ({}, {"idTokenAudType": "string"}, CODE, MACHINE),
}
SETTINGS = {item.api_name for section in SECTIONS.values() for item in section.settings()}


@pytest.mark.parametrize("impact", list(CLIENT_IMPACTS), ids=lambda impact: impact.id)
def test_impact_names_affected_clients(impact):
    before, after, affected, unaffected = IMPACTS[impact.id]

    assert impact in CLIENT_IMPACTS.triggered(before, after)
    assert impact.is_affected(before, after, affected)
    assert not impact.is_affected(before, after, unaffected)
    assert impact not in CLIENT_IMPACTS.triggered(before, before)


@pytest.mark.parametrize("impact", list(CLIENT_IMPACTS), ids=lambda impact: impact.id)
def test_impact_depends_on_declared_settings(impact):
    assert set(impact.fields) <= SETTINGS


def test_every_impact_has_an_example():
    assert {impact.id for impact in CLIENT_IMPACTS} == IMPACTS.keys()


def test_conflict_that_existed_before_is_no_impact():
    before, after, client, _ = IMPACTS["grant-types"]

    [impact] = CLIENT_IMPACTS.triggered(before, after)

    assert not impact.is_affected(after, after, client)


def test_nbf_claim_matters_to_fapi_services_alone():
    impact = next(impact for impact in CLIENT_IMPACTS if impact.id == "request-object-nbf")

    before, after = unset("nbfOptional")

    assert not impact.is_affected(before, after, {"requestSignAlg": "PS256"})


def test_impacts_come_with_the_most_severe_first():
    triggered = CLIENT_IMPACTS.triggered(scopes("a"), scopes() | {"accessTokenDuration": 1})

    assert [impact.level for impact in triggered] == [
        ImpactLevel.BREAKS,
        ImpactLevel.MAY_BREAK,
        ImpactLevel.MAY_BREAK,
        ImpactLevel.ADAPTS,
    ]


def test_client_in_a_mode_of_its_own_is_not_affected_by_the_same_mode_of_the_service():
    impact = next(impact for impact in CLIENT_IMPACTS if impact.id == "fapi")
    before = {"supportedServiceProfiles": ["FAPI"]}
    client = MACHINE | {"fapiModes": ["FAPI2_SECURITY"]}

    assert any(rule(client) for rule in CLIENT_RULES)
    assert not impact.is_affected(before, FAPI2, client)
