"""Rules about a client's redirect URIs, flows and keys: RFC 9700, FAPI-CIBA, key hygiene."""

from urllib.parse import urlsplit

from tenants.authlete.documents.base import (
    Document,
    DocumentFields,
    RuleViolation,
    get_text,
    get_texts,
)
from tenants.authlete.documents.jwks.analysis import KeyIssue
from tenants.authlete.documents.jwks.inventory import list_client_keys
from tenants.authlete.documents.rules import CLIENT_RULES, WEAK_KEY_ISSUES, Severity, violation_if
from tenants.authlete.messages import gettext_noop as _

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "::1", "localhost"})


@CLIENT_RULES.rule(
    "rfc9700.http-redirect", Severity.HIGH, "RFC 9700, section 2.6", _("Redirect URI without TLS")
)
def check_http_redirects(client: DocumentFields) -> list[RuleViolation]:
    """Forbid http in redirect URIs, except to the loopback interface."""
    is_exposed = any(map(_is_unencrypted, get_texts(client, "redirectUris")))
    message = _(
        "Authorization codes sent to an http redirect URI can be read on the network (RFC 9700, "
        "section 2.6). Use https."
    )
    return violation_if(is_exposed, ["redirectUris"], message)


def _is_unencrypted(uri: str) -> bool:
    try:
        parts = urlsplit(uri)
        return parts.scheme.lower() == "http" and parts.hostname not in LOOPBACK_HOSTS
    except ValueError:
        return False


@CLIENT_RULES.rule(
    "rfc9700.implicit-client",
    Severity.MEDIUM,
    "RFC 9700, section 2.1.2",
    _("Access tokens in URLs"),
)
def check_token_responses(client: DocumentFields) -> list[RuleViolation]:
    """Advise against response types with access tokens."""
    responses = get_texts(client, "responseTypes")
    exposes = any(
        "TOKEN" in response_type.replace("ID_TOKEN", "").split("_") for response_type in responses
    )
    message = _(
        "Response types with token expose access tokens in URLs (RFC 9700, section "
        "2.1.2). Use code instead."
    )
    return violation_if(exposes, ["responseTypes"], message)


@CLIENT_RULES.rule(
    "rfc9700.password-client", Severity.HIGH, "RFC 9700, section 2.4", _("Password grant")
)
def check_password_grant(client: DocumentFields) -> list[RuleViolation]:
    """Forbid the password grant."""
    message = _(
        "RFC 9700, section 2.4, forbids the password grant: apps handle users' "
        "passwords. Remove it."
    )
    return violation_if("PASSWORD" in get_texts(client, "grantTypes"), ["grantTypes"], message)


@CLIENT_RULES.rule(
    "ciba.push-client",
    Severity.MEDIUM,
    "FAPI-CIBA, section 5.2.2",
    _("CIBA push in a FAPI mode"),
    fix={"bcDeliveryMode": "POLL"},
)
def check_push_delivery(client: DocumentFields) -> list[RuleViolation]:
    """Forbid push delivery of tokens in FAPI modes."""
    is_push = get_text(client, "bcDeliveryMode") == "PUSH" and get_texts(client, "fapiModes")
    message = _("FAPI-CIBA forbids push delivery. Choose poll or ping.")
    return violation_if(is_push, ["bcDeliveryMode", "fapiModes"], message)


@CLIENT_RULES.rule(
    "keys.weak-client-key", Severity.HIGH, "RFC 7518, section 3.3", _("Weak key in the JWK Set")
)
def check_weak_keys(client: DocumentFields) -> list[RuleViolation]:
    """Forbid short RSA keys, weak certificate signatures and keys without signature."""
    message = _("The JWK Set has a key that attackers can break or forge. Replace it.")
    return violation_if(WEAK_KEY_ISSUES & _key_issues(client), ["jwks"], message)


@CLIENT_RULES.rule(
    "keys.private-client-key",
    Severity.HIGH,
    "RFC 7517, section 9.2",
    _("Private key in a public JWK Set"),
)
def check_private_keys(client: DocumentFields) -> list[RuleViolation]:
    """Forbid private keys in the client's public JWK Set."""
    message = _(
        "The public JWK Set contains a private key. Replace the key pair, and add only the "
        "public key."
    )
    is_exposed = KeyIssue.PRIVATE_IN_PUBLIC_SET in _key_issues(client)
    return violation_if(is_exposed, ["jwks"], message)


def _key_issues(client: DocumentFields) -> set[KeyIssue]:
    if not client.get("jwks"):  # most clients; all are checked at each sync
        return set()
    keys = list_client_keys(Document.model_validate({"jwks": client["jwks"]}))
    return {issue for key in keys for issue in key.info.issues}
