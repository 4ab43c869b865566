"""Every rule: a document that violates it, and one that doesn't."""

import pytest

from tenants.authlete.documents.client import SECTIONS as CLIENT_SECTIONS
from tenants.authlete.documents.client.rules import CLIENT_RULES
from tenants.authlete.documents.service import SECTIONS as SERVICE_SECTIONS
from tenants.authlete.documents.service.rules import SERVICE_RULES
from tests.support.sample_keys import WEAK_RSA_KEY, make_jwk_set, make_public_key

FAPI1, FAPI2 = {"fapiModes": ["FAPI1_ADVANCED"]}, {"fapiModes": ["FAPI2_SECURITY"]}
CODE = {"supportedGrantTypes": ["AUTHORIZATION_CODE"]}
EC_KEY = make_public_key("sign")
VCI = CODE | {"verifiableCredentialsEnabled": True}


def grants(*names):
    return {"supportedGrantTypes": list(names)}


def methods(*names):
    return {"supportedTokenAuthMethods": list(names)}


# Rule ID: what both documents have, what violates the rule, and what complies.
SERVICES = {
    "rfc9700.password-grant": ({}, grants("PASSWORD"), CODE),
    "rfc9700.implicit": (
        {},
        {"supportedResponseTypes": ["CODE_TOKEN"]},
        {"supportedResponseTypes": ["CODE_ID_TOKEN"]},
    ),
    "settings.supported-code-flow": (
        CODE,
        {"supportedResponseTypes": ["ID_TOKEN"]},
        {"supportedResponseTypes": ["CODE"]},
    ),
    "rfc9700.pkce": (CODE, {}, {"pkceRequired": True}),
    "rfc9700.pkce-s256": (CODE | {"pkceRequired": True}, {}, {"pkceS256Required": True}),
    "settings.endpoints": (
        grants("CLIENT_CREDENTIALS"),
        {},
        {"tokenEndpoint": "https://as.example/token"},
    ),
    "settings.par-endpoint": (
        {"parRequired": True},
        {},
        {"pushedAuthReqEndpoint": "https://as.example/par"},
    ),
    "settings.issuer": (CODE, {}, {"issuer": "https://as.example"}),
    "rfc9700.refresh-rotation": (
        grants("REFRESH_TOKEN") | {"refreshTokenKept": True},
        methods("NONE"),
        methods("PRIVATE_KEY_JWT"),
    ),
    "rfc9700.unsigned-jwt-grants": (
        grants("JWT_BEARER"),
        {},
        {"jwtGrantUnsignedJwtRejected": True},
    ),
    "rfc9700.unsigned-exchanged-jwts": (
        grants("TOKEN_EXCHANGE"),
        {},
        {"tokenExchangeUnsignedJwtRejected": True},
    ),
    "keys.weak-service-key": (
        {},
        {"jwks": make_jwk_set(WEAK_RSA_KEY)},
        {"jwks": make_jwk_set(EC_KEY)},
    ),
    "fapi1.authentication-methods": (
        FAPI1,
        methods("CLIENT_SECRET_JWT"),
        methods("PRIVATE_KEY_JWT"),
    ),
    "fapi1.request-objects": (FAPI1, {}, {"requestObjectRequired": True}),
    "fapi1.nbf": (FAPI1, {"nbfOptional": True}, {"nbfOptional": False}),
    "fapi2.par": (FAPI2, {}, {"parRequired": True}),
    "fapi2.par-lifetime": (FAPI2, {"pushedAuthReqDuration": 600}, {"pushedAuthReqDuration": 599}),
    "fapi2.iss": (FAPI2, {"issSuppressed": True}, {}),
    "fapi2.supported-response-types": (
        FAPI2,
        {"supportedResponseTypes": ["CODE", "NONE"]},
        {"supportedResponseTypes": ["CODE"]},
    ),
    "fapi2.assertion-audience": (
        FAPI2 | methods("PRIVATE_KEY_JWT"),
        {},
        {"clientAssertionAudRestrictedToIssuer": True},
    ),
    "ciba.binding-message": (
        FAPI1 | grants("CIBA"),
        {},
        {"backchannelBindingMessageRequiredInFapi": True},
    ),
    "ciba.push": (
        FAPI1 | grants("CIBA"),
        {"supportedBackchannelTokenDeliveryModes": ["PING", "PUSH"]},
        {"supportedBackchannelTokenDeliveryModes": ["PING"]},
    ),
    "haip.par": (VCI, {}, {"parRequired": True}),
    "haip.wallet-attestation": (VCI, methods("NONE"), methods("NONE", "ATTEST_JWT_CLIENT_AUTH")),
}
REDIRECT = {"redirectUris": ["https://app.example/cb"]}
CONFIDENTIAL, PUBLIC = {"clientType": "CONFIDENTIAL"}, {"clientType": "PUBLIC"}
MESSAGE_SIGNING = ["FAPI2_MESSAGE_SIGNING_AUTH_REQ", "FAPI2_MESSAGE_SIGNING_AUTH_RES"]
CLIENTS = {
    "secrets.public-client": (
        PUBLIC,
        {"tokenAuthMethod": "CLIENT_SECRET_POST"},
        {"tokenAuthMethod": "NONE"},
    ),
    "secrets.public-signatures": (PUBLIC, {"idTokenSignAlg": "HS256"}, {"idTokenSignAlg": "ES256"}),
    "settings.client-credentials": ({"grantTypes": ["CLIENT_CREDENTIALS"]}, PUBLIC, CONFIDENTIAL),
    "rfc9700.client-authentication": (CONFIDENTIAL, {}, {"tokenAuthMethod": "CLIENT_SECRET_BASIC"}),
    "keys.sources": ({"jwks": make_jwk_set(EC_KEY)}, {"jwksUri": "https://app.example/keys"}, {}),
    "keys.authentication": (
        {"tokenAuthMethod": "PRIVATE_KEY_JWT"},
        {},
        {"jwksUri": "https://app.example/keys"},
    ),
    "keys.signature": ({"requestSignAlg": "ES256"}, {}, {"jwks": make_jwk_set(EC_KEY)}),
    "keys.encryption": ({"idTokenEncryptionAlg": "ECDH_ES"}, {}, {"jwks": make_jwk_set(EC_KEY)}),
    "keys.key-ids": (
        {"jwks": make_jwk_set(EC_KEY)},
        {"rsSignedRequestKeyId": "other"},
        {"rsSignedRequestKeyId": "sign"},
    ),
    "settings.assertion-algorithm": (
        {"tokenAuthMethod": "PRIVATE_KEY_JWT"},
        {"tokenAuthSignAlg": "HS256"},
        {"tokenAuthSignAlg": "ES256"},
    ),
    "settings.certificate-subject": (
        {"tokenAuthMethod": "TLS_CLIENT_AUTH"},
        {},
        {"tlsClientAuthSanDns": "app.example"},
    ),
    "fapi1.plain-secret": (
        {"fapiModes": ["FAPI1_BASELINE"]},
        {"tokenAuthMethod": "CLIENT_SECRET_BASIC"},
        {"tokenAuthMethod": "CLIENT_SECRET_JWT"},
    ),
    "fapi1.public-client": (FAPI1, PUBLIC, CONFIDENTIAL),
    "fapi1.client-authentication": (
        FAPI2,
        {"tokenAuthMethod": "CLIENT_SECRET_JWT"},
        {"tokenAuthMethod": "PRIVATE_KEY_JWT"},
    ),
    "fapi1.signing-algorithms": (FAPI1, {"requestSignAlg": "EdDSA"}, {"requestSignAlg": "PS256"}),
    "fapi1.rsa1-5": (
        FAPI1,
        {"idTokenEncryptionAlg": "RSA1_5"},
        {"idTokenEncryptionAlg": "ECDH_ES"},
    ),
    "fapi1.certificate-bound-tokens": (
        FAPI1,
        {"dpopRequired": True},
        {"tlsClientCertificateBoundAccessTokens": True},
    ),
    "fapi2.sender-constrained-tokens": (FAPI2, {}, {"dpopRequired": True}),
    "fapi2.response-types": (
        FAPI2,
        {"responseTypes": ["CODE_ID_TOKEN"]},
        {"responseTypes": ["CODE"]},
    ),
    "fapi2.grant-types": (FAPI2, {"grantTypes": ["IMPLICIT"]}, {"grantTypes": ["REFRESH_TOKEN"]}),
    "fapi2.signed-requests": (
        {"fapiModes": MESSAGE_SIGNING},
        {"requestSignAlg": "NONE"},
        {"requestSignAlg": "ES256"},
    ),
    "fapi2.signed-responses": (
        {"fapiModes": MESSAGE_SIGNING},
        {},
        {"authorizationSignAlg": "ES256"},
    ),
    "settings.redirect-uris": ({"grantTypes": ["AUTHORIZATION_CODE"]}, {}, REDIRECT),
    "settings.code-flow": ({"grantTypes": ["AUTHORIZATION_CODE"]}, {}, {"responseTypes": ["CODE"]}),
    "settings.implicit-flow": ({"grantTypes": ["IMPLICIT"]}, {}, {"responseTypes": ["ID_TOKEN"]}),
    "settings.signed-responses": (
        {"responseModes": ["JWT"]},
        {},
        {"authorizationSignAlg": "ES256"},
    ),
    "settings.encryption": (
        {"idTokenEncryptionEnc": "A128GCM"},
        {},
        {"idTokenEncryptionAlg": "DIR"},
    ),
    "settings.sector": (
        {"subjectType": "PAIRWISE"},
        {"redirectUris": ["https://a.example/", "https://b.example/"]},
        REDIRECT,
    ),
    "ciba.delivery": ({"grantTypes": ["CIBA"]}, {}, {"bcDeliveryMode": "POLL"}),
    "settings.requestable-scopes": (
        {},
        {"extension": {"requestableScopes": ["openid"]}},
        {"extension": {"requestableScopes": ["openid"], "requestableScopesEnabled": True}},
    ),
    "rfc9700.http-redirect": (
        {},
        {"redirectUris": ["http://app.example/cb"]},
        {"redirectUris": ["http://127.0.0.1:8400/cb", "https://app.example/", "http://[broken"]},
    ),
    "rfc9700.implicit-client": (
        {},
        {"responseTypes": ["ID_TOKEN_TOKEN"]},
        {"responseTypes": ["CODE_ID_TOKEN"]},
    ),
    "rfc9700.password-client": ({}, {"grantTypes": ["PASSWORD"]}, {"grantTypes": ["CIBA"]}),
    "ciba.push-client": (FAPI1, {"bcDeliveryMode": "PUSH"}, {"bcDeliveryMode": "POLL"}),
    "keys.weak-client-key": (
        {},
        {"jwks": make_jwk_set(WEAK_RSA_KEY)},
        {"jwks": make_jwk_set(EC_KEY)},
    ),
    "keys.private-client-key": (
        {},
        {"jwks": make_jwk_set(EC_KEY | {"d": "AA"})},
        {"jwks": make_jwk_set(EC_KEY)},
    ),
}
CASES = [
    *((rule, SERVICES, SERVICE_SECTIONS) for rule in SERVICE_RULES),
    *((rule, CLIENTS, CLIENT_SECTIONS) for rule in CLIENT_RULES),
]


@pytest.mark.parametrize(
    ("rule", "documents", "sections"), CASES, ids=lambda item: getattr(item, "id", "")
)
def test_rule_reports_the_violating_document_only(rule, documents, sections):
    common, violating, complying = documents[rule.id]
    declared = {item.api_name for section in sections.values() for item in section.settings()}

    violations = rule(common | violating)

    assert violations
    assert rule(common | complying) == []
    assert all(item.rule == rule.id and item.message.endswith(".") for item in violations)
    assert {field for item in violations for field in item.fields} | rule.fix.keys() <= declared
    assert rule.check.__doc__
    assert rule.clause


@pytest.mark.parametrize(
    ("rule", "documents", "sections"), CASES, ids=lambda item: getattr(item, "id", "")
)
def test_fix_makes_the_document_comply(rule, documents, sections):
    common, violating, _ = documents[rule.id]

    if rule.fix:
        assert rule(common | violating | rule.fix) == []


def test_each_rule_has_documents_and_an_id_of_its_own():
    ids = [rule.id for rule, *_ in CASES]

    assert sorted(ids) == sorted([*SERVICES, *CLIENTS])
