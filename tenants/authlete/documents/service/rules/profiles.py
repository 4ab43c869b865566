"""Rules for services that follow a profile: FAPI 1.0, FAPI 2.0, FAPI-CIBA and HAIP."""

from tenants.authlete.documents.base import DocumentFields, RuleViolation, get_texts
from tenants.authlete.documents.rules import SERVICE_RULES, Severity, violation_if
from tenants.authlete.messages import gettext_noop as _

AUTH_METHODS_WITHOUT_KEY = frozenset(
    {"NONE", "CLIENT_SECRET_BASIC", "CLIENT_SECRET_POST", "CLIENT_SECRET_JWT"}
)
WALLET_ATTESTATION_METHOD = "ATTEST_JWT_CLIENT_AUTH"
MAX_PAR_SECONDS = 600  # FAPI 2.0 requires less


def _is_advanced(service: DocumentFields) -> bool:
    return "FAPI1_ADVANCED" in get_texts(service, "fapiModes")


def _is_fapi2(service: DocumentFields) -> bool:
    return any(mode.startswith("FAPI2_") for mode in get_texts(service, "fapiModes"))


def _is_fapi_ciba(service: DocumentFields) -> bool:
    return bool(get_texts(service, "fapiModes")) and "CIBA" in get_texts(
        service, "supportedGrantTypes"
    )


def _issues_credentials(service: DocumentFields) -> bool:
    has_code = "AUTHORIZATION_CODE" in get_texts(service, "supportedGrantTypes")
    return service.get("verifiableCredentialsEnabled") is True and has_code


@SERVICE_RULES.rule(
    "fapi1.authentication-methods",
    Severity.MEDIUM,
    "FAPI 1.0 Part 2, section 5.2.2; FAPI 2.0, section 5.3.2.1",
    _("Client authentication too weak for FAPI"),
)
def check_authentication_methods(service: DocumentFields) -> list[RuleViolation]:
    """Allow only private key JWT and mutual TLS in FAPI 1.0 Advanced and FAPI 2.0."""
    weak = AUTH_METHODS_WITHOUT_KEY & set(get_texts(service, "supportedTokenAuthMethods"))
    message = _(
        "Token requests with other methods fail: this FAPI mode requires private key JWT or "
        "mutual TLS. Remove the other methods."
    )
    applies = _is_fapi2(service) or _is_advanced(service)
    return violation_if(applies and weak, ["supportedTokenAuthMethods", "fapiModes"], message)


@SERVICE_RULES.rule(
    "fapi1.request-objects",
    Severity.MEDIUM,
    "FAPI 1.0 Part 2, section 5.2.2",
    _("Request objects not required"),
    fix={"requestObjectRequired": True},
)
def check_request_objects(service: DocumentFields) -> list[RuleViolation]:
    """Require signed request objects in FAPI 1.0 Advanced."""
    is_optional = service.get("requestObjectRequired") is not True
    message = _("FAPI 1.0 Advanced requires request objects. Require them.")
    return violation_if(
        _is_advanced(service) and is_optional, ["requestObjectRequired", "fapiModes"], message
    )


@SERVICE_RULES.rule(
    "fapi1.nbf",
    Severity.MEDIUM,
    "FAPI 1.0 Part 2, section 5.2.2",
    _("Request objects without nbf accepted"),
    fix={"nbfOptional": False},
)
def check_nbf(service: DocumentFields) -> list[RuleViolation]:
    """Require nbf in request objects in FAPI 1.0 Advanced."""
    is_optional = service.get("nbfOptional") is True
    message = _("FAPI 1.0 Advanced requires nbf in request objects. Stop making it optional.")
    return violation_if(
        _is_advanced(service) and is_optional, ["nbfOptional", "fapiModes"], message
    )


@SERVICE_RULES.rule(
    "fapi2.par",
    Severity.MEDIUM,
    "FAPI 2.0 Security Profile, section 5.3.2.2",
    _("Pushed authorization requests not required"),
    fix={"parRequired": True},
)
def check_par(service: DocumentFields) -> list[RuleViolation]:
    """Require pushed authorization requests in FAPI 2.0."""
    is_optional = service.get("parRequired") is not True
    message = _("FAPI 2.0 requires pushed authorization requests. Require them.")
    return violation_if(_is_fapi2(service) and is_optional, ["parRequired", "fapiModes"], message)


@SERVICE_RULES.rule(
    "fapi2.par-lifetime",
    Severity.MEDIUM,
    "FAPI 2.0 Security Profile, section 5.3.2.2",
    _("Pushed authorization requests valid too long"),
    fix={"pushedAuthReqDuration": 90},
)
def check_par_lifetime(service: DocumentFields) -> list[RuleViolation]:
    """Limit pushed authorization requests to less than 600 seconds in FAPI 2.0."""
    seconds = service.get("pushedAuthReqDuration")
    is_long = isinstance(seconds, int) and seconds >= MAX_PAR_SECONDS
    message = _(
        "FAPI 2.0 requires pushed authorization requests to expire in less than 600 seconds. "
        "Shorten the duration."
    )
    return violation_if(
        _is_fapi2(service) and is_long, ["pushedAuthReqDuration", "fapiModes"], message
    )


@SERVICE_RULES.rule(
    "fapi2.iss",
    Severity.MEDIUM,
    "FAPI 2.0 Security Profile, section 5.3.2.2; RFC 9207",
    _("Authorization responses without iss"),
    fix={"issSuppressed": False},
)
def check_iss(service: DocumentFields) -> list[RuleViolation]:
    """Require iss in authorization responses in FAPI 2.0."""
    is_omitted = service.get("issSuppressed") is True
    message = _("FAPI 2.0 requires iss in authorization responses (RFC 9207). Stop omitting it.")
    return violation_if(_is_fapi2(service) and is_omitted, ["issSuppressed", "fapiModes"], message)


@SERVICE_RULES.rule(
    "fapi2.supported-response-types",
    Severity.MEDIUM,
    "FAPI 2.0 Security Profile, section 5.3.2.2",
    _("Response type other than code in FAPI 2.0"),
    fix={"supportedResponseTypes": ["CODE"]},
)
def check_response_types(service: DocumentFields) -> list[RuleViolation]:
    """Allow only the response type code in FAPI 2.0."""
    others = set(get_texts(service, "supportedResponseTypes")) - {"CODE"}
    message = _("FAPI 2.0 allows only the response type code. Remove the others.")
    return violation_if(
        _is_fapi2(service) and others, ["supportedResponseTypes", "fapiModes"], message
    )


@SERVICE_RULES.rule(
    "fapi2.assertion-audience",
    Severity.MEDIUM,
    "FAPI 2.0 Security Profile, section 5.3.2.1",
    _("Client assertions for other audiences accepted"),
    fix={"clientAssertionAudRestrictedToIssuer": True},
)
def check_assertion_audience(service: DocumentFields) -> list[RuleViolation]:
    """Accept only the issuer as the audience of client assertions in FAPI 2.0."""
    is_open = service.get("clientAssertionAudRestrictedToIssuer") is not True
    uses_assertions = "PRIVATE_KEY_JWT" in get_texts(service, "supportedTokenAuthMethods")
    message = _(
        "FAPI 2.0 accepts only the issuer as the audience of client assertions. Turn on the "
        "restriction."
    )
    return violation_if(
        _is_fapi2(service) and uses_assertions and is_open,
        ["clientAssertionAudRestrictedToIssuer", "fapiModes"],
        message,
    )


@SERVICE_RULES.rule(
    "ciba.binding-message",
    Severity.MEDIUM,
    "FAPI-CIBA, section 5.2.2",
    _("CIBA requests without binding message accepted"),
    fix={"backchannelBindingMessageRequiredInFapi": True},
)
def check_binding_message(service: DocumentFields) -> list[RuleViolation]:
    """Require a binding message for CIBA in FAPI modes."""
    is_optional = service.get("backchannelBindingMessageRequiredInFapi") is not True
    message = _(
        "FAPI-CIBA requires a binding message, so that users can recognize the request they "
        "approve. Require it."
    )
    return violation_if(
        _is_fapi_ciba(service) and is_optional,
        ["backchannelBindingMessageRequiredInFapi", "fapiModes"],
        message,
    )


@SERVICE_RULES.rule(
    "ciba.push", Severity.MEDIUM, "FAPI-CIBA, section 5.2.2", _("CIBA push in a FAPI mode")
)
def check_push_delivery(service: DocumentFields) -> list[RuleViolation]:
    """Forbid push delivery of tokens in FAPI modes."""
    field = "supportedBackchannelTokenDeliveryModes"
    message = _("FAPI-CIBA forbids push delivery. Remove it.")
    is_push = "PUSH" in get_texts(service, field)
    return violation_if(_is_fapi_ciba(service) and is_push, [field, "fapiModes"], message)


@SERVICE_RULES.rule(
    "haip.par",
    Severity.LOW,
    "HAIP 1.0, section 4",
    _("Wallets may skip pushed authorization requests"),
    fix={"parRequired": True},
)
def check_wallet_par(service: DocumentFields) -> list[RuleViolation]:
    """Require pushed authorization requests where credentials are issued."""
    is_optional = service.get("parRequired") is not True and not _is_fapi2(service)
    message = _(
        "The High Assurance Interoperability Profile requires pushed authorization requests. "
        "Require them."
    )
    return violation_if(
        _issues_credentials(service) and is_optional,
        ["parRequired", "verifiableCredentialsEnabled"],
        message,
    )


@SERVICE_RULES.rule(
    "haip.wallet-attestation",
    Severity.LOW,
    "HAIP 1.0, section 4",
    _("Wallet attestation not supported"),
)
def check_wallet_attestation(service: DocumentFields) -> list[RuleViolation]:
    """Require wallet attestation where credentials are issued."""
    methods = get_texts(service, "supportedTokenAuthMethods")
    message = _(
        "The High Assurance Interoperability Profile authenticates wallets by attestation. Add "
        "the authentication method."
    )
    return violation_if(
        _issues_credentials(service) and methods and WALLET_ATTESTATION_METHOD not in methods,
        ["supportedTokenAuthMethods", "verifiableCredentialsEnabled"],
        message,
    )
