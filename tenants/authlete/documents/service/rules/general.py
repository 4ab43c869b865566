"""Rules for all services: RFC 9700 (security best practice), discovery and keys."""

from collections.abc import Mapping

from tenants.authlete.documents.base import (
    Document,
    DocumentFields,
    RuleViolation,
    get_text,
    get_texts,
)
from tenants.authlete.documents.jwks.inventory import list_service_keys
from tenants.authlete.documents.rules import SERVICE_RULES, WEAK_KEY_ISSUES, Severity, violation_if
from tenants.authlete.messages import gettext_noop as _

ENDPOINT_BY_GRANT_TYPE: Mapping[str, str] = {  # needed in discovery
    "AUTHORIZATION_CODE": "authorizationEndpoint",
    "IMPLICIT": "authorizationEndpoint",
    "CIBA": "backchannelAuthenticationEndpoint",
    "DEVICE_CODE": "deviceAuthorizationEndpoint",
}
GRANT_AND_RESPONSE_TYPES = ("supportedGrantTypes", "supportedResponseTypes")
KEY_SETS = ("jwks", "federationJwks", "credentialJwks")


@SERVICE_RULES.rule(
    "rfc9700.password-grant", Severity.HIGH, "RFC 9700, section 2.4", _("Password grant")
)
def check_password_grant(service: DocumentFields) -> list[RuleViolation]:
    """Forbid the password grant."""
    message = _(
        "RFC 9700, section 2.4, forbids the password grant: apps handle users' "
        "passwords. Remove it."
    )
    return violation_if("PASSWORD" in _grant_types(service), ["supportedGrantTypes"], message)


@SERVICE_RULES.rule(
    "rfc9700.implicit", Severity.MEDIUM, "RFC 9700, section 2.1.2", _("Access tokens in URLs")
)
def check_token_responses(service: DocumentFields) -> list[RuleViolation]:
    """Advise against response types with access tokens."""
    message = _(
        "Response types with token expose access tokens in URLs (RFC 9700, section "
        "2.1.2). Use code instead."
    )
    exposes = "TOKEN" in _response_type_parts(service)
    return violation_if(exposes, ["supportedResponseTypes"], message)


@SERVICE_RULES.rule(
    "settings.supported-code-flow",
    Severity.LOW,
    "RFC 8414, section 2",
    _("Authorization code incomplete"),
)
def check_code_flow(service: DocumentFields) -> list[RuleViolation]:
    """Require the code grant and a code response type together."""
    grants, parts = _grant_types(service), _response_type_parts(service)
    has_grant, has_response = "AUTHORIZATION_CODE" in grants, "CODE" in parts
    message = (
        _(
            "Clients can use authorization codes but not request one. Add a response "
            "type with code, or remove the grant type."
        )
        if has_grant
        else _(
            "Clients can request authorization codes but not use them. Add the grant "
            "type Authorization code, or remove response types with code."
        )
    )
    is_incomplete = grants and parts and has_grant != has_response
    return violation_if(is_incomplete, GRANT_AND_RESPONSE_TYPES, message)


@SERVICE_RULES.rule(
    "rfc9700.pkce",
    Severity.HIGH,
    "RFC 9700, section 2.1.1",
    _("PKCE not required"),
    fix={"pkceRequired": True, "pkceS256Required": True},
)
def check_pkce(service: DocumentFields) -> list[RuleViolation]:
    """Require PKCE for authorization codes."""
    message = _(
        "Stolen authorization codes can be used because PKCE is optional (RFC 9700, "
        "section 2.1.1). Require PKCE."
    )
    is_optional = service.get("pkceRequired") is not True
    return violation_if(_has_code_grant(service) and is_optional, ["pkceRequired"], message)


@SERVICE_RULES.rule(
    "rfc9700.pkce-s256",
    Severity.MEDIUM,
    "RFC 9700, section 2.1.1; RFC 7636, section 4.2",
    _("Plain PKCE challenges allowed"),
    fix={"pkceS256Required": True},
)
def check_pkce_s256(service: DocumentFields) -> list[RuleViolation]:
    """Require S256 code challenges."""
    message = _(
        "Plain code challenges don't protect codes from anyone who sees the request. Require S256."
    )
    is_plain = service.get("pkceRequired") is True and service.get("pkceS256Required") is not True
    return violation_if(
        _has_code_grant(service) and is_plain, ["pkceS256Required", "pkceRequired"], message
    )


@SERVICE_RULES.rule(
    "settings.endpoints", Severity.LOW, "RFC 8414, section 2", _("Endpoint missing from discovery")
)
def check_endpoints(service: DocumentFields) -> list[RuleViolation]:
    """Require the endpoint of each supported grant type."""
    grants = _grant_types(service)
    needed = [name for grant, name in ENDPOINT_BY_GRANT_TYPE.items() if grant in grants]
    if grants - {"IMPLICIT"}:
        needed.append("tokenEndpoint")
    message = _(
        "A supported grant type needs this endpoint, which is missing from discovery. "
        "Enter it, or remove the grant type."
    )
    return [
        RuleViolation((name, "supportedGrantTypes"), message)
        for name in dict.fromkeys(needed)
        if not get_text(service, name)
    ]


@SERVICE_RULES.rule(
    "settings.par-endpoint",
    Severity.LOW,
    "RFC 9126, section 5",
    _("Pushed authorization request endpoint missing"),
)
def check_par_endpoint(service: DocumentFields) -> list[RuleViolation]:
    """Require the endpoint if pushed authorization requests are required."""
    message = _(
        "Pushed authorization requests are required, but discovery has no endpoint "
        "for them (RFC 9126, section 5). Enter it."
    )
    is_missing = service.get("parRequired") is True and not get_text(
        service, "pushedAuthReqEndpoint"
    )
    return violation_if(is_missing, ["pushedAuthReqEndpoint", "parRequired"], message)


@SERVICE_RULES.rule("settings.issuer", Severity.LOW, "RFC 8414, section 2", _("Issuer missing"))
def check_issuer(service: DocumentFields) -> list[RuleViolation]:
    """Require an issuer if any grant type is supported."""
    message = _("Tokens and discovery need an issuer. Enter it.")
    is_missing = _grant_types(service) and not get_text(service, "issuer")
    return violation_if(is_missing, ["issuer"], message)


@SERVICE_RULES.rule(
    "rfc9700.refresh-rotation",
    Severity.HIGH,
    "RFC 9700, sections 2.2.2 and 4.14.2",
    _("Refresh tokens of public clients not rotated"),
    fix={"refreshTokenKept": False},
)
def check_refresh_rotation(service: DocumentFields) -> list[RuleViolation]:
    """Require refresh token rotation where public clients are supported."""
    allows_public = "NONE" in get_texts(service, "supportedTokenAuthMethods")
    is_exposed = allows_public and service.get("refreshTokenKept") is True
    message = _(
        "Without rotation, stolen refresh tokens of public clients go undetected "
        "(RFC 9700, section 4.14.2). Enable rotation."
    )
    return violation_if(
        is_exposed and "REFRESH_TOKEN" in _grant_types(service),
        ["refreshTokenKept", "supportedTokenAuthMethods"],
        message,
    )


@SERVICE_RULES.rule(
    "rfc9700.unsigned-jwt-grants",
    Severity.HIGH,
    "RFC 7523, section 3",
    _("Unsigned JWTs accepted as grants"),
    fix={"jwtGrantUnsignedJwtRejected": True},
)
def check_unsigned_jwt_grants(service: DocumentFields) -> list[RuleViolation]:
    """Require signatures of JWTs that are used as grants."""
    accepts = service.get("jwtGrantUnsignedJwtRejected") is not True
    message = _(
        "Unsigned JWTs, which anyone can forge, are accepted as grants. Reject unsigned JWTs."
    )
    return violation_if(
        accepts and "JWT_BEARER" in _grant_types(service),
        ["jwtGrantUnsignedJwtRejected", "supportedGrantTypes"],
        message,
    )


@SERVICE_RULES.rule(
    "rfc9700.unsigned-exchanged-jwts",
    Severity.HIGH,
    "RFC 8693, section 5",
    _("Unsigned JWTs accepted in token exchange"),
    fix={"tokenExchangeUnsignedJwtRejected": True},
)
def check_unsigned_exchanged_jwts(service: DocumentFields) -> list[RuleViolation]:
    """Require signatures of JWTs in token exchange."""
    accepts = service.get("tokenExchangeUnsignedJwtRejected") is not True
    message = _(
        "Unsigned JWTs, which anyone can forge, are accepted in token exchange. Reject "
        "unsigned JWTs."
    )
    return violation_if(
        accepts and "TOKEN_EXCHANGE" in _grant_types(service),
        ["tokenExchangeUnsignedJwtRejected", "supportedGrantTypes"],
        message,
    )


@SERVICE_RULES.rule(
    "keys.weak-service-key", Severity.HIGH, "RFC 7518, section 3.3", _("Weak key in a JWK Set")
)
def check_weak_keys(service: DocumentFields) -> list[RuleViolation]:
    """Forbid short RSA keys, weak certificate signatures and keys without signature."""
    message = _("The JWK Set has a key that attackers can break or forge. Replace it.")
    fields = [field for field in KEY_SETS if WEAK_KEY_ISSUES & _key_issues(service, field)]
    return violation_if(fields, fields, message)


def _key_issues(service: DocumentFields, field: str) -> set[str]:
    keys = list_service_keys(Document.model_validate({field: service.get(field)}))
    return {str(issue) for key in keys for issue in key.info.issues}


def _has_code_grant(service: DocumentFields) -> bool:
    return "AUTHORIZATION_CODE" in _grant_types(service)


def _grant_types(service: DocumentFields) -> set[str]:
    return set(get_texts(service, "supportedGrantTypes"))


def _response_type_parts(service: DocumentFields) -> set[str]:
    """Split the response types into CODE, TOKEN and IDTOKEN."""
    return {
        part
        for response_type in get_texts(service, "supportedResponseTypes")
        for part in response_type.replace("ID_TOKEN", "IDTOKEN").split("_")
    }
