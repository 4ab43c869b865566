"""What of an entry weakens security, or shows or ends much: one table, each with why.

A flag is a reason to look, no verdict: whoever made the change may have had to.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tenants.audit.models import AuditEntry
from tenants.authlete.changes import FieldChange
from tenants.authlete.errors import Outcome
from tenants.organizations.roles import Role

type RiskTest = Callable[[FieldChange], bool]

NO_EFFECT_OUTCOMES = (Outcome.REJECTED, Outcome.NOT_SENT, Outcome.FAILED)
LIFETIME_FACTOR = 2  # times as long as before
LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")
WEAK_SIGNATURES = ("NONE", "HS256", "HS384", "HS512")
SECRET_AUTH_METHODS = ("CLIENT_SECRET_BASIC", "CLIENT_SECRET_POST", "CLIENT_SECRET_JWT")
INSECURE_GRANT_TYPES = ("PASSWORD", "IMPLICIT")
FRONT_CHANNEL_RESPONSE_TYPES = (
    "TOKEN",
    "ID_TOKEN_TOKEN",
    "CODE_TOKEN",
    "CODE_ID_TOKEN_TOKEN",
)


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
    return lambda change: any(one in values for one in _added_values(change))


def _removes_any(change: FieldChange) -> bool:
    return isinstance(change.before, list) and bool(change.removed)


def _adds_plain_http(change: FieldChange) -> bool:
    return any(
        isinstance(one, str)
        and one.lower().startswith("http:")
        and not one.lower().removeprefix("http://").startswith(LOCAL_HOSTS)
        for one in _added_values(change)
    )


def _adds_wildcard(change: FieldChange) -> bool:
    return any("*" in str(one) for one in _added_values(change))


def _added_values(change: FieldChange) -> Iterable[Any]:
    return change.added if isinstance(change.after, list) else ()


PKCE_TEXT = _("An authorization code that is caught can be used without PKCE.")
UNBOUND_TOKEN_TEXT = _("Tokens are not bound to a key any more: whoever has one can use it.")
UNPROTECTED_REQUEST_TEXT = _("Authorization requests can be changed on their way.")
LONGER_LIFETIME_TEXT = _("It lives far longer than before; so does one that is stolen.")
WEAK_SIGNATURE_TEXT = _("Not signed, or with a secret that both sides know.")
INSECURE_FLOW_TEXT = _("Passwords or tokens pass through where others can see them.")
UNSIGNED_JWT_TEXT = _("Tokens that nobody has signed are taken.")
NO_CLIENT_AUTH_TEXT = _("The application does not prove who it is any more.")
UNAUTHENTICATED_CLIENTS_TEXT = _("Applications that do not prove who they are may do this.")

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
        (
            "frontChannelRequestObjectEncryptionRequired",
            "credentialResponseEncryptionRequired",
        ),
        ((_turned_off, _("What was encrypted can be read on its way.")),),
    ),
    "issSuppressed": ((_turned_on, _("An application cannot tell which server has answered it.")),),
    "dpopNonceRequired": (
        (_turned_off, _("A proof can be made before it is used, and used later.")),
    ),
    "mutualTlsValidatePkiCertChain": (
        (_turned_off, _("Certificates of applications are taken whoever issued them.")),
    ),
    "cimdAllowlistEnabled": ((_turned_off, _("Applications that nobody has listed are taken.")),),
    **dict.fromkeys(
        ("fapiModes", "supportedServiceProfiles"),
        ((_removes_any, _("Rules of FAPI are not kept any more.")),),
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
        ("grantTypes", "supportedGrantTypes"),
        ((_adds(*INSECURE_GRANT_TYPES), INSECURE_FLOW_TEXT),),
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
        (_adds_plain_http, _("Codes and tokens are sent to an address without https.")),
        (
            _adds_wildcard,
            _("A wildcard lets codes and tokens be sent to many addresses."),
        ),
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
            _("A secret that can be copied stands in for a key."),
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
    "cimdHttpPermitted": (
        (_turned_on, _("What an application says of itself is fetched without https.")),
    ),
    "clientAssertionAudRestrictedToIssuer": (
        (_turned_off, _("A proof that was made for another server is taken.")),
    ),
    "refreshTokenKept": (
        (
            _turned_on,
            _("A refresh token works again and again, also for who copied it."),
        ),
    ),
    "dynamicRegistrationSupported": ((_turned_on, _("Applications can register themselves.")),),
    "locked": ((_turned_off, _("An application that was locked gets tokens again.")),),
    "extension.requestableScopes": (
        (
            lambda change: change.after is None and change.before is not None,
            _("The application may ask for any scope of the service."),
        ),
    ),
    "subjects": ((_turned_on, _("Who receives these messages sees whom entries are about.")),),
    "role": (
        (
            lambda change: change.after == Role.ADMIN,
            _("An administrator may do everything, and make others one."),
        ),
    ),
}
EVENT_RISKS: Mapping[str, str | Promise] = {
    "client.reveal_secret": _("Somebody has seen a secret."),
    "secret.show": _("Somebody has seen a secret."),
    "subject.reveal": _("Somebody has seen whom an entry is about."),
    "subject.export": _("Somebody has taken out what is known of a person."),
    "password.link": _("Whoever has the link can sign in as somebody else."),
    "second_factor.remove": _("A password alone signs in until there is another one."),
    "account.reopen": _("Somebody who was shut out can sign in again."),
    "token.create": _("A token was made that works at once."),
    "token_batch.create": _("Many tokens were made at once."),
    "subject.revoke_all": _("Everything of a person was to end, everywhere."),
    "idp.remove_service": _("It does not come back, nor do its clients and tokens."),
    "client.delete": _("It does not come back, nor do its tokens."),
    "key.delete": _("It does not come back: what it signs or decrypts fails."),
}
BULK_REVOCATION_TEXT = _("All tokens of an application or a person were ended at once.")


def change_risk(change: FieldChange) -> str:
    """Why a change is a risk; empty where no rule says so."""
    rules = CHANGE_RULES.get(change.field, ())
    return next((str(why) for fits, why in rules if fits(change)), "")


def event_risk(entry: AuditEntry) -> str:
    """Why what was done is a risk whatever it changed; the same."""
    if entry.outcome in NO_EFFECT_OUTCOMES:
        return ""
    if entry.operation == "token.revoke":
        one = '"hash"' in (entry.known or "") or '"value"' in (entry.known or "")
        return "" if one else str(BULK_REVOCATION_TEXT)
    return str(EVENT_RISKS.get(entry.operation, ""))
