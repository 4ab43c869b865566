"""What settings of a service must be like together, and what is less safe than it
seems.

As for clients: each rule takes the members of a whole service and finds nothing, or the
settings to mend and what comes of them. A value that is not there, that is not known
here, or has an odd form breaks no rule. Sources: RFC 9700 (security practice), RFC 9126
(pushed requests), RFC 9207 (issuer in responses), FAPI 1.0 Part 2, FAPI 2.0.
"""

from collections.abc import Callable, Mapping

from tenants.authlete.documents.rule_violation import (
    DocumentFields,
    RuleViolation,
    get_text,
    get_texts,
)
from tenants.authlete.documents.validation_messages import _

ENDPOINT_BY_GRANT_TYPE: Mapping[str, str] = {  # without which nobody finds where to go
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
    """Grant types that nobody should use any more, and those that lack their other
    half (RFC 9700, sections 2.1.2 and 2.4)."""
    grants, responses = (
        _grant_types(service),
        get_texts(service, "supportedResponseTypes"),
    )
    found = []
    if "PASSWORD" in grants:
        message = _(
            "Apps take passwords themselves with the password grant. RFC 9700, section "
            "2.4, forbids it. Leave it out."
        )
        found.append(RuleViolation(("supportedGrantTypes",), message))
    if any("TOKEN" in _response_type_parts(one) for one in responses):
        message = _(
            "These response types hand out access tokens in the address of a page, "
            "where others may read them (RFC 9700, section 2.1.2). Keep to code."
        )
        found.append(RuleViolation(("supportedResponseTypes",), message))
    if not grants or not responses:
        return found
    code = any("CODE" in _response_type_parts(one) for one in responses)
    if code and "AUTHORIZATION_CODE" not in grants:
        message = _(
            "Clients may ask for a code and cannot use it. Add the grant type "
            "authorization code, or leave out the response types with code."
        )
        found.append(RuleViolation(GRANT_AND_RESPONSE_TYPES, message))
    if not code and "AUTHORIZATION_CODE" in grants:
        message = _(
            "Clients may use a code and cannot ask for one. Add a response type "
            "with code, or leave out the grant type."
        )
        found.append(RuleViolation(GRANT_AND_RESPONSE_TYPES, message))
    return found


def check_pkce(service: DocumentFields) -> list[RuleViolation]:
    """PKCE (RFC 9700, section 2.1.1; RFC 7636, section 4.2)."""
    if "AUTHORIZATION_CODE" not in _grant_types(service):
        return []
    required, strong = (service.get(name) is True for name in ("pkceRequired", "pkceS256Required"))
    if not required:
        message = _(
            "A code that is stolen on its way can be used, since PKCE is not asked of "
            "every client (RFC 9700, section 2.1.1). Require it."
        )
        return [RuleViolation(("pkceRequired",), message)]
    if not strong:
        message = _(
            "A challenge may be sent as it is, which whoever reads the request can "
            "answer. Require S256."
        )
        return [RuleViolation(("pkceS256Required", "pkceRequired"), message)]
    return []


def check_endpoints(service: DocumentFields) -> list[RuleViolation]:
    """What is offered is found by discovery (RFC 8414, section 2)."""
    grants = _grant_types(service)
    found = []
    needed = [name for grant, name in ENDPOINT_BY_GRANT_TYPE.items() if grant in grants]
    if grants - {"IMPLICIT"}:
        needed.append("tokenEndpoint")
    for name in dict.fromkeys(needed):
        if not get_text(service, name):
            message = _(
                "A grant type that is on needs this endpoint, and discovery names "
                "none. Enter it, or leave the grant type out."
            )
            found.append(RuleViolation((name, "supportedGrantTypes"), message))
    if service.get("parRequired") is True and not get_text(service, "pushedAuthReqEndpoint"):
        message = _(
            "Authorization requests must be pushed, and discovery names no endpoint to "
            "push them to (RFC 9126, section 5). Enter it."
        )
        found.append(RuleViolation(("pushedAuthReqEndpoint", "parRequired"), message))
    if grants and not get_text(service, "issuer"):
        message = _("Without an issuer, tokens and discovery do not say whose they are. Enter it.")
        found.append(RuleViolation(("issuer",), message))
    return found


def check_tokens(service: DocumentFields) -> list[RuleViolation]:
    """Tokens of clients that prove nothing, and grants that anybody could write (RFC
    9700, section 4.14.2; RFC 7523, section 3)."""
    grants = _grant_types(service)
    public = "NONE" in get_texts(service, "supportedTokenAuthMethods")
    found = []
    if "REFRESH_TOKEN" in grants and public and service.get("refreshTokenKept") is True:
        message = _(
            "A refresh token of a public client works again after use, so nobody "
            "notices a copy (RFC 9700, section 4.14.2). Let each be replaced."
        )
        found.append(RuleViolation(("refreshTokenKept", "supportedTokenAuthMethods"), message))
    unsigned = service.get("jwtGrantUnsignedJwtRejected") is not True
    if "JWT_BEARER" in grants and unsigned:
        message = _(
            "A JWT without a signature, which anybody can write, is taken as a grant. Refuse those."
        )
        found.append(RuleViolation(("jwtGrantUnsignedJwtRejected", "supportedGrantTypes"), message))
    return found


def check_fapi_modes(service: DocumentFields) -> list[RuleViolation]:
    """What the modes ask for that all requests are judged by (FAPI 1.0 Part 2, section
    5.2.2; FAPI 2.0, section 5.3.2)."""
    modes = get_texts(service, "fapiModes")
    second = any(one.startswith("FAPI2_") for one in modes)
    found = []
    weak = AUTH_METHODS_WITHOUT_KEY & set(get_texts(service, "supportedTokenAuthMethods"))
    if weak and (second or "FAPI1_ADVANCED" in modes):
        message = _(
            "In this FAPI mode a client proves who it is with a private key or mutual "
            "TLS; other token requests fail. Leave the other methods out."
        )
        found.append(RuleViolation(("supportedTokenAuthMethods", "fapiModes"), message))
    if not second:
        return found
    if service.get("parRequired") is not True:
        message = _("FAPI 2.0 takes pushed authorization requests alone. Require them.")
        found.append(RuleViolation(("parRequired", "fapiModes"), message))
    if service.get("issSuppressed") is True:
        message = _(
            "FAPI 2.0 has the issuer in authorization responses (RFC 9207). Do not leave it out."
        )
        found.append(RuleViolation(("issSuppressed", "fapiModes"), message))
    if set(get_texts(service, "supportedResponseTypes")) - {"CODE"}:
        message = _("FAPI 2.0 has no response type but code. Leave the others out.")
        found.append(RuleViolation(("supportedResponseTypes", "fapiModes"), message))
    return found


def _grant_types(service: DocumentFields) -> set[str]:
    return set(get_texts(service, "supportedGrantTypes"))


def _response_type_parts(response_type: str) -> set[str]:
    """CODE, TOKEN, IDTOKEN: what is handed out."""
    return set(response_type.replace("ID_TOKEN", "IDTOKEN").split("_"))


SERVICE_RULES: tuple[Callable[[DocumentFields], list[RuleViolation]], ...] = (
    check_grant_and_response_types,
    check_pkce,
    check_endpoints,
    check_tokens,
    check_fapi_modes,
)


def check_service(service: DocumentFields) -> list[RuleViolation]:
    """What all rules find."""
    return [one for rule in SERVICE_RULES for one in rule(service)]
