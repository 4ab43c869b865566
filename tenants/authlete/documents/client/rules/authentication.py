"""Who the client proves to be, and what there is to check or hide that with."""

from typing import Any

from tenants.authlete.documents.enums import (
    JWE_ALG_ASYMMETRIC,
    JWS_ALG_ASYMMETRIC,
    JWS_ALG_SYMMETRIC,
)
from tenants.authlete.documents.rule_violation import (
    DocumentFields,
    RuleViolation,
    get_text,
    get_texts,
)
from tenants.authlete.documents.validation_messages import _
from tenants.authlete.json.reader import InvalidJsonError, parse_json

CLIENT_SECRET_METHODS = frozenset(
    {"CLIENT_SECRET_BASIC", "CLIENT_SECRET_POST", "CLIENT_SECRET_JWT"}
)
KEY_BASED_METHODS = ("PRIVATE_KEY_JWT", "SELF_SIGNED_TLS_CLIENT_AUTH")
KEY_SOURCES = ("jwks", "jwksUri")
CERTIFICATE_SUBJECT_FIELDS = (
    "tlsClientAuthSubjectDn",
    "tlsClientAuthSanDns",
    "tlsClientAuthSanUri",
    "tlsClientAuthSanIp",
    "tlsClientAuthSanEmail",
)
CLIENT_SIGNING_ALG_FIELDS = ("tokenAuthSignAlg", "requestSignAlg", "bcRequestSignAlg")
SERVER_SIGNING_ALG_FIELDS = (
    "idTokenSignAlg",
    "userInfoSignAlg",
    "authorizationSignAlg",
)
SERVER_ENCRYPTION_ALG_FIELDS = (
    "idTokenEncryptionAlg",
    "userInfoEncryptionAlg",
    "authorizationEncryptionAlg",
)


def get_auth_method(client: DocumentFields) -> str:
    """The authentication method; NONE where there is none (Authlete facts, 6)."""
    return get_text(client, "tokenAuthMethod") or "NONE"


def check_public_client_secret(client: DocumentFields) -> list[RuleViolation]:
    """A public client keeps no secret to prove itself with (RFC 6749, section 2.1)."""
    if not _is_public(client) or get_auth_method(client) not in CLIENT_SECRET_METHODS:
        return []
    return [
        RuleViolation(
            ("tokenAuthMethod", "clientType"),
            _(
                "A public client cannot keep a secret (RFC 6749, section 2.1): "
                "whoever has the application has it, and can pass for the client. "
                "Choose no authentication, or make the client confidential."
            ),
        )
    ]


def check_public_client_signatures(client: DocumentFields) -> list[RuleViolation]:
    """A public client has no secret to sign with (OIDC Core, section 10.1)."""
    shared = [
        member
        for member in SERVER_SIGNING_ALG_FIELDS + CLIENT_SIGNING_ALG_FIELDS
        if get_text(client, member) in JWS_ALG_SYMMETRIC
    ]
    if not _is_public(client) or not shared:
        return []
    return [
        RuleViolation(
            (*shared, "clientType"),
            _(
                "HS256, HS384 and HS512 sign with the client secret, which a "
                "public client cannot keep: anyone could forge what is signed "
                "(OIDC Core, section 10.1). Choose another algorithm."
            ),
        )
    ]


def check_public_client_credentials_grant(
    client: DocumentFields,
) -> list[RuleViolation]:
    """Client credentials are for confidential clients (RFC 6749, section 4.4)."""
    if not _is_public(client) or "CLIENT_CREDENTIALS" not in get_texts(client, "grantTypes"):
        return []
    return [
        RuleViolation(
            ("grantTypes", "clientType"),
            _(
                "Client credentials are for confidential clients only (RFC 6749, "
                "section 4.4). Token requests of this public client are refused."
            ),
        )
    ]


def check_missing_authentication(client: DocumentFields) -> list[RuleViolation]:
    """A confidential client proves who it is."""
    if get_text(client, "clientType") != "CONFIDENTIAL" or get_auth_method(client) != "NONE":
        return []
    return [
        RuleViolation(
            ("tokenAuthMethod", "clientType"),
            _(
                "This confidential client does not prove who it is: anyone who "
                "knows its client ID can ask for tokens as this client. Choose an "
                "authentication method."
            ),
        )
    ]


def _is_public(client: DocumentFields) -> bool:
    return get_text(client, "clientType") == "PUBLIC"


def check_duplicate_key_sources(client: DocumentFields) -> list[RuleViolation]:
    """Keys come from one place (RFC 7591, section 2)."""
    if not all(get_text(client, member) for member in KEY_SOURCES):
        return []
    return [
        RuleViolation(
            KEY_SOURCES,
            _(
                "There are both keys and an address of keys, so that it is unclear "
                "which count (RFC 7591, section 2). Keep one of them."
            ),
        )
    ]


def check_authentication_key(client: DocumentFields) -> list[RuleViolation]:
    """A private key that proves who the client is has its public key here."""
    if _has_keys(client) or get_auth_method(client) not in KEY_BASED_METHODS:
        return []
    return [
        RuleViolation(
            (*KEY_SOURCES, "tokenAuthMethod"),
            _(
                "The client proves who it is with a private key, and there is no "
                "public key to check that with: every token request fails. Enter "
                "its key set, or the address of it."
            ),
        )
    ]


def check_signature_key(client: DocumentFields) -> list[RuleViolation]:
    """What the client signs needs a public key to check it with."""
    signed = [
        member
        for member in ("requestSignAlg", "bcRequestSignAlg")
        if get_text(client, member) in JWS_ALG_ASYMMETRIC
    ]
    if client.get("rsRequestSigned") is True:
        signed.append("rsRequestSigned")
    if _has_keys(client) or not signed:
        return []
    return [
        RuleViolation(
            (*KEY_SOURCES, *signed),
            _(
                "The client signs its requests, and there is no public key to "
                "check them with: they are refused. Enter its key set, or the "
                "address of it."
            ),
        )
    ]


def check_encryption_key(client: DocumentFields) -> list[RuleViolation]:
    """What only the client may read needs its public key to encrypt with."""
    hidden = [
        member
        for member in SERVER_ENCRYPTION_ALG_FIELDS
        if get_text(client, member) in JWE_ALG_ASYMMETRIC
    ]
    if _has_keys(client) or not hidden:
        return []
    return [
        RuleViolation(
            (*KEY_SOURCES, *hidden),
            _(
                "There is no public key of the client to encrypt with, so that "
                "nothing can be issued in this form. Enter its key set, or the "
                "address of it."
            ),
        )
    ]


def _has_keys(client: DocumentFields) -> bool:
    return any(get_text(client, member) for member in KEY_SOURCES)


def check_named_keys(client: DocumentFields) -> list[RuleViolation]:
    """A key that a setting names is in the key set, where that is entered here."""
    known = _key_ids(get_text(client, "jwks"))
    if known is None:
        return []
    return [
        RuleViolation(
            (member, "jwks"),
            _("The key set has no key of this ID. Correct the ID, or add the key."),
        )
        for member in ("selfSignedCertificateKeyId", "rsSignedRequestKeyId")
        if get_text(client, member) and get_text(client, member) not in known
    ]


def check_assertion_algorithm(client: DocumentFields) -> list[RuleViolation]:
    """A JWT is signed with what its authentication method has (RFC 7523)."""
    algorithm = get_text(client, "tokenAuthSignAlg")
    if get_auth_method(client) == "PRIVATE_KEY_JWT" and algorithm in JWS_ALG_SYMMETRIC:
        message = _(
            "This algorithm signs with the client secret, but the method asks for a "
            "private key: every token request fails. Choose an algorithm such as PS256 "
            "or ES256."
        )
    elif get_auth_method(client) == "CLIENT_SECRET_JWT" and algorithm in JWS_ALG_ASYMMETRIC:
        message = _(
            "This algorithm signs with a private key, but the method asks for the "
            "client secret: every token request fails. Choose HS256, HS384 or HS512."
        )
    else:
        return []
    return [RuleViolation(("tokenAuthSignAlg", "tokenAuthMethod"), message)]


def check_certificate_subject(client: DocumentFields) -> list[RuleViolation]:
    """A certificate is known by one name (RFC 8705, section 2.1; A032216, A032217)."""
    names = tuple(member for member in CERTIFICATE_SUBJECT_FIELDS if get_text(client, member))
    if len(names) > 1:
        return [
            RuleViolation(
                names,
                _(
                    "The client's certificate is known by one name only, and Authlete "
                    "refuses more. Keep the one that the certificate has, and empty "
                    "the others."
                ),
                "A032216",
            )
        ]
    if not names and get_auth_method(client) == "TLS_CLIENT_AUTH":
        return [
            RuleViolation(
                (*CERTIFICATE_SUBJECT_FIELDS, "tokenAuthMethod"),
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
        keys: Any = parse_json(jwks)["keys"] if jwks else None
    except (InvalidJsonError, TypeError, KeyError):
        return None
    if not isinstance(keys, list):
        return None
    return {str(key.get("kid", "")) for key in keys if isinstance(key, dict)}
