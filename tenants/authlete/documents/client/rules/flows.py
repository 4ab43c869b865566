"""What the client asks for, and how the answers look."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from tenants.authlete.documents.rule_violation import (
    DocumentFields,
    RuleViolation,
    get_text,
    get_texts,
)
from tenants.authlete.documents.validation_messages import _

ENCRYPTION_RESULT_CODES = {  # what may be, and the code that refuses content encryption alone
    "idToken": "A032211",
    "userInfo": "A032212",
    "request": "A032213",
    "authorization": "A032214",
}


def check_redirect_uris(client: DocumentFields) -> list[RuleViolation]:
    """Who is sent back to the client has somewhere to go (RFC 7591, section 2.1)."""
    sent = {"AUTHORIZATION_CODE", "IMPLICIT"}.intersection(get_texts(client, "grantTypes"))
    if not sent or get_texts(client, "redirectUris"):
        return []
    return [
        RuleViolation(
            ("redirectUris", "grantTypes"),
            _(
                "These grant types send users back to the client, and there is no "
                "redirect URI to send them to: every request fails. Enter one."
            ),
        )
    ]


def check_code_flow(client: DocumentFields) -> list[RuleViolation]:
    """Codes are asked for and used, or neither (RFC 7591, section 2.1)."""
    used = "AUTHORIZATION_CODE" in get_texts(client, "grantTypes")
    asked = "CODE" in _response_type_parts(client)
    if used and not asked:
        message = _(
            "The client may use codes but not ask for one. Add a response type "
            "with code, or leave out the grant type."
        )
    elif asked and not used:
        message = _(
            "The client may ask for a code but not use it. Add the grant type "
            "authorization code, or leave out response types with code."
        )
    else:
        return []
    return [RuleViolation(("responseTypes", "grantTypes"), message)]


def check_implicit_flow(client: DocumentFields) -> list[RuleViolation]:
    """The same of tokens from the authorization endpoint; ID tokens are some, too."""
    used = "IMPLICIT" in get_texts(client, "grantTypes")
    asked = "TOKEN" in _response_type_parts(client)
    if used and not asked:
        message = _(
            "The client may use the implicit grant but not ask for a token or "
            "ID token. Better leave out the grant type than add a response "
            "type (RFC 9700, section 2.1.2)."
        )
    elif asked and not used:
        message = _(
            "The client may ask for tokens from the authorization endpoint "
            "without the implicit grant. Leave out those response types, or "
            "add the grant type."
        )
    else:
        return []
    return [RuleViolation(("responseTypes", "grantTypes"), message)]


def _response_type_parts(client: DocumentFields) -> set[str]:
    """The parts of the response types; those of an ID token are ID and TOKEN."""
    return {part for one in get_texts(client, "responseTypes") for part in one.split("_")}


def check_signed_responses(client: DocumentFields) -> list[RuleViolation]:
    """An answer that is a JWT needs a signature (JARM, section 3)."""
    modes = get_texts(client, "responseModes")
    # Beside plain modes it is a choice that the application may never make, and where
    # none are named Authlete lists them all.
    signed = modes and all("JWT" in mode.split("_") for mode in modes)
    if signed and not get_text(client, "authorizationSignAlg"):
        return [
            RuleViolation(
                ("authorizationSignAlg", "responseModes"),
                _(
                    "Response modes with JWT fail until it is chosen how answers are "
                    "signed. Choose a response signature."
                ),
            )
        ]
    return []


def check_encryption(client: DocumentFields) -> list[RuleViolation]:
    """Content is encrypted only beside a key encryption (A032211 to A032214)."""
    return [
        RuleViolation(
            (f"{what}EncryptionAlg", f"{what}EncryptionEnc"),
            _(
                "There is a content encryption without a key encryption, which "
                "Authlete refuses. Choose how the key is encrypted, too, or leave both "
                "out."
            ),
            code,
        )
        for what, code in ENCRYPTION_RESULT_CODES.items()
        if get_text(client, f"{what}EncryptionEnc") and not get_text(client, f"{what}EncryptionAlg")
    ]


def check_pairwise_subject(client: DocumentFields) -> list[RuleViolation]:
    """Pairwise identifiers are made with one host (OIDC Core, section 8.1; A032221)."""
    if get_text(client, "subjectType") != "PAIRWISE" or get_text(client, "sectorIdentifierUri"):
        return []
    uris = get_texts(client, "redirectUris")
    if not uris and get_text(client, "bcDeliveryMode"):
        return []  # CIBA Core, section 4, finds the host elsewhere
    hosts = {_hostname(uri) for uri in uris}
    if len(hosts) == 1 and "" not in hosts:
        return []
    return [
        RuleViolation(
            ("sectorIdentifierUri", "subjectType", "redirectUris"),
            _(
                "Pairwise identifiers are made with the one host that all redirect "
                "URIs share, and these have none or several. Authlete refuses that. "
                "Enter a sector identifier address that lists them."
            ),
            "A032221",
        )
    ]


def check_ciba_delivery(client: DocumentFields) -> list[RuleViolation]:
    """The client learns somehow that its user agreed (CIBA Core, section 4)."""
    mode = get_text(client, "bcDeliveryMode")
    if mode in ("PING", "PUSH") and not get_text(client, "bcNotificationEndpoint"):
        return [
            RuleViolation(
                ("bcNotificationEndpoint", "bcDeliveryMode"),
                _(
                    "With ping and push, your server tells the client that the user "
                    "has agreed, and Authlete refuses the client without an address "
                    "for that. Enter it, or choose poll."
                ),
                "A032215",
            )
        ]
    if not mode and "CIBA" in get_texts(client, "grantTypes"):  # A169301
        return [
            RuleViolation(
                ("bcDeliveryMode", "grantTypes"),
                _(
                    "The client may use CIBA but has no delivery mode, so that its "
                    "requests fail. Choose one."
                ),
            )
        ]
    return []


def check_requestable_scopes(client: DocumentFields) -> list[RuleViolation]:
    """A list of scopes counts only while the limit is on."""
    extension = client.get("extension")
    if not isinstance(extension, Mapping):
        return []
    limited = extension.get("requestableScopesEnabled") is True
    if get_texts(extension, "requestableScopes") and not limited:
        return [
            RuleViolation(
                ("extension",),
                _(
                    "The scopes are listed but the limit is off, so that the client "
                    "may ask for any scope of the service. Turn the limit on, or empty "
                    "the list."
                ),
            )
        ]
    return []


def _hostname(uri: str) -> str:
    try:
        return urlsplit(uri).hostname or ""
    except ValueError:
        return ""
