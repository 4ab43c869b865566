"""Rules about a client's grant types, responses, subject type, CIBA and scopes."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from tenants.authlete.documents.base import DocumentFields, RuleViolation, get_text, get_texts
from tenants.authlete.documents.rules import CLIENT_RULES, Severity
from tenants.authlete.messages import gettext_noop as _

ENCRYPTION_RESULT_CODES = {  # field prefix: Authlete's code for enc without alg
    "idToken": "A032211",
    "userInfo": "A032212",
    "request": "A032213",
    "authorization": "A032214",
}


@CLIENT_RULES.rule(
    "settings.redirect-uris", Severity.LOW, "RFC 7591, section 2.1", _("No redirect URI")
)
def check_redirect_uris(client: DocumentFields) -> list[RuleViolation]:
    """Require a redirect URI for redirecting grant types (RFC 7591, section 2.1)."""
    redirecting = {"AUTHORIZATION_CODE", "IMPLICIT"}
    if redirecting.isdisjoint(get_texts(client, "grantTypes")) or get_texts(client, "redirectUris"):
        return []
    message = _("Authorization requests fail because the client has no redirect URI. Add one.")
    return [RuleViolation(("redirectUris", "grantTypes"), message)]


@CLIENT_RULES.rule(
    "settings.code-flow", Severity.LOW, "RFC 7591, section 2.1", _("Authorization code incomplete")
)
def check_code_flow(client: DocumentFields) -> list[RuleViolation]:
    """Require the code grant and a code response type together (RFC 7591, 2.1)."""
    has_grant = "AUTHORIZATION_CODE" in get_texts(client, "grantTypes")
    has_response = "CODE" in _response_type_parts(client)
    if has_grant == has_response:
        return []
    message = (
        _(
            "The client can use authorization codes but not request one. Add a "
            "response type with code, or remove the grant type."
        )
        if has_grant
        else _(
            "The client can request authorization codes but not use them. Add the "
            "grant type Authorization code, or remove response types with code."
        )
    )
    return [RuleViolation(("responseTypes", "grantTypes"), message)]


@CLIENT_RULES.rule(
    "settings.implicit-flow", Severity.LOW, "RFC 7591, section 2.1", _("Implicit grant incomplete")
)
def check_implicit_flow(client: DocumentFields) -> list[RuleViolation]:
    """Require the implicit grant and a token response type together.

    ID tokens from the authorization endpoint count as well.
    """
    has_grant = "IMPLICIT" in get_texts(client, "grantTypes")
    has_response = "TOKEN" in _response_type_parts(client)
    if has_grant == has_response:
        return []
    message = (
        _(
            "No response type uses the implicit grant. Remove the grant type, which "
            "RFC 9700, section 2.1.2, advises against."
        )
        if has_grant
        else _(
            "Response types with token or id_token need the implicit grant. Remove "
            "them, or add the grant type."
        )
    )
    return [RuleViolation(("responseTypes", "grantTypes"), message)]


def _response_type_parts(client: DocumentFields) -> set[str]:
    """Return the parts of the response types; those of ID_TOKEN are ID and TOKEN."""
    return {
        part
        for response_type in get_texts(client, "responseTypes")
        for part in response_type.split("_")
    }


@CLIENT_RULES.rule(
    "settings.signed-responses",
    Severity.LOW,
    "JARM, section 3",
    _("Signed responses without algorithm"),
)
def check_signed_responses(client: DocumentFields) -> list[RuleViolation]:
    """Require a signature algorithm if all response modes are JWTs (JARM, section 3).

    Beside plain modes a JWT mode may never be used, and Authlete's default is all
    modes, so neither is a violation.
    """
    modes = get_texts(client, "responseModes")
    only_jwt = modes and all("JWT" in mode.split("_") for mode in modes)
    if not only_jwt or get_text(client, "authorizationSignAlg"):
        return []
    message = _(
        "JWT response modes fail without a signature algorithm. Set the authorization "
        "response signature algorithm."
    )
    return [RuleViolation(("authorizationSignAlg", "responseModes"), message)]


@CLIENT_RULES.rule(
    "settings.encryption",
    Severity.LOW,
    "OpenID Connect Registration, section 2",
    _("Content encryption without algorithm"),
)
def check_encryption(client: DocumentFields) -> list[RuleViolation]:
    """Require alg wherever enc is set (A032211 to A032214)."""
    message = _(
        "Authlete rejects content encryption without an encryption algorithm. Set both or neither."
    )
    return [
        RuleViolation((f"{prefix}EncryptionAlg", f"{prefix}EncryptionEnc"), message, code)
        for prefix, code in ENCRYPTION_RESULT_CODES.items()
        if get_text(client, f"{prefix}EncryptionEnc")
        and not get_text(client, f"{prefix}EncryptionAlg")
    ]


@CLIENT_RULES.rule(
    "settings.sector",
    Severity.LOW,
    "OpenID Connect Core, section 8.1",
    _("Pairwise subject without one host"),
)
def check_pairwise_subject(client: DocumentFields) -> list[RuleViolation]:
    """Require one sector host (OpenID Connect Core, section 8.1; A032221)."""
    if get_text(client, "subjectType") != "PAIRWISE" or get_text(client, "sectorIdentifierUri"):
        return []
    uris = get_texts(client, "redirectUris")
    if not uris and get_text(client, "bcDeliveryMode"):
        return []  # CIBA Core, section 4, derives the host from other URIs
    hosts = {_hostname(uri) for uri in uris}
    if len(hosts) == 1 and "" not in hosts:
        return []
    message = _(
        "Authlete rejects pairwise subject type unless all redirect URIs have the same "
        "host. Set a sector identifier URI that lists them."
    )
    fields = ("sectorIdentifierUri", "subjectType", "redirectUris")
    return [RuleViolation(fields, message, "A032221")]


@CLIENT_RULES.rule(
    "ciba.delivery", Severity.LOW, "CIBA Core, section 4", _("CIBA delivery incomplete")
)
def check_ciba_delivery(client: DocumentFields) -> list[RuleViolation]:
    """Require a delivery mode and its notification endpoint (CIBA Core, section 4)."""
    mode = get_text(client, "bcDeliveryMode")
    if mode in ("PING", "PUSH") and not get_text(client, "bcNotificationEndpoint"):
        message = _(
            "Authlete rejects ping and push without a client notification endpoint. "
            "Enter it, or use poll."
        )
        fields = ("bcNotificationEndpoint", "bcDeliveryMode")
        return [RuleViolation(fields, message, "A032215")]
    if not mode and "CIBA" in get_texts(client, "grantTypes"):  # A169301
        message = _("CIBA requests fail without a token delivery mode. Choose one.")
        return [RuleViolation(("bcDeliveryMode", "grantTypes"), message)]
    return []


@CLIENT_RULES.rule(
    "settings.requestable-scopes",
    Severity.MEDIUM,
    "RFC 9700, section 2.3",
    _("Requestable scopes not enforced"),
)
def check_requestable_scopes(client: DocumentFields) -> list[RuleViolation]:
    """Report requestable scopes that have no effect because the limit is off."""
    extension = client.get("extension")
    if (
        not isinstance(extension, Mapping)
        or not get_texts(extension, "requestableScopes")
        or extension.get("requestableScopesEnabled") is True
    ):
        return []
    message = _(
        "Requestable scopes have no effect: the client can request any scope of the "
        "service. Turn on the limit, or clear the list."
    )
    return [RuleViolation(("extension",), message)]


def _hostname(uri: str) -> str:
    try:
        return urlsplit(uri).hostname or ""
    except ValueError:
        return ""
