"""Revoke a token by its value, and check that it no longer works."""

from dataclasses import dataclass

from pydantic import SecretStr

from console.tokens.lookup.sealed_token import TokenLocation
from console.web.access import Member
from tenants.authlete.api.tokens import TokensApi
from tenants.authlete.errors import AuthleteError, NotFoundError, Outcome


@dataclass(frozen=True, slots=True)
class CheckedRevocation:
    """The outcome of a revocation and of the check afterwards."""

    still_works: bool | None  # None if the check failed
    count: int | None = None  # of revoked tokens; None if the response was lost
    lost_reply: AuthleteError | None = None
    recheck_error: AuthleteError | None = None


def revoke_found_token(
    member: Member, token: SecretStr, location: TokenLocation, reason: str, ticket: str
) -> CheckedRevocation:
    """Revoke the token at the service where it was found.

    Raises an `AuthleteError` if nothing was revoked.
    """
    authlete = member.connect(location.region, reason=reason, ticket=ticket)
    tokens = authlete.service(location.service_id).tokens
    count: int | None = None
    lost_reply = None
    try:
        count = tokens.revoke_value(
            token,
            is_refresh_token=location.refresh,
            client_id=location.client_id,
            subject=location.subject,
            label=location.client,
        )
    except NotFoundError:
        count = 0
    except AuthleteError as error:
        if error.outcome is not Outcome.UNKNOWN:
            raise
        lost_reply = error
    try:
        return CheckedRevocation(_still_works(tokens, token, location), count, lost_reply)
    except AuthleteError as error:
        return CheckedRevocation(None, count, lost_reply, recheck_error=error)


def _still_works(tokens: TokensApi, token: SecretStr, location: TokenLocation) -> bool:
    if location.refresh:
        return tokens.introspect_standard(token, token_type_hint="refresh_token").active  # noqa: S106
    introspection = tokens.introspect(token)
    return introspection.usable or introspection.refreshable
