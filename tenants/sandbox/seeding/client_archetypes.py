"""Kinds of clients that organizations really have, as settings; ``host`` is theirs."""

from tenants.sandbox.http_messages import JsonDict
from tenants.sandbox.seeding.keys import create_public_jwk_set, self_signed_jwk_set


def single_page(host: str) -> JsonDict:
    """An app in the browser: no secret to keep, PKCE instead."""
    return {
        "clientType": "PUBLIC",
        "applicationType": "WEB",
        "grantTypes": ["AUTHORIZATION_CODE", "REFRESH_TOKEN"],
        "responseTypes": ["CODE"],
        "responseModes": ["QUERY", "FRAGMENT"],
        "redirectUris": [f"https://{host}/callback", f"https://{host}/silent"],
        "tokenAuthMethod": "NONE",
        "pkceRequired": True,
        "pkceS256Required": True,
        **_pages(host),
    }


def native(host: str) -> JsonDict:
    """An app on a phone, back to which a claimed address or its own scheme leads."""
    scheme = ".".join(reversed(host.split(".")))
    return {
        "clientType": "PUBLIC",
        "applicationType": "NATIVE",
        "grantTypes": ["AUTHORIZATION_CODE", "REFRESH_TOKEN"],
        "responseTypes": ["CODE"],
        "responseModes": ["QUERY"],
        "redirectUris": [f"https://{host}/app/cb", f"{scheme}:/oauth2redirect"],
        "tokenAuthMethod": "NONE",
        "idTokenSignAlg": "ES256",
        "pkceRequired": True,
        "pkceS256Required": True,
        "dpopRequired": True,
        "defaultMaxAge": 86_400,
        **_pages(host),
    }


def web(host: str) -> JsonDict:
    """A site with a server of its own, which keeps a secret."""
    return {
        "clientType": "CONFIDENTIAL",
        "applicationType": "WEB",
        "grantTypes": ["AUTHORIZATION_CODE", "REFRESH_TOKEN"],
        "responseTypes": ["CODE"],
        "responseModes": ["QUERY", "FORM_POST"],
        "redirectUris": [f"https://{host}/auth/callback"],
        "tokenAuthMethod": "CLIENT_SECRET_BASIC",
        "pkceRequired": True,
        "contacts": [f"oncall@{host}"],
        "subjectType": "PUBLIC",
        **_pages(host),
    }


def pairwise(host: str) -> JsonDict:
    """A partner's site, which is to know users by a name that no other site has."""
    return web(host) | {
        "subjectType": "PAIRWISE",
        "sectorIdentifierUri": f"https://{host}/sector.json",
        "redirectUris": [f"https://{host}/cb", f"https://www.{host}/cb"],
        "authTimeRequired": True,
    }


def machine(host: str) -> JsonDict:
    """A program that acts for itself, with nobody signed in."""
    return {
        "clientType": "CONFIDENTIAL",
        "grantTypes": ["CLIENT_CREDENTIALS"],
        "responseTypes": [],
        "tokenAuthMethod": "CLIENT_SECRET_BASIC",
        "contacts": [f"platform@{host}"],
        "extension": {"accessTokenDuration": 900},
        "attributes": [{"key": "team", "value": "platform"}],
    }


def machine_with_key(host: str) -> JsonDict:
    """The same, known by a key instead of a secret."""
    return machine(host) | {
        "tokenAuthMethod": "PRIVATE_KEY_JWT",
        "tokenAuthSignAlg": "ES256",
        "jwks": create_public_jwk_set("job", "ES256"),
    }


def fapi2_client(host: str) -> JsonDict:
    """A third party of FAPI 2: keys instead of secrets, pushed requests, DPoP."""
    return {
        "clientType": "CONFIDENTIAL",
        "applicationType": "WEB",
        "grantTypes": ["AUTHORIZATION_CODE", "REFRESH_TOKEN", "CLIENT_CREDENTIALS"],
        "responseTypes": ["CODE"],
        "responseModes": ["JWT", "QUERY_JWT"],
        "redirectUris": [f"https://{host}/open-banking/callback"],
        "tokenAuthMethod": "PRIVATE_KEY_JWT",
        "tokenAuthSignAlg": "PS256",
        "jwksUri": f"https://{host}/.well-known/jwks.json",
        "authorizationSignAlg": "PS256",
        "idTokenSignAlg": "PS256",
        "requestSignAlg": "PS256",
        "parRequired": True,
        "pkceRequired": True,
        "pkceS256Required": True,
        "dpopRequired": True,
        "authorizationDetailsTypes": ["account_information"],
        "softwareId": f"ss-{host.partition('.')[0]}",
        "softwareVersion": "3.2",
        "contacts": [f"security@{host}"],
        **_pages(host),
    }


def fapi1_client(host: str) -> JsonDict:
    """A third party of FAPI 1, known by its certificate, to which tokens are bound."""
    return fapi2_client(host) | {
        "tokenAuthMethod": "TLS_CLIENT_AUTH",
        "tokenAuthSignAlg": None,
        "tlsClientAuthSubjectDn": f"CN={host},O={host.partition('.')[0].title()},C=IE",
        "tlsClientCertificateBoundAccessTokens": True,
        "mtlsEndpointAliasesUsed": True,
        "dpopRequired": False,
        "parRequired": False,
        "requestObjectRequired": True,
        "idTokenEncryptionAlg": "RSA_OAEP_256",
        "idTokenEncryptionEnc": "A256GCM",
    }


def self_signed_client(host: str) -> JsonDict:
    """The same with a certificate that it made itself."""
    return fapi1_client(host) | {
        "tokenAuthMethod": "SELF_SIGNED_TLS_CLIENT_AUTH",
        "tlsClientAuthSubjectDn": None,
        "jwksUri": None,
        "jwks": self_signed_jwk_set(host),
        "selfSignedCertificateKeyId": f"{host.partition('.')[0]}-es256",
        "idTokenEncryptionAlg": None,
        "idTokenEncryptionEnc": None,
    }


def ciba_ping(host: str) -> JsonDict:
    """Asks a user's phone for a yes (CIBA), and is told of it."""
    return machine_with_key(host) | {
        "grantTypes": ["CIBA", "REFRESH_TOKEN"],
        "bcDeliveryMode": "PING",
        "bcNotificationEndpoint": f"https://{host}/ciba/ping",
        "bcRequestSignAlg": "ES256",
        "bcUserCodeRequired": True,
    }


def ciba_poll(host: str) -> JsonDict:
    """Asks a user's phone for a yes, and asks again until it came."""
    return machine_with_key(host) | {
        "grantTypes": ["CIBA", "REFRESH_TOKEN"],
        "bcDeliveryMode": "POLL",
    }


def device(host: str) -> JsonDict:
    """A device without a keyboard."""
    return {
        "clientType": "PUBLIC",
        "applicationType": "NATIVE",
        "grantTypes": ["DEVICE_CODE", "REFRESH_TOKEN"],
        "tokenAuthMethod": "NONE",
        "extension": {"refreshTokenDuration": 7_776_000},
        **_pages(host),
    }


def wallet(host: str) -> JsonDict:
    """Keeps credentials for its user."""
    return native(host) | {
        "grantTypes": ["AUTHORIZATION_CODE", "PRE_AUTHORIZED_CODE"],
        "tokenAuthMethod": "ATTEST_JWT_CLIENT_AUTH",
        "credentialOfferEndpoint": f"https://{host}/offer",
        "credentialResponseEncryptionRequired": True,
    }


def _pages(host: str) -> JsonDict:
    return {
        "clientUri": f"https://{host}/",
        "logoUri": f"https://{host}/logo.svg",
        "policyUri": f"https://{host}/privacy",
        "tosUri": f"https://{host}/terms",
    }
