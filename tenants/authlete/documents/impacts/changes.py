"""Impacts of a service's settings that clients notice only when they change."""

from functools import partial

from tenants.authlete.documents.base import DocumentFields, get_text, get_texts
from tenants.authlete.documents.impacts.conflicts import scope_names
from tenants.authlete.documents.impacts.declaration import CLIENT_IMPACTS, ImpactLevel
from tenants.authlete.documents.impacts.requests import uses_browser, uses_grant
from tenants.authlete.messages import gettext_noop as _


@CLIENT_IMPACTS.change(
    "issuer",
    ImpactLevel.MAY_BREAK,
    "issuer",
    _("Responses and ID tokens are rejected until the client knows the new issuer."),
)
def check_issuer(before: DocumentFields, after: DocumentFields, client: DocumentFields) -> bool:
    """Report a new issuer, which clients compare (RFC 9207; OpenID Connect Core, 3.1.3.7)."""
    return bool(get_text(before, "issuer")) and bool(get_texts(client, "grantTypes"))


@CLIENT_IMPACTS.change(
    "token-endpoint",
    ImpactLevel.MAY_BREAK,
    "tokenEndpoint",
    _("Clients that don't read discovery need the new URL of the token endpoint."),
)
def check_token_endpoint(
    before: DocumentFields, after: DocumentFields, client: DocumentFields
) -> bool:
    """Report a new URL of the token endpoint (RFC 8414)."""
    return bool(get_text(before, "tokenEndpoint")) and bool(get_texts(client, "grantTypes"))


@CLIENT_IMPACTS.change(
    "authorization-endpoint",
    ImpactLevel.MAY_BREAK,
    "authorizationEndpoint",
    _("Clients that don't read discovery need the new URL of the authorization endpoint."),
)
def check_authorization_endpoint(
    before: DocumentFields, after: DocumentFields, client: DocumentFields
) -> bool:
    """Report a new URL of the authorization endpoint (RFC 8414)."""
    return bool(get_text(before, "authorizationEndpoint")) and uses_browser(client)


@CLIENT_IMPACTS.change(
    "removed-scopes",
    ImpactLevel.MAY_BREAK,
    "supportedScopes",
    _("Any scope can be requested. Requests for a removed scope don't get it."),
)
def check_removed_scopes(
    before: DocumentFields, after: DocumentFields, client: DocumentFields
) -> bool:
    """Report removed scopes that the client could request."""
    is_limited = client.get("extension.requestableScopesEnabled") is True
    is_removed = not scope_names(before) <= scope_names(after)
    return is_removed and not is_limited and bool(get_texts(client, "grantTypes"))


@CLIENT_IMPACTS.change(
    "access-token-duration",
    ImpactLevel.ADAPTS,
    "accessTokenDuration",
    _("Access tokens expire earlier than before."),
)
def check_access_token_duration(
    before: DocumentFields, after: DocumentFields, client: DocumentFields
) -> bool:
    """Report a shorter lifetime of access tokens."""
    duration = partial(_duration, field="accessTokenDuration")
    is_shorter = duration(after, client) < duration(before, client)
    return is_shorter and bool(get_texts(client, "grantTypes"))


@CLIENT_IMPACTS.change(
    "refresh-token-duration",
    ImpactLevel.ADAPTS,
    "refreshTokenDuration",
    _("Refresh tokens expire earlier than before."),
)
def check_refresh_token_duration(
    before: DocumentFields, after: DocumentFields, client: DocumentFields
) -> bool:
    """Report a shorter lifetime of refresh tokens."""
    duration = partial(_duration, field="refreshTokenDuration")
    is_shorter = duration(after, client) < duration(before, client)
    return is_shorter and uses_grant(client, "REFRESH_TOKEN")


@CLIENT_IMPACTS.change(
    "id-token-duration",
    ImpactLevel.ADAPTS,
    "idTokenDuration",
    _("ID tokens expire earlier than before."),
)
def check_id_token_duration(
    before: DocumentFields, after: DocumentFields, client: DocumentFields
) -> bool:
    """Report a shorter lifetime of ID tokens."""
    duration = partial(_duration, field="idTokenDuration")
    is_shorter = duration(after, client) < duration(before, client)
    return is_shorter and (uses_browser(client) or uses_grant(client, "CIBA"))


@CLIENT_IMPACTS.change(
    "refresh-rotation",
    ImpactLevel.ADAPTS,
    "refreshTokenKept",
    _("The client must store the new refresh token after each use."),
)
def check_refresh_rotation(
    before: DocumentFields, after: DocumentFields, client: DocumentFields
) -> bool:
    """Report that refresh tokens are rotated from now on (RFC 9700, section 4.14)."""
    is_new = before.get("refreshTokenKept") is True and after.get("refreshTokenKept") is not True
    return is_new and uses_grant(client, "REFRESH_TOKEN")


@CLIENT_IMPACTS.change(
    "single-access-token",
    ImpactLevel.ADAPTS,
    "singleAccessTokenPerSubject",
    _("A new access token invalidates the user's earlier one."),
)
def check_single_access_token(
    before: DocumentFields, after: DocumentFields, client: DocumentFields
) -> bool:
    """Report that only one access token per user and client is valid from now on."""
    field = "singleAccessTokenPerSubject"
    is_new = after.get(field) is True and before.get(field) is not True
    return is_new and client.get(field) is not True and bool(get_texts(client, "grantTypes"))


@CLIENT_IMPACTS.change(
    "access-token-format",
    ImpactLevel.ADAPTS,
    "accessTokenSignAlg",
    _("Access tokens have another format or signature algorithm."),
)
def check_access_token_format(
    before: DocumentFields, after: DocumentFields, client: DocumentFields
) -> bool:
    """Report another format or signature algorithm of access tokens (RFC 9068)."""
    return bool(get_texts(client, "grantTypes"))


@CLIENT_IMPACTS.change(
    "id-token-audience",
    ImpactLevel.ADAPTS,
    "idTokenAudType",
    _("The audience of ID tokens has another format."),
)
def check_id_token_audience(
    before: DocumentFields, after: DocumentFields, client: DocumentFields
) -> bool:
    """Report another format of the aud claim in ID tokens."""
    return uses_browser(client) or uses_grant(client, "CIBA")


def _duration(service: DocumentFields, client: DocumentFields, field: str) -> float:
    """Return the lifetime in seconds: the shorter one of service and client."""
    values = (service.get(field), client.get(f"extension.{field}"))
    seconds = [value for value in values if isinstance(value, int) and value > 0]
    return min(seconds, default=float("inf"))
