"""Settings of typical clients by type; ``host`` is the client's host."""

from tenants.sandbox.http_messages import JsonDict
from tenants.sandbox.seeding.keys import create_public_jwk_set, self_signed_jwk_set


def single_page(host: str) -> JsonDict:
    """Return a single-page app: public, with PKCE."""
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
    """Return a mobile app with an https redirect and a custom scheme."""
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
    """Return a web application with a client secret."""
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
    """Return a partner's site with pairwise identifiers."""
    return web(host) | {
        "subjectType": "PAIRWISE",
        "sectorIdentifierUri": f"https://{host}/sector.json",
        "redirectUris": [f"https://{host}/cb", f"https://www.{host}/cb"],
        "authTimeRequired": True,
    }


def machine(host: str) -> JsonDict:
    """Return a machine-to-machine client with a secret."""
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
    """Return a machine-to-machine client with a private key."""
    return machine(host) | {
        "tokenAuthMethod": "PRIVATE_KEY_JWT",
        "tokenAuthSignAlg": "ES256",
        "jwks": create_public_jwk_set("job", "ES256"),
    }


def fapi2_client(host: str) -> JsonDict:
    """Return a FAPI 2.0 client: private key JWT, PAR, DPoP."""
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
    """Return a FAPI 1.0 client: mutual TLS and certificate-bound tokens."""
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
    """Return a FAPI 1.0 client with a self-signed certificate."""
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
    """Return a CIBA client that is notified of approvals."""
    return machine_with_key(host) | {
        "grantTypes": ["CIBA", "REFRESH_TOKEN"],
        "bcDeliveryMode": "PING",
        "bcNotificationEndpoint": f"https://{host}/ciba/ping",
        "bcRequestSignAlg": "ES256",
        "bcUserCodeRequired": True,
    }


def ciba_poll(host: str) -> JsonDict:
    """Return a CIBA client that polls for approvals."""
    return machine_with_key(host) | {
        "grantTypes": ["CIBA", "REFRESH_TOKEN"],
        "bcDeliveryMode": "POLL",
    }


def device(host: str) -> JsonDict:
    """Return a device without a keyboard."""
    return {
        "clientType": "PUBLIC",
        "applicationType": "NATIVE",
        "grantTypes": ["DEVICE_CODE", "REFRESH_TOKEN"],
        "tokenAuthMethod": "NONE",
        "extension": {"refreshTokenDuration": 7_776_000},
        **_pages(host),
    }


def wallet(host: str) -> JsonDict:
    """Return a wallet for credentials."""
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
