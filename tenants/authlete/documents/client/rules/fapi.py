"""Rules that a client's FAPI modes add.

Authlete enforces the client's modes on each of its requests unless the service has
modes of its own. Settings that contradict a mode are stored, but requests fail. Sources:
FAPI 1.0 Part 1 (Baseline) and Part 2 (Advanced), FAPI 2.0 Security Profile and Message
Signing.
"""

from tenants.authlete.documents.base import DocumentFields, RuleViolation, get_text, get_texts
from tenants.authlete.documents.client.rules.authentication import get_auth_method
from tenants.authlete.documents.enums import JWS_ALG
from tenants.authlete.documents.rules import CLIENT_RULES, Severity, violation_if
from tenants.authlete.messages import gettext_noop as _

FAPI1_ADVANCED = "FAPI1_ADVANCED"
FAPI1_BASELINE = "FAPI1_BASELINE"
PLAIN_SECRET_METHODS = frozenset({"CLIENT_SECRET_BASIC", "CLIENT_SECRET_POST"})
AUTH_METHODS_WITHOUT_KEY = PLAIN_SECRET_METHODS | {"CLIENT_SECRET_JWT", "NONE"}
FAPI1_SIGNING_ALGS = frozenset({"PS256", "ES256"})  # Part 2, section 8.6
SIGNING_ALG_FIELDS = (
    "idTokenSignAlg",
    "userInfoSignAlg",
    "authorizationSignAlg",
    "requestSignAlg",
    "tokenAuthSignAlg",
)
KEY_ENCRYPTION_FIELDS = (
    "idTokenEncryptionAlg",
    "userInfoEncryptionAlg",
    "authorizationEncryptionAlg",
    "requestEncryptionAlg",
)
SENDER_CONSTRAINT_FIELDS = ("tlsClientCertificateBoundAccessTokens", "dpopRequired")


def _is_advanced(client: DocumentFields) -> bool:
    """Return whether FAPI 1.0 Advanced applies; it allows less than FAPI 2.0 beside it."""
    return FAPI1_ADVANCED in get_texts(client, "fapiModes")


def _is_fapi2(client: DocumentFields) -> bool:
    return any(mode.startswith("FAPI2_") for mode in get_texts(client, "fapiModes"))


@CLIENT_RULES.rule(
    "fapi1.plain-secret",
    Severity.MEDIUM,
    "FAPI 1.0 Part 1, section 5.2.2",
    _("Client secret sent in requests"),
)
def check_baseline_authentication(client: DocumentFields) -> list[RuleViolation]:
    """Forbid plain secrets in FAPI 1.0 Baseline."""
    if _is_advanced(client) or _is_fapi2(client):
        return []
    if FAPI1_BASELINE not in get_texts(client, "fapiModes"):
        return []
    message = _(
        "FAPI forbids sending the client secret in requests (Part 1, section "
        "5.2.2). Choose a signed JWT or mutual TLS."
    )
    return violation_if(
        get_auth_method(client) in PLAIN_SECRET_METHODS, ["tokenAuthMethod", "fapiModes"], message
    )


@CLIENT_RULES.rule(
    "fapi1.public-client",
    Severity.MEDIUM,
    "FAPI 1.0 Part 2, section 5.2.2; FAPI 2.0, section 5.3.2.1",
    _("Public client in a FAPI mode"),
)
def check_client_type(client: DocumentFields) -> list[RuleViolation]:
    """Forbid public clients in FAPI 1.0 Advanced and FAPI 2.0."""
    message = _(
        "Requests fail because this FAPI mode forbids public clients. Make the "
        "client confidential, or remove the mode."
    )
    is_strict = _is_advanced(client) or _is_fapi2(client)
    return violation_if(
        is_strict and get_text(client, "clientType") == "PUBLIC",
        ["clientType", "fapiModes"],
        message,
    )


@CLIENT_RULES.rule(
    "fapi1.client-authentication",
    Severity.MEDIUM,
    "FAPI 1.0 Part 2, section 5.2.2; FAPI 2.0, section 5.3.2.1",
    _("Client authentication too weak for FAPI"),
)
def check_authentication(client: DocumentFields) -> list[RuleViolation]:
    """Require private key JWT or mutual TLS in FAPI 1.0 Advanced and FAPI 2.0."""
    message = _(
        "Token requests fail because this FAPI mode requires private key JWT or mutual "
        "TLS. Choose one of these methods."
    )
    is_strict = _is_advanced(client) or _is_fapi2(client)
    return violation_if(
        is_strict and get_auth_method(client) in AUTH_METHODS_WITHOUT_KEY,
        ["tokenAuthMethod", "fapiModes"],
        message,
    )


@CLIENT_RULES.rule(
    "fapi1.signing-algorithms",
    Severity.MEDIUM,
    "FAPI 1.0 Part 2, section 8.6; FAPI 2.0, section 5.4.1",
    _("Signature algorithm that FAPI forbids"),
)
def check_signing_algorithms(client: DocumentFields) -> list[RuleViolation]:
    """Restrict signature algorithms to those of the client's FAPI mode."""
    is_fapi2 = not _is_advanced(client)
    if is_fapi2 and not _is_fapi2(client):
        return []
    allowed = FAPI1_SIGNING_ALGS | ({"EdDSA"} if is_fapi2 else set())
    algorithms = {field: get_text(client, field) for field in SIGNING_ALG_FIELDS}
    algorithms["idTokenSignAlg"] = algorithms["idTokenSignAlg"] or "RS256"
    if not get_texts(client, "responseTypes"):
        del algorithms["idTokenSignAlg"]  # the client may get no ID tokens
    forbidden = [f for f, alg in algorithms.items() if alg in JWS_ALG.keys() - allowed]
    message = (
        _("This FAPI mode allows only PS256, ES256 and EdDSA. Choose one of them.")
        if is_fapi2
        else _("This FAPI mode allows only PS256 and ES256. Choose one of them.")
    )
    return violation_if(forbidden, [*forbidden, "fapiModes"], message)


@CLIENT_RULES.rule(
    "fapi1.rsa1-5",
    Severity.MEDIUM,
    "FAPI 1.0 Part 2, section 8.6.1; FAPI 2.0, section 5.4.1",
    _("RSA1_5 encryption in a FAPI mode"),
)
def check_encryption_algorithms(client: DocumentFields) -> list[RuleViolation]:
    """Forbid RSA1_5 in FAPI 1.0 Advanced and FAPI 2.0."""
    weak = [field for field in KEY_ENCRYPTION_FIELDS if get_text(client, field) == "RSA1_5"]
    message = _("FAPI forbids RSA1_5. Choose RSA-OAEP-256 or ECDH-ES.")
    return violation_if(
        weak and (_is_advanced(client) or _is_fapi2(client)), [*weak, "fapiModes"], message
    )


@CLIENT_RULES.rule(
    "fapi1.certificate-bound-tokens",
    Severity.MEDIUM,
    "FAPI 1.0 Part 2, section 5.2.2",
    _("Access tokens not certificate-bound"),
    fix={"tlsClientCertificateBoundAccessTokens": True},
)
def check_certificate_binding(client: DocumentFields) -> list[RuleViolation]:
    """Require certificate-bound access tokens in FAPI 1.0 Advanced."""
    field = SENDER_CONSTRAINT_FIELDS[0]
    message = _(
        "Token requests fail because this FAPI mode requires certificate-bound access "
        "tokens. Turn them on."
    )
    return violation_if(
        _is_advanced(client) and client.get(field) is not True, [field, "fapiModes"], message
    )


@CLIENT_RULES.rule(
    "fapi2.sender-constrained-tokens",
    Severity.MEDIUM,
    "FAPI 2.0 Security Profile, section 5.3.2.1",
    _("Access tokens not sender-constrained"),
    fix={"dpopRequired": True},
)
def check_sender_constraint(client: DocumentFields) -> list[RuleViolation]:
    """Require DPoP or certificate-bound access tokens in FAPI 2.0."""
    is_bound = any(client.get(field) is True for field in SENDER_CONSTRAINT_FIELDS)
    message = _(
        "This FAPI mode requires sender-constrained access tokens. Require DPoP, or "
        "turn on certificate-bound access tokens."
    )
    applies = _is_fapi2(client) and not _is_advanced(client)
    return violation_if(applies and not is_bound, [*SENDER_CONSTRAINT_FIELDS, "fapiModes"], message)


@CLIENT_RULES.rule(
    "fapi2.response-types",
    Severity.MEDIUM,
    "FAPI 2.0 Security Profile, section 5.3.2.2",
    _("Response type other than code in FAPI 2.0"),
    fix={"responseTypes": ["CODE"]},
)
def check_response_types(client: DocumentFields) -> list[RuleViolation]:
    """Allow only the response type code in FAPI 2.0."""
    others = set(get_texts(client, "responseTypes")) - {"CODE"}
    message = _("FAPI 2.0 allows only the response type code. Remove the others.")
    return violation_if(_is_fapi2(client) and others, ["responseTypes", "fapiModes"], message)


@CLIENT_RULES.rule(
    "fapi2.grant-types",
    Severity.MEDIUM,
    "FAPI 2.0 Security Profile, section 5.3.2.1",
    _("Grant type that FAPI 2.0 forbids"),
)
def check_grant_types(client: DocumentFields) -> list[RuleViolation]:
    """Forbid the implicit and password grants in FAPI 2.0."""
    forbidden = {"IMPLICIT", "PASSWORD"} & set(get_texts(client, "grantTypes"))
    message = _("FAPI 2.0 forbids the implicit and password grants. Remove these grant types.")
    return violation_if(_is_fapi2(client) and forbidden, ["grantTypes", "fapiModes"], message)


@CLIENT_RULES.rule(
    "fapi2.signed-requests",
    Severity.MEDIUM,
    "FAPI 2.0 Message Signing, section 5.3",
    _("Request objects not signed"),
)
def check_signed_requests(client: DocumentFields) -> list[RuleViolation]:
    """Require a signature algorithm for request objects in FAPI 2.0 Message Signing."""
    applies = "FAPI2_MESSAGE_SIGNING_AUTH_REQ" in get_texts(client, "fapiModes")
    message = _(
        "This FAPI mode requires signed request objects. Set the request object "
        "signature algorithm."
    )
    is_unsigned = get_text(client, "requestSignAlg") in ("", "NONE")
    return violation_if(applies and is_unsigned, ["requestSignAlg", "fapiModes"], message)


@CLIENT_RULES.rule(
    "fapi2.signed-responses",
    Severity.MEDIUM,
    "FAPI 2.0 Message Signing, section 5.4",
    _("Authorization responses not signed"),
)
def check_signed_authorization_responses(client: DocumentFields) -> list[RuleViolation]:
    """Require a signature algorithm for responses in FAPI 2.0 Message Signing."""
    applies = "FAPI2_MESSAGE_SIGNING_AUTH_RES" in get_texts(client, "fapiModes")
    message = _(
        "This FAPI mode requires signed authorization responses, which fail without "
        "an algorithm. Set the authorization response signature algorithm."
    )
    is_unsigned = not get_text(client, "authorizationSignAlg")
    return violation_if(applies and is_unsigned, ["authorizationSignAlg", "fapiModes"], message)
