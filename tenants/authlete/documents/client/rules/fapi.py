"""Rules that a client's FAPI modes add.

Authlete enforces the client's modes on each of its requests unless the service has
modes of its own. Settings that contradict a mode are stored, but requests fail. Sources:
FAPI 1.0 Part 1 (Baseline) and Part 2 (Advanced), FAPI 2.0 Security Profile and Message
Signing.
"""

from tenants.authlete.documents.base import DocumentFields, RuleViolation, get_text, get_texts
from tenants.authlete.documents.client.rules.authentication import get_auth_method
from tenants.authlete.documents.enums import JWS_ALG
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


def check_fapi_modes(client: DocumentFields) -> list[RuleViolation]:
    """Check the settings that the client's FAPI modes constrain."""
    modes = get_texts(client, "fapiModes")
    is_fapi2 = any(mode.startswith("FAPI2_") for mode in modes)
    violations = []
    if FAPI1_ADVANCED in modes or is_fapi2:
        stricter_fapi1 = FAPI1_ADVANCED in modes  # which allows less if both are set
        violations += _check_authentication(client)
        violations += _check_algorithms(client, is_fapi2=not stricter_fapi1)
        violations += _check_sender_constraint(client, is_fapi2=not stricter_fapi1)
    elif FAPI1_BASELINE in modes and get_auth_method(client) in PLAIN_SECRET_METHODS:
        message = _(
            "FAPI forbids sending the client secret in requests (Part 1, section "
            "5.2.2). Choose a signed JWT or mutual TLS."
        )
        violations.append(RuleViolation(("tokenAuthMethod", "fapiModes"), message))
    if is_fapi2:
        violations += _check_code_flow_only(client)
    return violations + _check_message_signing(client, modes)


def _check_authentication(client: DocumentFields) -> list[RuleViolation]:
    """Check client type and method (Part 2, section 5.2.2; FAPI 2.0, 5.3.2.1)."""
    violations = []
    if get_text(client, "clientType") == "PUBLIC":
        message = _(
            "Requests fail because this FAPI mode forbids public clients. Make the "
            "client confidential, or remove the mode."
        )
        violations.append(RuleViolation(("clientType", "fapiModes"), message))
    if get_auth_method(client) in AUTH_METHODS_WITHOUT_KEY:
        message = _(
            "Token requests fail because this FAPI mode requires private key JWT or mutual "
            "TLS. Choose one of these methods."
        )
        violations.append(RuleViolation(("tokenAuthMethod", "fapiModes"), message))
    return violations


def _check_algorithms(client: DocumentFields, *, is_fapi2: bool) -> list[RuleViolation]:
    """Check algorithms (Part 2, section 8.6; FAPI 2.0, section 5.4.1)."""
    allowed = FAPI1_SIGNING_ALGS | ({"EdDSA"} if is_fapi2 else set())
    algorithms = {field: get_text(client, field) for field in SIGNING_ALG_FIELDS}
    algorithms["idTokenSignAlg"] = algorithms["idTokenSignAlg"] or "RS256"
    if not get_texts(client, "responseTypes"):
        del algorithms["idTokenSignAlg"]  # the client may get no ID tokens
    forbidden = [f for f, alg in algorithms.items() if alg in JWS_ALG.keys() - allowed]
    violations = []
    if forbidden:
        message = (
            _("This FAPI mode allows only PS256, ES256 and EdDSA. Choose one of them.")
            if is_fapi2
            else _("This FAPI mode allows only PS256 and ES256. Choose one of them.")
        )
        violations.append(RuleViolation((*forbidden, "fapiModes"), message))
    weak = [f for f in KEY_ENCRYPTION_FIELDS if get_text(client, f) == "RSA1_5"]
    if weak:
        message = _("FAPI forbids RSA1_5. Choose RSA-OAEP-256 or ECDH-ES.")
        violations.append(RuleViolation((*weak, "fapiModes"), message))
    return violations


def _check_sender_constraint(client: DocumentFields, *, is_fapi2: bool) -> list[RuleViolation]:
    """Check token binding (Part 2, section 5.2.2; FAPI 2.0, section 5.3.2.1)."""
    mutual_tls, dpop = (client.get(field) is True for field in SENDER_CONSTRAINT_FIELDS)
    if mutual_tls or (is_fapi2 and dpop):
        return []
    if is_fapi2:
        message = _(
            "This FAPI mode requires sender-constrained access tokens. Require DPoP, or "
            "turn on certificate-bound access tokens."
        )
        return [RuleViolation((*SENDER_CONSTRAINT_FIELDS, "fapiModes"), message)]
    message = _(
        "Token requests fail because this FAPI mode requires certificate-bound access "
        "tokens. Turn them on."
    )
    return [RuleViolation((SENDER_CONSTRAINT_FIELDS[0], "fapiModes"), message)]


def _check_code_flow_only(client: DocumentFields) -> list[RuleViolation]:
    """Check response and grant types (FAPI 2.0, section 5.3.2)."""
    violations = []
    if set(get_texts(client, "responseTypes")) - {"CODE"}:
        message = _("FAPI 2.0 allows only the response type code. Remove the others.")
        violations.append(RuleViolation(("responseTypes", "fapiModes"), message))
    if {"IMPLICIT", "PASSWORD"} & set(get_texts(client, "grantTypes")):
        message = _("FAPI 2.0 forbids the implicit and password grants. Remove these grant types.")
        violations.append(RuleViolation(("grantTypes", "fapiModes"), message))
    return violations


def _check_message_signing(client: DocumentFields, modes: list[str]) -> list[RuleViolation]:
    """Check signing algorithms (FAPI 2.0 Message Signing, sections 5.3 and 5.4)."""
    violations = []
    if "FAPI2_MESSAGE_SIGNING_AUTH_REQ" in modes and get_text(client, "requestSignAlg") in (
        "",
        "NONE",
    ):
        message = _(
            "This FAPI mode requires signed request objects. Set the request object "
            "signature algorithm."
        )
        violations.append(RuleViolation(("requestSignAlg", "fapiModes"), message))
    if "FAPI2_MESSAGE_SIGNING_AUTH_RES" in modes and not get_text(client, "authorizationSignAlg"):
        message = _(
            "This FAPI mode requires signed authorization responses, which fail without "
            "an algorithm. Set the authorization response signature algorithm."
        )
        violations.append(RuleViolation(("authorizationSignAlg", "fapiModes"), message))
    return violations
