"""Configuration warnings of services."""

import pytest

from tenants.authlete.documents.service import SECTIONS
from tenants.authlete.documents.service.rules import check_service

MEMBERS = {setting.api_name for kind in SECTIONS.values() for setting in kind.settings()}
GRANTS = ["AUTHORIZATION_CODE", "REFRESH_TOKEN", "CIBA"]
GOOD = {
    "issuer": "https://as.example",
    "supportedGrantTypes": GRANTS,
    "supportedResponseTypes": ["CODE"],
    "supportedTokenAuthMethods": ["PRIVATE_KEY_JWT"],
    "authorizationEndpoint": "https://as.example/authorize",
    "tokenEndpoint": "https://as.example/token",
    "backchannelAuthenticationEndpoint": "https://as.example/ciba",
    "pkceRequired": True,
    "pkceS256Required": True,
    "requestObjectRequired": True,
    "clientAssertionAudRestrictedToIssuer": True,
    "backchannelBindingMessageRequiredInFapi": True,
}
FAPI = GOOD | {
    "fapiModes": ["FAPI2_SECURITY"],
    "parRequired": True,
    "pushedAuthReqEndpoint": "https://as.example/par",
}


@pytest.mark.parametrize(
    "service",
    [
        {},
        GOOD,
        FAPI,
        {"supportedGrantTypes": "odd", "fapiModes": [7], "pkceRequired": "yes"},
        {"supportedGrantTypes": ["FROM_THE_FUTURE"], "issuer": "i", "tokenEndpoint": "t"},
    ],
)
def test_consistent_service_has_no_violation(service):
    assert check_service(service) == []


@pytest.mark.parametrize(
    ("service", "edits", "named"),
    [
        (GOOD, {"supportedGrantTypes": [*GRANTS, "PASSWORD"]}, "supportedGrantTypes"),
        (GOOD, {"supportedResponseTypes": ["CODE", "ID_TOKEN_TOKEN"]}, "supportedResponseTypes"),
        (GOOD, {"supportedResponseTypes": ["ID_TOKEN"]}, "supportedGrantTypes"),
        (GOOD, {"supportedGrantTypes": ["CLIENT_CREDENTIALS"]}, "supportedGrantTypes"),
        (GOOD, {"pkceRequired": False}, "pkceRequired"),
        (GOOD, {"pkceS256Required": None}, "pkceS256Required"),
        (GOOD, {"authorizationEndpoint": None}, "authorizationEndpoint"),
        (GOOD, {"tokenEndpoint": ""}, "tokenEndpoint"),
        (GOOD, {"backchannelAuthenticationEndpoint": None}, "backchannelAuthenticationEndpoint"),
        (GOOD, {"parRequired": True}, "pushedAuthReqEndpoint"),
        (GOOD, {"issuer": None}, "issuer"),
        (
            GOOD | {"refreshTokenKept": True},
            {"supportedTokenAuthMethods": ["NONE"]},
            "refreshTokenKept",
        ),
        (GOOD, {"supportedGrantTypes": [*GRANTS, "JWT_BEARER"]}, "jwtGrantUnsignedJwtRejected"),
        (FAPI, {"supportedTokenAuthMethods": ["CLIENT_SECRET_JWT"]}, "supportedTokenAuthMethods"),
        (
            GOOD | {"fapiModes": ["FAPI1_ADVANCED"]},
            {"supportedTokenAuthMethods": ["NONE"]},
            "supportedTokenAuthMethods",
        ),
        (FAPI, {"parRequired": False}, "parRequired"),
        (FAPI, {"issSuppressed": True}, "issSuppressed"),
        (FAPI, {"supportedResponseTypes": ["CODE_ID_TOKEN"]}, "supportedResponseTypes"),
    ],
)
def test_violation_names_the_setting_to_fix(service, edits, named):
    (warning,) = check_service(service | edits)

    assert warning.fields[0] == named
    assert set(warning.fields) <= MEMBERS
