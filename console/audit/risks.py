"""What of an entry weakens security, or shows or ends much: one table, each with why.

A flag is a reason to look, no verdict: whoever made the change may have had to.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tenants.audit.models import AuditEntry
from tenants.authlete.changes import Change
from tenants.authlete.errors import Outcome
from tenants.roles import Role

type Fits = Callable[[Change], bool]

HARMLESS = (Outcome.REFUSED, Outcome.NOT_SENT, Outcome.NOT_DONE)
FAR = 2  # times as long as before
LOCAL = ("localhost", "127.0.0.1", "[::1]")
UNSIGNED = ("NONE", "HS256", "HS384", "HS512")
WITH_SECRET = ("CLIENT_SECRET_BASIC", "CLIENT_SECRET_POST", "CLIENT_SECRET_JWT")
WITHOUT_PROOF = ("PASSWORD", "IMPLICIT")
IN_FRONT = ("TOKEN", "ID_TOKEN_TOKEN", "CODE_TOKEN", "CODE_ID_TOKEN_TOKEN")


def _off(change: Change) -> bool:
    return change.before is True and not change.after


def _on(change: Change) -> bool:
    return change.after is True and not change.before


def _far_up(change: Change) -> bool:
    before, after = change.before, change.after
    return (
        isinstance(before, int) and isinstance(after, int) and after >= FAR * before > 0
    )


def _unsigned(change: Change) -> bool:
    return change.after in UNSIGNED and change.before not in UNSIGNED


def _gains(*words: str) -> Fits:
    return lambda change: any(one in words for one in _gained(change))


def _loses(change: Change) -> bool:
    return isinstance(change.before, list) and bool(change.removed)


def _plain_http(change: Change) -> bool:
    return any(
        isinstance(one, str)
        and one.lower().startswith("http:")
        and not one.lower().removeprefix("http://").startswith(LOCAL)
        for one in _gained(change)
    )


def _wildcard(change: Change) -> bool:
    return any("*" in str(one) for one in _gained(change))


def _gained(change: Change) -> Iterable[Any]:
    return change.added if isinstance(change.after, list) else ()


PKCE = _("An authorization code that is caught can be used without PKCE.")
BOUND = _("Tokens are not bound to a key any more: whoever has one can use it.")
REQUESTS = _("Authorization requests can be changed on their way.")
LONG = _("It lives far longer than before; so does one that is stolen.")
SIGNED = _("Not signed, or with a secret that both sides know.")
FLOWS = _("Passwords or tokens pass through where others can see them.")
JWTS = _("Tokens that nobody has signed are taken.")
NO_PROOF = _("The application does not prove who it is any more.")
ANYBODY = _("Applications that do not prove who they are may do this.")

RULES: Mapping[str, tuple[tuple[Fits, str | Promise], ...]] = {
    **dict.fromkeys(("pkceRequired", "pkceS256Required"), ((_off, PKCE),)),
    **dict.fromkeys(
        ("tlsClientCertificateBoundAccessTokens", "dpopRequired"), ((_off, BOUND),)
    ),
    **dict.fromkeys(
        ("parRequired", "requestObjectRequired", "requestObjectAudienceChecked"),
        ((_off, REQUESTS),),
    ),
    "traditionalRequestObjectProcessingApplied": ((_on, REQUESTS),),
    **dict.fromkeys(
        (
            "frontChannelRequestObjectEncryptionRequired",
            "credentialResponseEncryptionRequired",
        ),
        ((_off, _("What was encrypted can be read on its way.")),),
    ),
    "issSuppressed": (
        (_on, _("An application cannot tell which server has answered it.")),
    ),
    "dpopNonceRequired": (
        (_off, _("A proof can be made before it is used, and used later.")),
    ),
    "mutualTlsValidatePkiCertChain": (
        (_off, _("Certificates of applications are taken whoever issued them.")),
    ),
    "cimdAllowlistEnabled": (
        (_off, _("Applications that nobody has listed are taken.")),
    ),
    **dict.fromkeys(
        ("fapiModes", "supportedServiceProfiles"),
        ((_loses, _("Rules of FAPI are not kept any more.")),),
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
        ((_far_up, LONG),),
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
        ((_unsigned, SIGNED),),
    ),
    **dict.fromkeys(
        ("grantTypes", "supportedGrantTypes"), ((_gains(*WITHOUT_PROOF), FLOWS),)
    ),
    **dict.fromkeys(
        ("responseTypes", "supportedResponseTypes"), ((_gains(*IN_FRONT), FLOWS),)
    ),
    **dict.fromkeys(
        ("tokenExchangeUnsignedJwtRejected", "jwtGrantUnsignedJwtRejected"),
        ((_off, JWTS),),
    ),
    **dict.fromkeys(
        (
            "tokenExchangeByIdentifiableClientsOnly",
            "tokenExchangeByConfidentialClientsOnly",
            "tokenExchangeByPermittedClientsOnly",
            "jwtGrantByIdentifiableClientsOnly",
        ),
        ((_off, ANYBODY),),
    ),
    **dict.fromkeys(
        ("missingClientIdAllowed", "preAuthorizedGrantAnonymousAccessSupported"),
        ((_on, ANYBODY),),
    ),
    "redirectUris": (
        (_plain_http, _("Codes and tokens are sent to an address without https.")),
        (_wildcard, _("A wildcard lets codes and tokens be sent to many addresses.")),
    ),
    "tokenAuthMethod": (
        (
            lambda change: change.after in ("NONE", None) and bool(change.before),
            NO_PROOF,
        ),
        (
            lambda change: (
                change.after in WITH_SECRET
                and change.before not in (*WITH_SECRET, "NONE", None)
            ),
            _("A secret that can be copied stands in for a key."),
        ),
    ),
    "clientType": (
        (
            lambda change: change.before == "CONFIDENTIAL" and change.after == "PUBLIC",
            NO_PROOF,
        ),
    ),
    **dict.fromkeys(
        (
            "supportedTokenAuthMethods",
            "supportedRevocationAuthMethods",
            "supportedIntrospectionAuthMethods",
        ),
        ((_gains("NONE"), ANYBODY),),
    ),
    "cimdHttpPermitted": (
        (_on, _("What an application says of itself is fetched without https.")),
    ),
    "clientAssertionAudRestrictedToIssuer": (
        (_off, _("A proof that was made for another server is taken.")),
    ),
    "refreshTokenKept": (
        (_on, _("A refresh token works again and again, also for who copied it.")),
    ),
    "dynamicRegistrationSupported": (
        (_on, _("Applications can register themselves.")),
    ),
    "locked": ((_off, _("An application that was locked gets tokens again.")),),
    "extension.requestableScopes": (
        (
            lambda change: change.after is None and change.before is not None,
            _("The application may ask for any scope of the service."),
        ),
    ),
    "subjects": ((_on, _("Who receives these messages sees whom entries are about.")),),
    "role": (
        (
            lambda change: change.after == Role.ADMIN,
            _("An administrator may do everything, and make others one."),
        ),
    ),
}
DEEDS: Mapping[str, str | Promise] = {
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
REVOKED = _("All tokens of an application or a person were ended at once.")


def of_change(change: Change) -> str:
    """Why a change is a risk; empty where no rule says so."""
    rules = RULES.get(change.field, ())
    return next((str(why) for fits, why in rules if fits(change)), "")


def of_deed(entry: AuditEntry) -> str:
    """Why what was done is a risk whatever it changed; the same."""
    if entry.outcome in HARMLESS:
        return ""
    if entry.operation == "token.revoke":
        one = '"hash"' in (entry.known or "") or '"value"' in (entry.known or "")
        return "" if one else str(REVOKED)
    return str(DEEDS.get(entry.operation, ""))
