"""What the FAPI modes of a client ask of its other settings.

With a mode, Authlete judges each request of the client by that profile, unless the
service has modes of its own; a setting against it is stored, and requests fail.
Sources: FAPI 1.0 Part 1 (Baseline) and Part 2 (Advanced), FAPI 2.0 Security Profile
and Message Signing.
"""

from tenants.authlete.documents.client.rules.authentication import get_auth_method
from tenants.authlete.documents.enums import JWS_ALG
from tenants.authlete.documents.rule_violation import (
    DocumentFields,
    RuleViolation,
    get_text,
    get_texts,
)
from tenants.authlete.documents.validation_messages import _

FAPI1_ADVANCED = "FAPI1_ADVANCED"
FAPI1_BASELINE = "FAPI1_BASELINE"
PLAIN_SECRET_METHODS = frozenset({"CLIENT_SECRET_BASIC", "CLIENT_SECRET_POST"})
AUTH_METHODS_WITHOUT_KEY = PLAIN_SECRET_METHODS | {
    "CLIENT_SECRET_JWT",
    "NONE",
}  # than the later profiles take
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
    """All that the client's modes ask for and it does not have."""
    modes = get_texts(client, "fapiModes")
    is_fapi2 = any(mode.startswith("FAPI2_") for mode in modes)
    found = []
    if FAPI1_ADVANCED in modes or is_fapi2:
        later = FAPI1_ADVANCED not in modes  # which takes less, where both are there
        found += _check_authentication(client) + _check_algorithms(client, is_fapi2=later)
        found += _check_sender_constraint(client, is_fapi2=later)
    elif FAPI1_BASELINE in modes and get_auth_method(client) in PLAIN_SECRET_METHODS:
        found.append(
            RuleViolation(
                ("tokenAuthMethod", "fapiModes"),
                _(
                    "FAPI does not take a client secret that is sent as it is (Part 1, "
                    "section 5.2.2). Choose a JWT or mutual TLS."
                ),
            )
        )
    if is_fapi2:
        found += _check_code_flow_only(client)
    return found + _check_message_signing(client, modes)


def _check_authentication(client: DocumentFields) -> list[RuleViolation]:
    """Part 2, section 5.2.2; FAPI 2.0, section 5.3.2.1."""
    found = []
    if get_text(client, "clientType") == "PUBLIC":
        found.append(
            RuleViolation(
                ("clientType", "fapiModes"),
                _(
                    "This FAPI mode does not take public clients, so that every "
                    "request fails. Make the client confidential, or leave the mode "
                    "out."
                ),
            )
        )
    if get_auth_method(client) in AUTH_METHODS_WITHOUT_KEY:
        found.append(
            RuleViolation(
                ("tokenAuthMethod", "fapiModes"),
                _(
                    "In this FAPI mode a client proves who it is with a private key or "
                    "mutual TLS; other token requests fail. Choose one of these "
                    "methods."
                ),
            )
        )
    return found


def _check_algorithms(client: DocumentFields, *, is_fapi2: bool) -> list[RuleViolation]:
    """Part 2, section 8.6; FAPI 2.0, section 5.4.1."""
    good = FAPI1_SIGNING_ALGS | ({"EdDSA"} if is_fapi2 else set())
    wanted = {member: get_text(client, member) for member in SIGNING_ALG_FIELDS}
    wanted["idTokenSignAlg"] = wanted["idTokenSignAlg"] or "RS256"  # what then holds
    if not get_texts(client, "responseTypes"):
        del wanted["idTokenSignAlg"]  # nothing says that there are ID tokens
    weak = [name for name, alg in wanted.items() if alg in JWS_ALG.keys() - good]
    found = []
    if weak:
        found.append(
            RuleViolation(
                (*weak, "fapiModes"),
                _(
                    "In this FAPI mode only PS256, ES256 and EdDSA count as "
                    "signatures. Choose one of them."
                )
                if is_fapi2
                else _(
                    "In this FAPI mode only PS256 and ES256 count as signatures. "
                    "Choose one of them."
                ),
            )
        )
    broken = [name for name in KEY_ENCRYPTION_FIELDS if get_text(client, name) == "RSA1_5"]
    if broken:
        found.append(
            RuleViolation(
                (*broken, "fapiModes"),
                _("FAPI does not take RSA1_5. Choose RSA-OAEP-256 or ECDH-ES."),
            )
        )
    return found


def _check_sender_constraint(client: DocumentFields, *, is_fapi2: bool) -> list[RuleViolation]:
    """Part 2, section 5.2.2; FAPI 2.0, section 5.3.2.1."""
    mutual_tls, dpop = (client.get(member) is True for member in SENDER_CONSTRAINT_FIELDS)
    if mutual_tls or (is_fapi2 and dpop):
        return []
    if is_fapi2:
        message = _(
            "In this FAPI mode access tokens are bound to the client. Require DPoP, or "
            "bind them to its certificate, so that no request slips through unbound."
        )
        return [RuleViolation((*SENDER_CONSTRAINT_FIELDS, "fapiModes"), message)]
    message = _(
        "In this FAPI mode access tokens are bound to the client's certificate; other "
        "token requests fail. Turn that on."
    )
    return [RuleViolation((SENDER_CONSTRAINT_FIELDS[0], "fapiModes"), message)]


def _check_code_flow_only(client: DocumentFields) -> list[RuleViolation]:
    """FAPI 2.0, section 5.3.2."""
    found = []
    if set(get_texts(client, "responseTypes")) - {"CODE"}:
        found.append(
            RuleViolation(
                ("responseTypes", "fapiModes"),
                _(
                    "FAPI 2.0 has no response type but code; requests for others fail. "
                    "Leave them out."
                ),
            )
        )
    if {"IMPLICIT", "PASSWORD"} & set(get_texts(client, "grantTypes")):
        found.append(
            RuleViolation(
                ("grantTypes", "fapiModes"),
                _("FAPI 2.0 has neither the implicit nor the password grant. Leave them out."),
            )
        )
    return found


def _check_message_signing(client: DocumentFields, modes: list[str]) -> list[RuleViolation]:
    """FAPI 2.0 Message Signing, sections 5.3 and 5.4."""
    found = []
    if "FAPI2_MESSAGE_SIGNING_AUTH_REQ" in modes and get_text(client, "requestSignAlg") in (
        "",
        "NONE",
    ):
        found.append(
            RuleViolation(
                ("requestSignAlg", "fapiModes"),
                _(
                    "In this FAPI mode each authorization request is a signed JWT. "
                    "Choose the request signature that the client uses."
                ),
            )
        )
    if "FAPI2_MESSAGE_SIGNING_AUTH_RES" in modes and not get_text(client, "authorizationSignAlg"):
        found.append(
            RuleViolation(
                ("authorizationSignAlg", "fapiModes"),
                _(
                    "In this FAPI mode each authorization response is a signed JWT, "
                    "and those fail until it is chosen how. Choose a response "
                    "signature."
                ),
            )
        )
    return found
