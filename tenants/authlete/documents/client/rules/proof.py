"""Who the client proves to be, and what there is to check or hide that with."""

from typing import Any

from tenants.authlete.documents.enums import (
    JWE_ALG_ASYMMETRIC,
    JWS_ALG_ASYMMETRIC,
    JWS_ALG_SYMMETRIC,
)
from tenants.authlete.documents.finding import (
    Finding,
    Members,
    text,
    texts,
)
from tenants.authlete.documents.words import _
from tenants.authlete.reading import NotJson, read

SECRETS = frozenset({"CLIENT_SECRET_BASIC", "CLIENT_SECRET_POST", "CLIENT_SECRET_JWT"})
PROVEN_BY_KEY = ("PRIVATE_KEY_JWT", "SELF_SIGNED_TLS_CLIENT_AUTH")
KEYS = ("jwks", "jwksUri")
SUBJECTS = (
    "tlsClientAuthSubjectDn",
    "tlsClientAuthSanDns",
    "tlsClientAuthSanUri",
    "tlsClientAuthSanIp",
    "tlsClientAuthSanEmail",
)
SIGNED_BY_CLIENT = ("tokenAuthSignAlg", "requestSignAlg", "bcRequestSignAlg")
SIGNED_FOR_CLIENT = ("idTokenSignAlg", "userInfoSignAlg", "authorizationSignAlg")
ENCRYPTED_FOR_CLIENT = (
    "idTokenEncryptionAlg",
    "userInfoEncryptionAlg",
    "authorizationEncryptionAlg",
)


def method(client: Members) -> str:
    """The authentication method; NONE where there is none (api.md, section 6)."""
    return text(client, "tokenAuthMethod") or "NONE"


def public_secret(client: Members) -> list[Finding]:
    """A public client keeps no secret to prove itself with (RFC 6749, section 2.1)."""
    if not _is_public(client) or method(client) not in SECRETS:
        return []
    return [
        Finding(
            ("tokenAuthMethod", "clientType"),
            _(
                "A public client cannot keep a secret (RFC 6749, section 2.1): "
                "whoever has the application has it, and can pass for the client. "
                "Choose no authentication, or make the client confidential."
            ),
        )
    ]


def public_signatures(client: Members) -> list[Finding]:
    """A public client has no secret to sign with (OIDC Core, section 10.1)."""
    shared = [
        member
        for member in SIGNED_FOR_CLIENT + SIGNED_BY_CLIENT
        if text(client, member) in JWS_ALG_SYMMETRIC
    ]
    if not _is_public(client) or not shared:
        return []
    return [
        Finding(
            (*shared, "clientType"),
            _(
                "HS256, HS384 and HS512 sign with the client secret, which a "
                "public client cannot keep: anyone could forge what is signed "
                "(OIDC Core, section 10.1). Choose another algorithm."
            ),
        )
    ]


def public_credentials(client: Members) -> list[Finding]:
    """Client credentials are for confidential clients (RFC 6749, section 4.4)."""
    if not _is_public(client) or "CLIENT_CREDENTIALS" not in texts(
        client, "grantTypes"
    ):
        return []
    return [
        Finding(
            ("grantTypes", "clientType"),
            _(
                "Client credentials are for confidential clients only (RFC 6749, "
                "section 4.4). Token requests of this public client are refused."
            ),
        )
    ]


def unproven(client: Members) -> list[Finding]:
    """A confidential client proves who it is."""
    if text(client, "clientType") != "CONFIDENTIAL" or method(client) != "NONE":
        return []
    return [
        Finding(
            ("tokenAuthMethod", "clientType"),
            _(
                "This confidential client does not prove who it is: anyone who "
                "knows its client ID can ask for tokens as this client. Choose an "
                "authentication method."
            ),
        )
    ]


def _is_public(client: Members) -> bool:
    return text(client, "clientType") == "PUBLIC"


def keys_twice(client: Members) -> list[Finding]:
    """Keys come from one place (RFC 7591, section 2)."""
    if not all(text(client, member) for member in KEYS):
        return []
    return [
        Finding(
            KEYS,
            _(
                "There are both keys and an address of keys, so that it is unclear "
                "which count (RFC 7591, section 2). Keep one of them."
            ),
        )
    ]


def key_of_proof(client: Members) -> list[Finding]:
    """A private key that proves who the client is has its public key here."""
    if _has_keys(client) or method(client) not in PROVEN_BY_KEY:
        return []
    return [
        Finding(
            (*KEYS, "tokenAuthMethod"),
            _(
                "The client proves who it is with a private key, and there is no "
                "public key to check that with: every token request fails. Enter "
                "its key set, or the address of it."
            ),
        )
    ]


def key_of_signatures(client: Members) -> list[Finding]:
    """What the client signs needs a public key to check it with."""
    signed = [
        member
        for member in ("requestSignAlg", "bcRequestSignAlg")
        if text(client, member) in JWS_ALG_ASYMMETRIC
    ]
    if client.get("rsRequestSigned") is True:
        signed.append("rsRequestSigned")
    if _has_keys(client) or not signed:
        return []
    return [
        Finding(
            (*KEYS, *signed),
            _(
                "The client signs its requests, and there is no public key to "
                "check them with: they are refused. Enter its key set, or the "
                "address of it."
            ),
        )
    ]


def key_to_hide_with(client: Members) -> list[Finding]:
    """What only the client may read needs its public key to encrypt with."""
    hidden = [
        member
        for member in ENCRYPTED_FOR_CLIENT
        if text(client, member) in JWE_ALG_ASYMMETRIC
    ]
    if _has_keys(client) or not hidden:
        return []
    return [
        Finding(
            (*KEYS, *hidden),
            _(
                "There is no public key of the client to encrypt with, so that "
                "nothing can be issued in this form. Enter its key set, or the "
                "address of it."
            ),
        )
    ]


def _has_keys(client: Members) -> bool:
    return any(text(client, member) for member in KEYS)


def named_keys(client: Members) -> list[Finding]:
    """A key that a setting names is in the key set, where that is entered here."""
    known = _key_ids(text(client, "jwks"))
    if known is None:
        return []
    return [
        Finding(
            (member, "jwks"),
            _("The key set has no key of this ID. Correct the ID, or add the key."),
        )
        for member in ("selfSignedCertificateKeyId", "rsSignedRequestKeyId")
        if text(client, member) and text(client, member) not in known
    ]


def assertion(client: Members) -> list[Finding]:
    """A JWT is signed with what its authentication method has (RFC 7523)."""
    algorithm = text(client, "tokenAuthSignAlg")
    if method(client) == "PRIVATE_KEY_JWT" and algorithm in JWS_ALG_SYMMETRIC:
        message = _(
            "This algorithm signs with the client secret, but the method asks for a "
            "private key: every token request fails. Choose an algorithm such as PS256 "
            "or ES256."
        )
    elif method(client) == "CLIENT_SECRET_JWT" and algorithm in JWS_ALG_ASYMMETRIC:
        message = _(
            "This algorithm signs with a private key, but the method asks for the "
            "client secret: every token request fails. Choose HS256, HS384 or HS512."
        )
    else:
        return []
    return [Finding(("tokenAuthSignAlg", "tokenAuthMethod"), message)]


def certificate(client: Members) -> list[Finding]:
    """A certificate is known by one name (RFC 8705, section 2.1; A032216, A032217)."""
    names = tuple(member for member in SUBJECTS if text(client, member))
    if len(names) > 1:
        return [
            Finding(
                names,
                _(
                    "The client's certificate is known by one name only, and Authlete "
                    "refuses more. Keep the one that the certificate has, and empty "
                    "the others."
                ),
                "A032216",
            )
        ]
    if not names and method(client) == "TLS_CLIENT_AUTH":
        return [
            Finding(
                (*SUBJECTS, "tokenAuthMethod"),
                _(
                    "Mutual TLS needs one name to know the client's certificate by, "
                    "and Authlete refuses the client without it. Fill in exactly one."
                ),
                "A032217",
            )
        ]
    return []


def _key_ids(jwks: str) -> set[str] | None:
    """The IDs of the keys in a JWK Set; None where it is none."""
    try:
        keys: Any = read(jwks)["keys"] if jwks else None
    except (NotJson, TypeError, KeyError):
        return None
    if not isinstance(keys, list):
        return None
    return {str(key.get("kid", "")) for key in keys if isinstance(key, dict)}
