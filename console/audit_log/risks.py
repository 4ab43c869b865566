"""Rules for entries that need attention: weaker security, revealed or deleted data."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tenants.audit.models import AuditEntry
from tenants.authlete.changes import FieldChange
from tenants.authlete.outcome import Outcome
from tenants.organizations.roles import Role

type RiskTest = Callable[[FieldChange], bool]

NO_EFFECT_OUTCOMES = (Outcome.REJECTED, Outcome.NOT_SENT, Outcome.FAILED)
LIFETIME_FACTOR = 2  # times as long as before
LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")
WEAK_SIGNATURES = ("NONE", "HS256", "HS384", "HS512")
SECRET_AUTH_METHODS = ("CLIENT_SECRET_BASIC", "CLIENT_SECRET_POST", "CLIENT_SECRET_JWT")
INSECURE_GRANT_TYPES = ("PASSWORD", "IMPLICIT")
FRONT_CHANNEL_RESPONSE_TYPES = ("TOKEN", "ID_TOKEN_TOKEN", "CODE_TOKEN", "CODE_ID_TOKEN_TOKEN")


def _turned_off(change: FieldChange) -> bool:
    return change.before is True and not change.after


def _turned_on(change: FieldChange) -> bool:
    return change.after is True and not change.before


def _grew_much(change: FieldChange) -> bool:
    before, after = change.before, change.after
    return (
        isinstance(before, int) and isinstance(after, int) and after >= LIFETIME_FACTOR * before > 0
    )


def _weakened_signature(change: FieldChange) -> bool:
    return change.after in WEAK_SIGNATURES and change.before not in WEAK_SIGNATURES


def _adds(*values: str) -> RiskTest:
    return lambda change: any(value in values for value in _added_values(change))


def _removes_any(change: FieldChange) -> bool:
    return isinstance(change.before, list) and bool(change.removed)


def _adds_plain_http(change: FieldChange) -> bool:
    return any(
        isinstance(value, str)
        and value.lower().startswith("http:")
        and not value.lower().removeprefix("http://").startswith(LOCAL_HOSTS)
        for value in _added_values(change)
    )


def _adds_wildcard(change: FieldChange) -> bool:
    return any("*" in str(value) for value in _added_values(change))


def _added_values(change: FieldChange) -> Iterable[Any]:
    return change.added if isinstance(change.after, list) else ()


PKCE_TEXT = _("Without PKCE, an intercepted authorization code can be used.")
UNBOUND_TOKEN_TEXT = _("Tokens are no longer sender-constrained. Stolen tokens can be used.")
UNPROTECTED_REQUEST_TEXT = _("Authorization requests can be tampered with.")
LONGER_LIFETIME_TEXT = _("The lifetime is at least doubled, also for stolen tokens.")
WEAK_SIGNATURE_TEXT = _("Unsigned, or signed with a shared secret.")
INSECURE_FLOW_TEXT = _("Exposes passwords or tokens in transit.")
UNSIGNED_JWT_TEXT = _("Unsigned tokens are accepted.")
NO_CLIENT_AUTH_TEXT = _("The client no longer authenticates.")
UNAUTHENTICATED_CLIENTS_TEXT = _("Unauthenticated clients are allowed.")

CHANGE_RULES: Mapping[str, tuple[tuple[RiskTest, str | Promise], ...]] = {
    **dict.fromkeys(("pkceRequired", "pkceS256Required"), ((_turned_off, PKCE_TEXT),)),
    **dict.fromkeys(
        ("tlsClientCertificateBoundAccessTokens", "dpopRequired"),
        ((_turned_off, UNBOUND_TOKEN_TEXT),),
    ),
    **dict.fromkeys(
        ("parRequired", "requestObjectRequired", "requestObjectAudienceChecked"),
        ((_turned_off, UNPROTECTED_REQUEST_TEXT),),
    ),
    "traditionalRequestObjectProcessingApplied": ((_turned_on, UNPROTECTED_REQUEST_TEXT),),
    **dict.fromkeys(
        ("frontChannelRequestObjectEncryptionRequired", "credentialResponseEncryptionRequired"),
        ((_turned_off, _("Encryption is no longer required.")),),
    ),
    "issSuppressed": (
        (_turned_on, _("Clients can't verify which server responded (mix-up attacks).")),
    ),
    "dpopNonceRequired": ((_turned_off, _("DPoP proofs can be created in advance.")),),
    "mutualTlsValidatePkiCertChain": (
        (_turned_off, _("Client certificates from any issuer are accepted.")),
    ),
    "cimdAllowlistEnabled": ((_turned_off, _("Unlisted clients are accepted.")),),
    **dict.fromkeys(
        ("fapiModes", "supportedServiceProfiles"),
        ((_removes_any, _("FAPI rules are no longer enforced.")),),
    ),
    **dict.fromkeys(
        (
            "accessTokenDuration",
            "refreshTokenDuration",
            "idTokenDuration",
            "authorizationResponseDuration",
            "backchannelAuthReqIdDuration",
            "deviceFlowCodeDuration",
            "pushedAuthReqDuration",
        ),
        ((_grew_much, LONGER_LIFETIME_TEXT),),
    ),
    **dict.fromkeys(
        (
            "accessTokenSignAlg",
            "idTokenSignAlg",
            "userInfoSignAlg",
            "authorizationSignAlg",
            "requestSignAlg",
            "bcRequestSignAlg",
        ),
        ((_weakened_signature, WEAK_SIGNATURE_TEXT),),
    ),
    **dict.fromkeys(
        ("grantTypes", "supportedGrantTypes"), ((_adds(*INSECURE_GRANT_TYPES), INSECURE_FLOW_TEXT),)
    ),
    **dict.fromkeys(
        ("responseTypes", "supportedResponseTypes"),
        ((_adds(*FRONT_CHANNEL_RESPONSE_TYPES), INSECURE_FLOW_TEXT),),
    ),
    **dict.fromkeys(
        ("tokenExchangeUnsignedJwtRejected", "jwtGrantUnsignedJwtRejected"),
        ((_turned_off, UNSIGNED_JWT_TEXT),),
    ),
    **dict.fromkeys(
        (
            "tokenExchangeByIdentifiableClientsOnly",
            "tokenExchangeByConfidentialClientsOnly",
            "tokenExchangeByPermittedClientsOnly",
            "jwtGrantByIdentifiableClientsOnly",
        ),
        ((_turned_off, UNAUTHENTICATED_CLIENTS_TEXT),),
    ),
    **dict.fromkeys(
        ("missingClientIdAllowed", "preAuthorizedGrantAnonymousAccessSupported"),
        ((_turned_on, UNAUTHENTICATED_CLIENTS_TEXT),),
    ),
    "redirectUris": (
        (_adds_plain_http, _("Codes and tokens are sent to a non-HTTPS URL.")),
        (_adds_wildcard, _("A wildcard allows many redirect targets.")),
    ),
    "tokenAuthMethod": (
        (
            lambda change: change.after in ("NONE", None) and bool(change.before),
            NO_CLIENT_AUTH_TEXT,
        ),
        (
            lambda change: (
                change.after in SECRET_AUTH_METHODS
                and change.before not in (*SECRET_AUTH_METHODS, "NONE", None)
            ),
            _("A shared secret replaces key-based authentication."),
        ),
    ),
    "clientType": (
        (
            lambda change: change.before == "CONFIDENTIAL" and change.after == "PUBLIC",
            NO_CLIENT_AUTH_TEXT,
        ),
    ),
    **dict.fromkeys(
        (
            "supportedTokenAuthMethods",
            "supportedRevocationAuthMethods",
            "supportedIntrospectionAuthMethods",
        ),
        ((_adds("NONE"), UNAUTHENTICATED_CLIENTS_TEXT),),
    ),
    "cimdHttpPermitted": ((_turned_on, _("Client metadata is fetched without HTTPS.")),),
    "clientAssertionAudRestrictedToIssuer": (
        (_turned_off, _("Client assertions for other servers are accepted.")),
    ),
    "refreshTokenKept": ((_turned_on, _("Refresh tokens can be reused, also by an attacker.")),),
    "dynamicRegistrationSupported": ((_turned_on, _("Clients can register themselves.")),),
    "locked": ((_turned_off, _("The locked client can get tokens again.")),),
    "extension.requestableScopes": (
        (
            lambda change: change.after is None and change.before is not None,
            _("The client may request any scope of the service."),
        ),
    ),
    "subjects": ((_turned_on, _("The receiver gets subjects in plain text.")),),
    "link": ((lambda change: change.after == "shown", _("An administrator saw a person's link.")),),
    "role": ((lambda change: change.after == Role.ADMIN, _("Grants full permissions.")),),
}
EVENT_RISKS: Mapping[str, str | Promise] = {
    "client.reveal_secret": _("A secret was revealed."),
    "service.reveal_unknown": _("A hidden value was revealed."),
    "client.reveal_unknown": _("A hidden value was revealed."),
    "secret.show": _("A secret was revealed."),
    "subject.reveal": _("A subject was revealed."),
    "subject.export": _("A person's data was exported."),
    "password.link": _("The link lets its holder set this person's password."),
    "second_factor.remove": _("Sign-in needs only a password until 2FA is set up again."),
    "account.reopen": _("A blocked account can sign in again."),
    "token.create": _("A valid token was issued."),
    "token_batch.create": _("Many tokens were issued at once."),
    "subject.revoke_all": _("All access of a person was to be revoked."),
    "idp.remove_service": _("Can't be undone. Its clients and tokens are lost too."),
    "client.delete": _("Can't be undone. Its tokens are lost too."),
    "key.delete": _("Can't be undone. Signing and decryption with this key fail."),
}
BULK_REVOCATION_TEXT = _("All tokens of a client or person were revoked at once.")


def change_risk(change: FieldChange) -> str:
    """Return why a change is a risk, or ""."""
    rules = CHANGE_RULES.get(change.field, ())
    return next((str(text) for applies, text in rules if applies(change)), "")


def event_risk(entry: AuditEntry) -> str:
    """Return why an event is a risk regardless of its changes, or ""."""
    if entry.outcome in NO_EFFECT_OUTCOMES:
        return ""
    if entry.operation == "token.revoke":
        is_single_token = '"hash"' in (entry.known or "") or '"value"' in (entry.known or "")
        return "" if is_single_token else str(BULK_REVOCATION_TEXT)
    return str(EVENT_RISKS.get(entry.operation, ""))
