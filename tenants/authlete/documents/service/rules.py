"""Rules about the settings of a service, shown as configuration warnings.

Like client rules, each takes all fields of a service and returns its violations. Unset
values, unknown values and values of an unexpected type violate no rule. Sources: RFC 9700
(security best practice), RFC 9126 (PAR), RFC 9207 (iss in responses), FAPI 1.0 Part 2,
FAPI 2.0.
"""

from collections.abc import Callable, Mapping

from tenants.authlete.documents.base import DocumentFields, RuleViolation, get_text, get_texts
from tenants.authlete.messages import gettext_noop as _

ENDPOINT_BY_GRANT_TYPE: Mapping[str, str] = {  # needed in discovery
    "AUTHORIZATION_CODE": "authorizationEndpoint",
    "IMPLICIT": "authorizationEndpoint",
    "CIBA": "backchannelAuthenticationEndpoint",
    "DEVICE_CODE": "deviceAuthorizationEndpoint",
}
GRANT_AND_RESPONSE_TYPES = ("supportedGrantTypes", "supportedResponseTypes")
AUTH_METHODS_WITHOUT_KEY = frozenset(
    {"NONE", "CLIENT_SECRET_BASIC", "CLIENT_SECRET_POST", "CLIENT_SECRET_JWT"}
)


def check_grant_and_response_types(service: DocumentFields) -> list[RuleViolation]:
    """Check for obsolete or unmatched types (RFC 9700, sections 2.1.2 and 2.4)."""
    grants = _grant_types(service)
    responses = get_texts(service, "supportedResponseTypes")
    violations = []
    if "PASSWORD" in grants:
        message = _(
            "RFC 9700, section 2.4, forbids the password grant: apps handle users' "
            "passwords. Remove it."
        )
        violations.append(RuleViolation(("supportedGrantTypes",), message))
    if any("TOKEN" in _response_type_parts(response) for response in responses):
        message = _(
            "Response types with token expose access tokens in URLs (RFC 9700, section "
            "2.1.2). Use code instead."
        )
        violations.append(RuleViolation(("supportedResponseTypes",), message))
    if not grants or not responses:
        return violations
    has_code = any("CODE" in _response_type_parts(response) for response in responses)
    if has_code and "AUTHORIZATION_CODE" not in grants:
        message = _(
            "Clients can request authorization codes but not use them. Add the grant "
            "type Authorization code, or remove response types with code."
        )
        violations.append(RuleViolation(GRANT_AND_RESPONSE_TYPES, message))
    if not has_code and "AUTHORIZATION_CODE" in grants:
        message = _(
            "Clients can use authorization codes but not request one. Add a response "
            "type with code, or remove the grant type."
        )
        violations.append(RuleViolation(GRANT_AND_RESPONSE_TYPES, message))
    return violations


def check_pkce(service: DocumentFields) -> list[RuleViolation]:
    """Check that PKCE is required (RFC 9700, section 2.1.1; RFC 7636, 4.2)."""
    if "AUTHORIZATION_CODE" not in _grant_types(service):
        return []
    if service.get("pkceRequired") is not True:
        message = _(
            "Stolen authorization codes can be used because PKCE is optional (RFC 9700, "
            "section 2.1.1). Require PKCE."
        )
        return [RuleViolation(("pkceRequired",), message)]
    if service.get("pkceS256Required") is not True:
        message = _(
            "Plain code challenges don't protect codes from anyone who sees the "
            "request. Require S256."
        )
        return [RuleViolation(("pkceS256Required", "pkceRequired"), message)]
    return []


def check_endpoints(service: DocumentFields) -> list[RuleViolation]:
    """Check that enabled features have their URLs (RFC 8414, section 2)."""
    grants = _grant_types(service)
    needed = [name for grant, name in ENDPOINT_BY_GRANT_TYPE.items() if grant in grants]
    if grants - {"IMPLICIT"}:
        needed.append("tokenEndpoint")
    message = _(
        "A supported grant type needs this endpoint, which is missing from discovery. "
        "Enter it, or remove the grant type."
    )
    violations = [
        RuleViolation((name, "supportedGrantTypes"), message)
        for name in dict.fromkeys(needed)
        if not get_text(service, name)
    ]
    if service.get("parRequired") is True and not get_text(service, "pushedAuthReqEndpoint"):
        message = _(
            "Pushed authorization requests are required, but discovery has no endpoint "
            "for them (RFC 9126, section 5). Enter it."
        )
        fields = ("pushedAuthReqEndpoint", "parRequired")
        violations.append(RuleViolation(fields, message))
    if grants and not get_text(service, "issuer"):
        message = _("Tokens and discovery need an issuer. Enter it.")
        violations.append(RuleViolation(("issuer",), message))
    return violations


def check_tokens(service: DocumentFields) -> list[RuleViolation]:
    """Check rotation and JWT grants (RFC 9700, section 4.14.2; RFC 7523, section 3)."""
    grants = _grant_types(service)
    allows_public = "NONE" in get_texts(service, "supportedTokenAuthMethods")
    is_kept = service.get("refreshTokenKept") is True
    violations = []
    if "REFRESH_TOKEN" in grants and allows_public and is_kept:
        message = _(
            "Without rotation, stolen refresh tokens of public clients go undetected "
            "(RFC 9700, section 4.14.2). Enable rotation."
        )
        fields = ("refreshTokenKept", "supportedTokenAuthMethods")
        violations.append(RuleViolation(fields, message))
    if "JWT_BEARER" in grants and service.get("jwtGrantUnsignedJwtRejected") is not True:
        message = _(
            "Unsigned JWTs, which anyone can forge, are accepted as grants. Reject unsigned JWTs."
        )
        fields = ("jwtGrantUnsignedJwtRejected", "supportedGrantTypes")
        violations.append(RuleViolation(fields, message))
    return violations


def check_fapi_modes(service: DocumentFields) -> list[RuleViolation]:
    """Check what the modes require (FAPI 1.0 Part 2, 5.2.2; FAPI 2.0, 5.3.2)."""
    modes = get_texts(service, "fapiModes")
    is_fapi2 = any(mode.startswith("FAPI2_") for mode in modes)
    violations = []
    methods = set(get_texts(service, "supportedTokenAuthMethods"))
    if AUTH_METHODS_WITHOUT_KEY & methods and (is_fapi2 or "FAPI1_ADVANCED" in modes):
        message = _(
            "Token requests with other methods fail: this FAPI mode requires private key JWT or "
            "mutual TLS. Remove the other methods."
        )
        fields = ("supportedTokenAuthMethods", "fapiModes")
        violations.append(RuleViolation(fields, message))
    if not is_fapi2:
        return violations
    if service.get("parRequired") is not True:
        message = _("FAPI 2.0 requires pushed authorization requests. Require them.")
        violations.append(RuleViolation(("parRequired", "fapiModes"), message))
    if service.get("issSuppressed") is True:
        message = _(
            "FAPI 2.0 requires iss in authorization responses (RFC 9207). Stop omitting it."
        )
        violations.append(RuleViolation(("issSuppressed", "fapiModes"), message))
    if set(get_texts(service, "supportedResponseTypes")) - {"CODE"}:
        message = _("FAPI 2.0 allows only the response type code. Remove the others.")
        fields = ("supportedResponseTypes", "fapiModes")
        violations.append(RuleViolation(fields, message))
    return violations


def _grant_types(service: DocumentFields) -> set[str]:
    return set(get_texts(service, "supportedGrantTypes"))


def _response_type_parts(response_type: str) -> set[str]:
    """Split a response type into CODE, TOKEN and IDTOKEN."""
    return set(response_type.replace("ID_TOKEN", "IDTOKEN").split("_"))


SERVICE_RULES: tuple[Callable[[DocumentFields], list[RuleViolation]], ...] = (
    check_grant_and_response_types,
    check_pkce,
    check_endpoints,
    check_tokens,
    check_fapi_modes,
)


def check_service(service: DocumentFields) -> list[RuleViolation]:
    """Return the violations of all rules."""
    return [violation for rule in SERVICE_RULES for violation in rule(service)]
