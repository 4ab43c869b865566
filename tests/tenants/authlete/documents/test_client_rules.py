"""Configuration warnings of clients."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenants.authlete.documents.client import SECTIONS
from tenants.authlete.documents.client.rules import authentication, check_client, flows
from tenants.authlete.documents.rules import CLIENT_RULES
from tests.support.tiers import examples

BY_MEMBER = {setting.api_name: setting for kind in SECTIONS.values() for setting in kind.settings()}
EC = {"kty": "EC", "crv": "P-256", "x": "AA", "y": "BB", "kid": "one"}
JWKS = json.dumps({"keys": [EC]})
WEB = {
    "clientType": "CONFIDENTIAL",
    "tokenAuthMethod": "CLIENT_SECRET_BASIC",
    "grantTypes": ["AUTHORIZATION_CODE", "REFRESH_TOKEN"],
    "responseTypes": ["CODE"],
    "redirectUris": ["https://app.example/cb"],
    "idTokenSignAlg": "RS256",
    "subjectType": "PUBLIC",
}
SPA = WEB | {"clientType": "PUBLIC", "tokenAuthMethod": "NONE"}
MACHINE = {
    "clientType": "CONFIDENTIAL",
    "tokenAuthMethod": "PRIVATE_KEY_JWT",
    "tokenAuthSignAlg": "ES256",
    "jwksUri": "https://app.example/keys",
    "grantTypes": ["CLIENT_CREDENTIALS"],
    "idTokenSignAlg": "RS256",
}
FAPI2 = WEB | {
    "tokenAuthMethod": "PRIVATE_KEY_JWT",
    "jwks": JWKS,
    "idTokenSignAlg": "ES256",
    "dpopRequired": True,
    "fapiModes": ["FAPI2_SECURITY"],
}
FAPI1 = FAPI2 | {"fapiModes": ["FAPI1_ADVANCED"], "tlsClientCertificateBoundAccessTokens": True}
CIBA = MACHINE | {"grantTypes": ["CIBA"], "bcDeliveryMode": "POLL"}


def check_fapi_modes(client):
    packs = [rule for rule in CLIENT_RULES if rule.pack in ("fapi1", "fapi2")]
    return [violation for rule in packs for violation in rule(client)]


def flagged_fields(rule, client):
    """Return the fields that each finding of a rule names."""
    return [warning.fields for warning in rule(client)]


@pytest.mark.parametrize(
    "client",
    [
        {},
        WEB,
        SPA,
        MACHINE,
        FAPI2,
        FAPI1,
        CIBA,
        WEB | {"tokenAuthMethod": "TLS_CLIENT_AUTH", "tlsClientAuthSanDns": "a.test"},
        WEB | {"idTokenEncryptionAlg": "RSA_OAEP_256", "jwks": JWKS},
        WEB | {"idTokenEncryptionAlg": "DIR", "idTokenEncryptionEnc": "A128GCM"},
        WEB | {"subjectType": "PAIRWISE"},
        FAPI2 | {"selfSignedCertificateKeyId": "one"},
        FAPI2 | {"idTokenSignAlg": "EdDSA"},
        FAPI2 | {"tokenAuthMethod": "ATTEST_JWT_CLIENT_AUTH"},
        WEB
        | {"responseTypes": ["CODE_ID_TOKEN"], "grantTypes": ["AUTHORIZATION_CODE", "IMPLICIT"]},
        WEB | {"responseModes": ["JWT"], "authorizationSignAlg": "ES256"},
        WEB | {"extension": {"requestableScopes": [], "requestableScopesEnabled": True}},
        WEB | {"extension": {"requestableScopes": []}},
        WEB | {"jwks": "no JWK Set", "selfSignedCertificateKeyId": "one"},
    ],
)
def test_sound_client_has_no_violation(client):
    assert check_client(client) == []


@settings(max_examples=examples(60))
@given(
    st.dictionaries(
        st.sampled_from(sorted(BY_MEMBER)),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
            max_leaves=4,
        ),
    )
)
def test_unexpected_values_violate_no_rule(client):
    for finding in check_client(client):
        assert set(finding.fields) <= BY_MEMBER.keys()


@pytest.mark.parametrize("method", sorted(authentication.CLIENT_SECRET_METHODS))
def test_public_client_with_secret_is_reported(method):
    (finding,) = authentication.check_public_client_secret(SPA | {"tokenAuthMethod": method})

    assert finding.fields == ("tokenAuthMethod", "clientType")
    assert "can't keep a secret" in finding.message


def test_public_client_with_hmac_signature_is_reported():
    shared = SPA | {"idTokenSignAlg": "HS256", "requestSignAlg": "HS512"}

    assert flagged_fields(authentication.check_public_client_signatures, shared) == [
        ("idTokenSignAlg", "requestSignAlg", "clientType")
    ]
    assert authentication.check_public_client_signatures(WEB | {"idTokenSignAlg": "HS256"}) == []


def test_public_client_with_client_credentials_is_reported():
    client = SPA | {"grantTypes": ["CLIENT_CREDENTIALS"]}

    assert flagged_fields(authentication.check_public_client_credentials_grant, client) == [
        ("grantTypes", "clientType")
    ]


@pytest.mark.parametrize("method", ["NONE", None])
def test_confidential_client_without_authentication_is_reported(method):
    (finding,) = authentication.check_missing_authentication(WEB | {"tokenAuthMethod": method})

    assert finding.fields == ("tokenAuthMethod", "clientType")
    assert "anyone who knows its client ID" in finding.message


@pytest.mark.parametrize("method", ["PRIVATE_KEY_JWT", "SELF_SIGNED_TLS_CLIENT_AUTH"])
def test_private_key_without_public_key_is_reported(method):
    client = WEB | {"tokenAuthMethod": method}

    assert flagged_fields(authentication.check_authentication_key, client) == [
        ("jwks", "jwksUri", "tokenAuthMethod")
    ]
    assert authentication.check_authentication_key(client | {"jwks": JWKS}) == []
    assert (
        authentication.check_authentication_key(client | {"jwksUri": "https://app.example/k"}) == []
    )


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"requestSignAlg": "PS256"}, "requestSignAlg"),
        ({"bcRequestSignAlg": "ES256"}, "bcRequestSignAlg"),
        ({"rsRequestSigned": True}, "rsRequestSigned"),
        ({"idTokenEncryptionAlg": "RSA_OAEP_256"}, "idTokenEncryptionAlg"),
        ({"userInfoEncryptionAlg": "ECDH_ES"}, "userInfoEncryptionAlg"),
        ({"authorizationEncryptionAlg": "RSA1_5"}, "authorizationEncryptionAlg"),
    ],
)
def test_signing_and_encryption_without_public_key_are_reported(changed, named):
    assert flagged_fields(check_client, WEB | changed) == [("jwks", "jwksUri", named)]
    assert check_client(WEB | changed | {"jwks": JWKS}) == []


def test_request_encryption_needs_no_client_key():
    assert authentication.check_encryption_key(WEB | {"requestEncryptionAlg": "RSA_OAEP_256"}) == []


def test_two_key_sources_are_reported():
    both = WEB | {"jwks": JWKS, "jwksUri": "https://app.example/keys"}

    assert flagged_fields(authentication.check_duplicate_key_sources, both) == [("jwks", "jwksUri")]


@pytest.mark.parametrize("name", ["selfSignedCertificateKeyId", "rsSignedRequestKeyId"])
def test_unknown_key_id_is_reported(name):
    client = WEB | {"jwks": JWKS, name: "two"}

    assert flagged_fields(authentication.check_named_keys, client) == [(name, "jwks")]
    assert authentication.check_named_keys(client | {name: "one"}) == []
    assert authentication.check_named_keys(client | {"jwks": None}) == []  # may be at the address


@pytest.mark.parametrize(
    ("method", "algorithm", "words"),
    [
        ("PRIVATE_KEY_JWT", "HS256", "PS256 or ES256"),
        ("CLIENT_SECRET_JWT", "PS256", "HS256, HS384 or HS512"),
    ],
)
def test_assertion_algorithm_must_match_the_method(method, algorithm, words):
    client = WEB | {"tokenAuthMethod": method, "tokenAuthSignAlg": algorithm}

    (finding,) = authentication.check_assertion_algorithm(client)

    assert finding.fields == ("tokenAuthSignAlg", "tokenAuthMethod")
    assert words in finding.message
    assert authentication.check_assertion_algorithm(client | {"tokenAuthSignAlg": None}) == []
    assert (
        authentication.check_assertion_algorithm(
            client | {"tokenAuthMethod": "CLIENT_SECRET_BASIC"}
        )
        == []
    )


def test_certificate_must_have_exactly_one_name():
    client = WEB | {"tokenAuthMethod": "TLS_CLIENT_AUTH"}

    assert flagged_fields(authentication.check_certificate_subject, client) == [
        (*authentication.CERTIFICATE_SUBJECT_FIELDS, "tokenAuthMethod")
    ]
    for name in authentication.CERTIFICATE_SUBJECT_FIELDS:
        assert authentication.check_certificate_subject(client | {name: "a"}) == []
    two = {"tlsClientAuthSanDns": "a.test", "tlsClientAuthSanIp": "192.0.2.7"}
    for method in ("TLS_CLIENT_AUTH", "CLIENT_SECRET_BASIC"):
        assert flagged_fields(
            authentication.check_certificate_subject, WEB | two | {"tokenAuthMethod": method}
        ) == [tuple(two)]
    assert authentication.check_certificate_subject(WEB) == []


@pytest.mark.parametrize("kind", ["idToken", "userInfo", "request", "authorization"])
def test_content_encryption_without_algorithm_is_reported(kind):
    key, content = f"{kind}EncryptionAlg", f"{kind}EncryptionEnc"

    assert flagged_fields(flows.check_encryption, WEB | {content: "A128GCM"}) == [(key, content)]
    assert flows.check_encryption(WEB | {key: "DIR", content: "A128GCM"}) == []
    assert flows.check_encryption(WEB | {key: "DIR"}) == []


@pytest.mark.parametrize(
    ("uris", "usable"),
    [
        (["https://a.test/1", "https://a.test:8443/2"], True),
        (["https://a.test/1", "https://b.test/2"], False),
        (["https://a.test/1", "com.example.app:/cb"], False),
        (["com.example.app:/cb"], False),
        (["https://[broken"], False),
        ([], False),
    ],
)
def test_pairwise_subject_without_one_host_is_reported(uris, usable):
    client = WEB | {"subjectType": "PAIRWISE", "redirectUris": uris}
    named = ("sectorIdentifierUri", "subjectType", "redirectUris")

    assert flagged_fields(flows.check_pairwise_subject, client) == ([] if usable else [named])
    assert flows.check_pairwise_subject(client | {"subjectType": "PUBLIC"}) == []
    sector = {"sectorIdentifierUri": "https://a.test/sector.json"}
    assert flows.check_pairwise_subject(client | sector) == []


def test_pairwise_ciba_client_needs_no_redirect_host():
    assert flows.check_pairwise_subject(CIBA | {"subjectType": "PAIRWISE"}) == []


@pytest.mark.parametrize("mode", ["PING", "PUSH"])
def test_ping_and_push_without_notification_endpoint_are_reported(mode):
    client = CIBA | {"bcDeliveryMode": mode}
    members = {"bcNotificationEndpoint": "https://app.example/ciba"}

    assert flagged_fields(flows.check_ciba_delivery, client) == [
        ("bcNotificationEndpoint", "bcDeliveryMode")
    ]
    assert flows.check_ciba_delivery(client | members) == []
    assert flows.check_ciba_delivery(CIBA) == []


def test_ciba_without_delivery_mode_is_reported():
    client = CIBA | {"bcDeliveryMode": None}

    assert flagged_fields(flows.check_ciba_delivery, client) == [("bcDeliveryMode", "grantTypes")]


@pytest.mark.parametrize(
    ("changed", "named", "words"),
    [
        ({"redirectUris": []}, "redirectUris", "no redirect URI"),
        ({"responseTypes": []}, "responseTypes", "not request one"),
        ({"grantTypes": ["REFRESH_TOKEN"]}, "responseTypes", "not use them"),
        ({"responseTypes": ["CODE", "ID_TOKEN"]}, "responseTypes", "need the implicit"),
        ({"responseTypes": ["CODE_ID_TOKEN"]}, "responseTypes", "need the implicit"),
        (
            {"grantTypes": ["AUTHORIZATION_CODE", "IMPLICIT"]},
            "responseTypes",
            "Remove the grant type",
        ),
    ],
)
def test_mismatched_grants_responses_and_redirects_are_reported(changed, named, words):
    (finding,) = check_client(WEB | changed)

    assert finding.fields == (named, "grantTypes")
    assert words in finding.message


@pytest.mark.parametrize("mode", ["JWT", "QUERY_JWT", "FRAGMENT_JWT", "FORM_POST_JWT"])
def test_jwt_response_without_signature_is_reported(mode):
    named = [("authorizationSignAlg", "responseModes")]

    assert flagged_fields(flows.check_signed_responses, WEB | {"responseModes": [mode]}) == named
    assert flows.check_signed_responses(WEB | {"responseModes": ["FORM_POST", mode]}) == []
    assert flows.check_signed_responses(WEB | {"responseModes": ["FORM_POST"]}) == []


def test_requestable_scopes_without_limit_are_reported():
    off = {"requestableScopes": ["openid"], "requestableScopesEnabled": False}

    assert flagged_fields(flows.check_requestable_scopes, WEB | {"extension": off}) == [
        ("extension",)
    ]
    on = off | {"requestableScopesEnabled": True}
    assert flows.check_requestable_scopes(WEB | {"extension": on}) == []


@pytest.mark.parametrize(
    ("client", "named", "words"),
    [
        (FAPI1 | {"clientType": "PUBLIC"}, "clientType", "public"),
        (FAPI2 | {"clientType": "PUBLIC"}, "clientType", "public"),
        (FAPI1 | {"tokenAuthMethod": "CLIENT_SECRET_JWT"}, "tokenAuthMethod", "mutual"),
        (FAPI2 | {"tokenAuthMethod": None}, "tokenAuthMethod", "mutual"),
        (FAPI1 | {"idTokenSignAlg": None}, "idTokenSignAlg", "PS256 and ES256"),
        (FAPI1 | {"idTokenSignAlg": "EdDSA"}, "idTokenSignAlg", "PS256 and ES256"),
        (FAPI2 | {"tokenAuthSignAlg": "RS256"}, "tokenAuthSignAlg", "EdDSA"),
        (FAPI2 | {"requestSignAlg": "NONE"}, "requestSignAlg", "EdDSA"),
        (FAPI2 | {"idTokenEncryptionAlg": "RSA1_5"}, "idTokenEncryptionAlg", "RSA1_5"),
        (
            FAPI1 | {"tlsClientCertificateBoundAccessTokens": False},
            "tlsClientCertificateBoundAccessTokens",
            "certificate",
        ),
        (FAPI2 | {"dpopRequired": False}, "tlsClientCertificateBoundAccessTokens", "DPoP"),
        (
            FAPI2 | {"responseTypes": ["CODE_ID_TOKEN"]},
            "responseTypes",
            "only the response type code",
        ),
        (FAPI2 | {"grantTypes": ["PASSWORD"]}, "grantTypes", "password"),
        (
            FAPI2 | {"fapiModes": ["FAPI2_MESSAGE_SIGNING_AUTH_REQ"]},
            "requestSignAlg",
            "request object signature",
        ),
        (
            FAPI2 | {"fapiModes": ["FAPI2_MESSAGE_SIGNING_AUTH_RES"]},
            "authorizationSignAlg",
            "response signature",
        ),
        (WEB | {"fapiModes": ["FAPI1_BASELINE"]}, "tokenAuthMethod", "Part 1"),
    ],
)
def test_fapi_mode_adds_rules(client, named, words):
    (finding,) = check_fapi_modes(client)

    assert finding.fields[0] == named
    assert finding.fields[-1] == "fapiModes"
    assert words in finding.message
    assert check_fapi_modes(client | {"fapiModes": []}) == []


def test_messages_say_what_to_do():
    worst = {
        "clientType": "PUBLIC",
        "tokenAuthMethod": "CLIENT_SECRET_POST",
        "grantTypes": ["CIBA", "CLIENT_CREDENTIALS", "IMPLICIT"],
        "responseTypes": ["CODE"],
        "responseModes": ["JWT"],
        "idTokenSignAlg": "HS256",
        "idTokenEncryptionEnc": "A128GCM",
        "userInfoEncryptionAlg": "RSA1_5",
        "subjectType": "PAIRWISE",
        "fapiModes": ["FAPI2_MESSAGE_SIGNING_AUTH_REQ"],
        "extension": {"requestableScopes": ["openid"]},
        **dict.fromkeys(authentication.CERTIFICATE_SUBJECT_FIELDS, "a"),
    }

    warnings = check_client(worst)

    assert len(warnings) == len(set(warnings)) > 12
    assert all(warning.message.endswith(".") for warning in warnings)
    assert all(set(warning.fields) <= BY_MEMBER.keys() for warning in warnings)
