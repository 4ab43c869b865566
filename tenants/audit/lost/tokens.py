"""Settling what was to happen to tokens, and to what users have allowed."""

from collections.abc import Iterator
from time import time_ns
from typing import Any

from django.utils.translation import gettext_lazy as _

from tenants.audit.lost.found import (
    UNTOLD,
    Finding,
    Lost,
    cannot_tell,
    done,
    not_done,
    otherwise,
)
from tenants.audit.rows import plain
from tenants.authlete.api.tokens import MOST
from tenants.authlete.documents.tokens import IssuedToken, TokenStatus
from tenants.authlete.errors import TooLarge

PAGES = 50  # of a list of tokens that are looked at
SECOND = 1000  # milliseconds; Authlete rounds when a token ends
CLOCKS = 300 * SECOND  # by which Authlete's may differ from ours


def created(lost: Lost) -> Finding:
    """By how many there are: a token has no name, and its value was lost."""
    if "count" not in lost.known:
        return UNTOLD
    more = _count(lost, TokenStatus.ALL) - lost.known["count"]
    if more == 0:
        return not_done(_("There are as many tokens as before."))
    if more == 1:
        return done(
            _(
                "There is one token more than before. Its value is lost: revoke"
                " it, and make another one."
            )
        )
    new = [
        one.access_token_hash[:8]
        for one in _tokens(lost, TokenStatus.ALL)
        if one.created_at >= lost.began - CLOCKS
    ]
    return cannot_tell(_("Other tokens have come or gone since."), new)


def updated(lost: Lost) -> Finding:
    token = _token(lost)
    if token is None:
        return UNTOLD if "hash" not in lost.known else GONE
    now = token.wire()
    changes = lost.entry.changes
    if all(_same(one["field"], now, one["after"]) for one in changes):
        return done(_("The token is as it was to become."))
    if all(_same(one["field"], now, one["before"]) for one in changes):
        return not_done(_("The token is as it was before."))
    return otherwise(
        _("The token is neither as it was before nor as it was to become.")
    )


GONE = otherwise(_("The token is not listed any more: it was ended since."))


def _same(field: str, now: dict[str, Any], value: Any) -> bool:
    found = plain(now.get(field))
    if field.endswith("ExpiresAt"):
        return bool(abs((found or 0) - (value or 0)) < SECOND)
    if field == "scopes":
        return set(found or ()) == set(value or ())
    return bool((found or []) == (value or []))


def ended(lost: Lost) -> Finding:
    """One token, all of a client, all of a user, or all of both."""
    if "value" in lost.known:
        return cannot_tell(
            _("The token was known by its value, which is not kept. Check it again.")
        )
    if "hash" not in lost.known:
        return _all_ended(lost)
    token = _token(lost)
    if token is None:
        return done(_("The token is not listed any more."))
    if lost.entry.operation == "token.delete" or _token(lost, TokenStatus.VALID):
        return not_done(_("The token is still listed."))
    if lost.began < token.access_token_expires_at < _now():
        return cannot_tell(_("The token has expired since."))
    return done(_("The token is listed, but does not work any more."))


def _all_ended(lost: Lost) -> Finding:
    older, unsure = _left(lost)
    if older + unsure == 0:
        return done(_("No token of that time works any more."))
    if older + unsure == lost.known.get("count"):
        return not_done(_("As many tokens of that time work as before."))
    if older:
        return otherwise(_("Some tokens of that time still work."))
    return cannot_tell(_("Tokens work that were made at about that time."))


def revoked_authorization(lost: Lost) -> Finding:
    older, unsure = _left(lost)
    if older:
        return not_done(_("The app still has tokens of that time."))
    if unsure:
        return cannot_tell(_("The app has tokens that were made at about that time."))
    return done(_("The app has no token of that time any more."))


def forgotten_scopes(lost: Lost) -> Finding:
    grants = lost.service.grants.granted_scopes(lost.client_id, lost.entry.subject)
    if not grants.are_known:
        return done(_("No granted scopes are remembered any more."))
    if grants.modified_at > lost.began:
        return otherwise(_("Scopes were granted since."))
    return not_done(_("The granted scopes are still remembered."))


def _left(lost: Lost) -> tuple[int, int]:
    """How many tokens work that are older than the call, and how many of which that
    is not sure, since clocks may differ."""
    made = [one.created_at for one in _tokens(lost, TokenStatus.VALID)]
    older = sum(at < lost.began - CLOCKS for at in made)
    return older, sum(at <= lost.began + CLOCKS for at in made) - older


def _token(lost: Lost, status: TokenStatus = TokenStatus.ALL) -> IssuedToken | None:
    name = lost.known.get("hash")
    tokens = _tokens(lost, status) if name else ()
    return next((one for one in tokens if one.access_token_hash == name), None)


def _now() -> int:
    return time_ns() // 1_000_000


def _count(lost: Lost, status: TokenStatus) -> int:
    return lost.service.tokens.count(_client(lost), status, subject=lost.entry.subject)


def _tokens(lost: Lost, status: TokenStatus) -> Iterator[IssuedToken]:
    """Those of the client, the user, or both that the entry is about."""
    for page in range(PAGES):
        start = page * MOST
        found = lost.service.tokens.list(
            _client(lost), lost.entry.subject, status, start=start, end=start + MOST
        )
        yield from found.access_tokens or ()
        if start + MOST >= found.total_count:
            return
    raise TooLarge("There are more tokens than can be looked through.")


def _client(lost: Lost) -> int | None:
    return lost.client_id if lost.entry.client else None
