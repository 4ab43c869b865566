"""Rules about a client's authentication method, keys and certificates."""

from typing import Any

from tenants.authlete.documents.base import DocumentFields, RuleViolation, get_text, get_texts
from tenants.authlete.documents.enums import (
    JWE_ALG_ASYMMETRIC,
    JWS_ALG_ASYMMETRIC,
    JWS_ALG_SYMMETRIC,
)
from tenants.authlete.documents.rules import CLIENT_RULES, Severity
from tenants.authlete.json.reader import InvalidJsonError, parse_json
from tenants.authlete.messages import gettext_noop as _

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
SERVER_SIGNING_ALG_FIELDS = ("idTokenSignAlg", "userInfoSignAlg", "authorizationSignAlg")
SERVER_ENCRYPTION_ALG_FIELDS = (
    "idTokenEncryptionAlg",
    "userInfoEncryptionAlg",
    "authorizationEncryptionAlg",
)


def get_auth_method(client: DocumentFields) -> str:
    """Return the authentication method; NONE if unset, as Authlete stores it."""
    return get_text(client, "tokenAuthMethod") or "NONE"


@CLIENT_RULES.rule(
    "secrets.public-client",
    Severity.MEDIUM,
    "RFC 6749, section 2.1",
    _("Public client with a secret"),
)
def check_public_client_secret(client: DocumentFields) -> list[RuleViolation]:
    """Reject secrets of public clients (RFC 6749, section 2.1)."""
    if not _is_public(client) or get_auth_method(client) not in CLIENT_SECRET_METHODS:
        return []
    message = _(
        "Public clients can't keep a secret (RFC 6749, section 2.1). Set the client "
        "authentication method to none, or make the client confidential."
    )
    return [RuleViolation(("tokenAuthMethod", "clientType"), message)]


@CLIENT_RULES.rule(
    "secrets.public-signatures",
    Severity.HIGH,
    "OpenID Connect Core, section 10.1",
    _("Public client with HMAC signatures"),
)
def check_public_client_signatures(client: DocumentFields) -> list[RuleViolation]:
    """Reject HMAC signatures of public clients (OpenID Connect Core, section 10.1)."""
    symmetric = [
        field
        for field in SERVER_SIGNING_ALG_FIELDS + CLIENT_SIGNING_ALG_FIELDS
        if get_text(client, field) in JWS_ALG_SYMMETRIC
    ]
    if not _is_public(client) or not symmetric:
        return []
    message = _(
        "HS256, HS384 and HS512 sign with the client secret, so anyone with a public "
        "client's secret can forge signatures (OpenID Connect Core, section 10.1). "
        "Choose an asymmetric algorithm."
    )
    return [RuleViolation((*symmetric, "clientType"), message)]


@CLIENT_RULES.rule(
    "settings.client-credentials",
    Severity.MEDIUM,
    "RFC 6749, section 4.4",
    _("Client credentials for a public client"),
)
def check_public_client_credentials_grant(client: DocumentFields) -> list[RuleViolation]:
    """Reject client credentials for public clients (RFC 6749, section 4.4)."""
    if not _is_public(client) or "CLIENT_CREDENTIALS" not in get_texts(client, "grantTypes"):
        return []
    message = _(
        "Public clients can't use client credentials (RFC 6749, section 4.4). Remove "
        "the grant type, or make the client confidential."
    )
    return [RuleViolation(("grantTypes", "clientType"), message)]


@CLIENT_RULES.rule(
    "rfc9700.client-authentication",
    Severity.HIGH,
    "RFC 9700, section 2.5",
    _("Confidential client without authentication"),
)
def check_missing_authentication(client: DocumentFields) -> list[RuleViolation]:
    """Require authentication of confidential clients (RFC 6749, section 3.2.1)."""
    if get_text(client, "clientType") != "CONFIDENTIAL" or get_auth_method(client) != "NONE":
        return []
    message = _(
        "This confidential client doesn't authenticate: anyone who knows its client ID "
        "can request tokens. Choose a client authentication method."
    )
    return [RuleViolation(("tokenAuthMethod", "clientType"), message)]


def _is_public(client: DocumentFields) -> bool:
    return get_text(client, "clientType") == "PUBLIC"


@CLIENT_RULES.rule(
    "keys.sources", Severity.LOW, "RFC 7591, section 2", _("JWK Set and JWK Set URL both set")
)
def check_duplicate_key_sources(client: DocumentFields) -> list[RuleViolation]:
    """Reject a JWK Set beside its URL (RFC 7591, section 2)."""
    if not all(get_text(client, field) for field in KEY_SOURCES):
        return []
    message = _(
        "Both a JWK Set and a JWK Set URL are set, which RFC 7591, section 2, forbids. Remove one."
    )
    return [RuleViolation(KEY_SOURCES, message)]


@CLIENT_RULES.rule(
    "keys.authentication", Severity.LOW, "RFC 7523, section 3", _("No key to authenticate with")
)
def check_authentication_key(client: DocumentFields) -> list[RuleViolation]:
    """Require a public key for methods that prove a private key."""
    if _has_keys(client) or get_auth_method(client) not in KEY_BASED_METHODS:
        return []
    message = _(
        "Token requests fail because there is no public key to authenticate the client "
        "with. Add a JWK Set or its URL."
    )
    return [RuleViolation((*KEY_SOURCES, "tokenAuthMethod"), message)]


@CLIENT_RULES.rule(
    "keys.signature", Severity.LOW, "RFC 9101, section 6.2", _("No key to verify requests")
)
def check_signature_key(client: DocumentFields) -> list[RuleViolation]:
    """Require a public key if the client signs requests."""
    signed = [
        field
        for field in ("requestSignAlg", "bcRequestSignAlg")
        if get_text(client, field) in JWS_ALG_ASYMMETRIC
    ]
    if client.get("rsRequestSigned") is True:
        signed.append("rsRequestSigned")
    if _has_keys(client) or not signed:
        return []
    message = _(
        "Signed requests fail because there is no public key to verify them with. Add a "
        "JWK Set or its URL."
    )
    return [RuleViolation((*KEY_SOURCES, *signed), message)]


@CLIENT_RULES.rule(
    "keys.encryption",
    Severity.LOW,
    "OpenID Connect Core, section 10.2",
    _("No key to encrypt with"),
)
def check_encryption_key(client: DocumentFields) -> list[RuleViolation]:
    """Require a public key if responses are encrypted for the client."""
    encrypted = [
        field
        for field in SERVER_ENCRYPTION_ALG_FIELDS
        if get_text(client, field) in JWE_ALG_ASYMMETRIC
    ]
    if _has_keys(client) or not encrypted:
        return []
    message = _(
        "Encrypted responses fail because there is no public key to encrypt with. Add a "
        "JWK Set or its URL."
    )
    return [RuleViolation((*KEY_SOURCES, *encrypted), message)]


def _has_keys(client: DocumentFields) -> bool:
    return any(get_text(client, field) for field in KEY_SOURCES)


@CLIENT_RULES.rule("keys.key-ids", Severity.LOW, "RFC 7517, section 4.5", _("Unknown key ID"))
def check_named_keys(client: DocumentFields) -> list[RuleViolation]:
    """Report key IDs that the client's own JWK Set doesn't contain."""
    key_ids = _key_ids(get_text(client, "jwks"))
    if key_ids is None:
        return []
    message = _("The JWK Set has no key with this ID. Correct the ID, or add the key.")
    return [
        RuleViolation((field, "jwks"), message)
        for field in ("selfSignedCertificateKeyId", "rsSignedRequestKeyId")
        if get_text(client, field) and get_text(client, field) not in key_ids
    ]


@CLIENT_RULES.rule(
    "settings.assertion-algorithm",
    Severity.LOW,
    "RFC 7523, section 3",
    _("Wrong assertion algorithm"),
)
def check_assertion_algorithm(client: DocumentFields) -> list[RuleViolation]:
    """Require an assertion algorithm that the method can use (RFC 7523)."""
    algorithm, method = get_text(client, "tokenAuthSignAlg"), get_auth_method(client)
    if method == "PRIVATE_KEY_JWT" and algorithm in JWS_ALG_SYMMETRIC:
        message = _(
            "Token requests fail: private key JWT needs an asymmetric algorithm. Choose one "
            "such as PS256 or ES256."
        )
    elif method == "CLIENT_SECRET_JWT" and algorithm in JWS_ALG_ASYMMETRIC:
        message = _(
            "Token requests fail: client secret JWT needs HS256, HS384 or HS512. Choose one "
            "of them."
        )
    else:
        return []
    return [RuleViolation(("tokenAuthSignAlg", "tokenAuthMethod"), message)]


@CLIENT_RULES.rule(
    "settings.certificate-subject",
    Severity.LOW,
    "RFC 8705, section 2.1.2",
    _("Not exactly one certificate name"),
)
def check_certificate_subject(client: DocumentFields) -> list[RuleViolation]:
    """Require one certificate name (RFC 8705, section 2.1.2; A032216, A032217)."""
    fields = tuple(name for name in CERTIFICATE_SUBJECT_FIELDS if get_text(client, name))
    if len(fields) > 1:
        message = _(
            "Authlete rejects more than one certificate name. Keep the one in the "
            "client's certificate, and clear the others."
        )
        return [RuleViolation(fields, message, "A032216")]
    if not fields and get_auth_method(client) == "TLS_CLIENT_AUTH":
        message = _(
            "Authlete rejects mutual TLS without a certificate name. Enter exactly one "
            "of the certificate settings."
        )
        fields = (*CERTIFICATE_SUBJECT_FIELDS, "tokenAuthMethod")
        return [RuleViolation(fields, message, "A032217")]
    return []


def _key_ids(jwks: str) -> set[str] | None:
    """Return the key IDs of a JWK Set, or None if it isn't one."""
    try:
        keys: Any = parse_json(jwks)["keys"] if jwks else None
    except (InvalidJsonError, TypeError, KeyError):
        return None
    if not isinstance(keys, list):
        return None
    return {str(key.get("kid", "")) for key in keys if isinstance(key, dict)}
