"""Presets for new services. Endpoints are paths below the issuer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MINUTES, HOURS, DAYS = 60, 3600, 86400


@dataclass(frozen=True, slots=True)
class ServicePreset:
    """Recommended settings of one kind of service."""

    title: str | Promise
    description: str | Promise
    settings: Mapping[str, Any]
    endpoints: Mapping[str, str] = field(default_factory=dict)  # below the issuer

    def build_document(self, name: str, issuer: str) -> dict[str, Any]:
        """Return the document to create, under Authlete's names."""
        paths = {**DEFAULT_ENDPOINTS, **self.endpoints}
        return {
            "serviceName": name,
            "issuer": issuer,
            **BASE_SETTINGS,
            **self.settings,
            **{member: issuer.rstrip("/") + path for member, path in paths.items()},
        }


def _scope(name: str, description: str, *, default: bool = False) -> dict[str, Any]:
    return {"name": name, "defaultEntry": default, "description": description}


DEFAULT_ENDPOINTS = {
    "authorizationEndpoint": "/authorize",
    "tokenEndpoint": "/token",
    "userInfoEndpoint": "/userinfo",
    "jwksUri": "/jwks",
    "revocationEndpoint": "/revoke",
    "introspectionEndpoint": "/introspect",
}
BASE_SETTINGS: Mapping[str, Any] = {
    "supportedGrantTypes": ["AUTHORIZATION_CODE", "REFRESH_TOKEN"],
    "supportedResponseTypes": ["CODE"],
    "supportedTokenAuthMethods": ["CLIENT_SECRET_BASIC", "PRIVATE_KEY_JWT", "NONE"],
    "supportedScopes": [
        _scope("openid", "Sign in with your account"),
        _scope("profile", "See your name and picture"),
        _scope("email", "See your email address"),
        _scope("offline_access", "Stay connected when you are away"),
    ],
    "supportedClaims": ["sub", "name", "picture", "email", "email_verified"],
    "supportedDisplays": ["PAGE"],
    "pkceRequired": True,
    "pkceS256Required": True,
    "accessTokenType": "Bearer",
    "accessTokenDuration": 15 * MINUTES,
    "refreshTokenDuration": 30 * DAYS,
    "idTokenDuration": 15 * MINUTES,
}
SERVICE_PRESETS: Mapping[str, ServicePreset] = {
    "oidc": ServicePreset(
        _("OpenID Connect"),
        _(
            "Sign-in for web, mobile and single-page applications. Authorization code, PKCE "
            "and rotating refresh tokens."
        ),
        {},
    ),
    "fapi2": ServicePreset(
        _("FAPI 2.0 Security Profile"),
        _(
            "For high-value APIs. Pushed authorization requests, strong client authentication "
            "and sender-constrained tokens."
        ),
        {
            "fapiModes": ["FAPI2_SECURITY"],
            "supportedTokenAuthMethods": ["PRIVATE_KEY_JWT", "TLS_CLIENT_AUTH"],
            "parRequired": True,
            "tlsClientCertificateBoundAccessTokens": True,
            "pushedAuthReqDuration": 1 * MINUTES,
            "accessTokenDuration": 5 * MINUTES,
            "clientAssertionAudRestrictedToIssuer": True,
        },
        {"pushedAuthReqEndpoint": "/par"},
    ),
    "ciba": ServicePreset(
        _("CIBA"),
        _("Sign-in that starts on one device and is approved on another."),
        {
            "supportedGrantTypes": ["CIBA", "REFRESH_TOKEN"],
            "supportedResponseTypes": ["NONE"],
            "supportedTokenAuthMethods": ["PRIVATE_KEY_JWT", "TLS_CLIENT_AUTH"],
            "supportedBackchannelTokenDeliveryModes": ["POLL", "PING"],
            "backchannelAuthReqIdDuration": 2 * MINUTES,
            "backchannelPollingInterval": 5,
            "backchannelBindingMessageRequiredInFapi": True,
        },
        {"backchannelAuthenticationEndpoint": "/bc-authorize"},
    ),
    "credentials": ServicePreset(
        _("Verifiable credentials"),
        _("Credential issuer for wallets (OID4VCI). Authorization code and pre-authorized code."),
        {
            "supportedGrantTypes": ["AUTHORIZATION_CODE", "PRE_AUTHORIZED_CODE"],
            "supportedTokenAuthMethods": ["NONE", "ATTEST_JWT_CLIENT_AUTH"],
            "parRequired": True,
            "verifiableCredentialsEnabled": True,
            "oid4vciVersion": "1.0",
            "credentialOfferDuration": 1 * DAYS,
            "credentialTransactionDuration": 7 * DAYS,
            "cnonceDuration": 5 * MINUTES,
        },
        {"pushedAuthReqEndpoint": "/par", "credentialJwksUri": "/credential-jwks"},
    ),
}


def preset_document(slug: str, name: str, issuer: str) -> dict[str, Any]:
    """Return the document of a preset; adds metadata of credential issuers."""
    created = SERVICE_PRESETS[slug].build_document(name, issuer)
    if slug == "credentials":
        root = issuer.rstrip("/")
        created["credentialIssuerMetadata"] = {
            "credentialIssuer": issuer,
            "credentialEndpoint": f"{root}/credential",
            "deferredCredentialEndpoint": f"{root}/deferred-credential",
            "authorizationServers": [issuer],
        }
    return created
