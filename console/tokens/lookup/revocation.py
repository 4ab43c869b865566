"""Revoking a token whose value is at hand, and asking again whether it is gone."""

from dataclasses import dataclass

from pydantic import SecretStr

from console.tokens.lookup.sealed_token import TokenLocation
from console.web.access import Member
from tenants.authlete.api.tokens import TokensApi
from tenants.authlete.errors import AuthleteError, NotFoundError, Outcome


@dataclass(frozen=True, slots=True)
class CheckedRevocation:
    """What became of a revoke."""

    still_works: bool | None  # whether it works still; None where nobody could say
    count: int | None = None  # how many ended by Authlete's word, where there is one
    lost_reply: AuthleteError | None = None  # why there is none
    recheck_error: AuthleteError | None = None  # why nobody could say


def revoke_found_token(
    member: Member, token: SecretStr, location: TokenLocation, reason: str, ticket: str
) -> CheckedRevocation:
    """Revoke it, at the service where it was found.

    Raises an `AuthleteError` where nothing was done.
    """
    door = member.connect(location.region, reason=reason, ticket=ticket)
    tokens = door.service(location.service_id).tokens
    count: int | None = None
    lost = None
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
        lost = error
    try:
        return CheckedRevocation(_still_works(tokens, token, location), count, lost)
    except AuthleteError as error:
        return CheckedRevocation(None, count, lost, recheck_error=error)


def _still_works(tokens: TokensApi, token: SecretStr, location: TokenLocation) -> bool:
    if location.refresh:
        return tokens.introspect_standard(token, token_type_hint="refresh_token").active  # noqa: S106
    told = tokens.introspect(token)  # a row of it may stay for a while
    return told.usable or told.refreshable
