"""Revoking a token whose value is at hand, and asking again whether it is gone."""

from dataclasses import dataclass

from pydantic import SecretStr

from console.access import Member
from console.tokens.checking.carried import Found
from tenants.authlete.api.tokens import Tokens
from tenants.authlete.errors import AuthleteError, NotFound, Outcome


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of a revoke."""

    left: bool | None  # whether it works still; None where nobody could say
    count: int | None = None  # how many ended by Authlete's word, where there is one
    lost: AuthleteError | None = None  # why there is none
    unasked: AuthleteError | None = None  # why nobody could say


def revoked(
    member: Member, token: SecretStr, found: Found, reason: str, ticket: str
) -> Ended:
    """Revoke it, at the service where it was found.

    Raises an `AuthleteError` where nothing was done.
    """
    door = member.connect(found.region, reason=reason, ticket=ticket)
    tokens = door.service(found.service_id).tokens
    count: int | None = None
    lost = None
    try:
        count = tokens.revoke_value(
            token,
            refresh=found.refresh,
            client_id=found.client_id,
            subject=found.subject,
            label=found.client,
        )
    except NotFound:
        count = 0
    except AuthleteError as error:
        if error.outcome is not Outcome.UNKNOWN:
            raise
        lost = error
    try:
        return Ended(_is_left(tokens, token, found), count, lost)
    except AuthleteError as error:
        return Ended(None, count, lost, unasked=error)


def _is_left(tokens: Tokens, token: SecretStr, found: Found) -> bool:
    if found.refresh:
        return tokens.introspect_standard(token, hint="refresh_token").active
    told = tokens.introspect(token)  # a row of it may stay for a while
    return told.usable or told.refreshable
