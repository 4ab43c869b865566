"""Settling what was to happen to tokens, and to what users have allowed."""

from collections.abc import Iterator
from time import time_ns
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from tenants.audit.lost import since
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
from tenants.authlete.api.knowing import NAMED
from tenants.authlete.api.tokens import MOST
from tenants.authlete.documents.tokens import IssuedToken, TokenStatus
from tenants.authlete.errors import Outcome, TooLarge

PAGES = 50  # of a list of tokens that are looked at
SECOND = 1000  # milliseconds; Authlete rounds when a token ends
CLOCKS = since.CLOCKS // since.MILLISECOND
ENDS = (
    "token.revoke",
    "token.delete",
    "authorization.delete_post",
    "client.delete",
    "idp.remove_service",
)


def created(lost: Lost) -> Finding:
    """By which there are: a token has no name, and its value was lost."""
    if "count" not in lost.known:
        return UNTOLD
    new = _new(lost)
    others = since.rivals(lost, "token.create")
    names = [one.access_token_hash[:NAMED] for one in new]
    if not new:
        if _may_have_ended(lost):
            return cannot_tell(_("There is none; but it would have ended since."))
        return not_done(_("There is no token that was not there before."))
    more = _count(lost, TokenStatus.ALL) - lost.known["count"]
    told = "hashes" in lost.known or more == 1
    if others or len(new) > 1 or not told:
        return cannot_tell(_("Other tokens have come or gone since."), names)
    return done(
        say(
            "There is one that was not there before: %(name)s. Its value is lost:"
            " revoke it, and make another one."
        )
        % {"name": names[0]}
    )


def _new(lost: Lost) -> list[IssuedToken]:
    """Those that the call may have made: of that time, as they were asked for, and not
    there before where that is known."""
    before = lost.known.get("hashes", ())
    kinds = {lost.after("grantType"), None}
    return [
        one
        for one in _tokens(lost, TokenStatus.ALL)
        if one.access_token_hash[:NAMED] not in before
        and since.is_in_time(lost, one.created_at)
        and (not one.grant_type or kinds & {one.grant_type})
    ]


def _may_have_ended(lost: Lost) -> bool:
    """Authlete may drop what has expired, and the console may have ended it."""
    ends = since.rivals(lost, *ENDS)
    asked = lost.after("accessTokenDuration")
    seconds = asked or lost.service.get().get("accessTokenDuration")
    return bool(ends) or bool(seconds and lost.began + seconds * SECOND < _now())


def updated(lost: Lost) -> Finding:
    if "hash" not in lost.known:
        return UNTOLD
    if now := _read_by_the_next(lost):
        return since.at_the_next(_compared(lost, now))
    token = _token(lost)
    return GONE if token is None else _compared(lost, token.wire())


def _compared(lost: Lost, now: dict[str, Any]) -> Finding:
    changes = lost.entry.changes
    if all(_same(one["field"], now, one["after"]) for one in changes):
        return done(_("The token is as it was to become."))
    if all(_same(one["field"], now, one["before"]) for one in changes):
        return not_done(_("The token is as it was before."))
    return otherwise(
        _("The token is neither as it was before nor as it was to become.")
    )


def _read_by_the_next(lost: Lost) -> dict[str, Any]:
    """What the console's next change of the token found; nothing where there is none
    that looked at the same."""
    fields = {one["field"] for one in lost.entry.changes}
    for one in since.later(lost, lost.entry.operation):
        found = {change["field"]: change["before"] for change in one.changes}
        if one.knows.get("hash") == lost.known["hash"] and fields & found.keys():
            return found if fields <= found.keys() else {}
    return {}


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
        return _gone(lost, _("The token is not listed any more."))
    if lost.entry.operation == "token.delete" or _token(lost, TokenStatus.VALID):
        return not_done(_("The token is still listed."))
    if lost.began < token.access_token_expires_at < _now():
        return cannot_tell(_("The token has expired since."))
    return _gone(lost, _("The token is listed, but does not work any more."))


def _gone(lost: Lost, said: str | Promise) -> Finding:
    """By this call, if no other can have done it: Authlete refuses to delete a token
    that is not there."""
    name = lost.known["hash"]
    ends = [
        one
        for one in since.rivals(lost, *ENDS)
        if one.knows.get("hash", name) == name and "value" not in one.knows
    ]
    if lost.entry.operation == "token.delete" and any(
        one.operation == "token.delete" and one.outcome == Outcome.DONE for one in ends
    ):
        return not_done(_("It was still there: another call has deleted it."))
    return since.TWICE if ends else done(said)


def _all_ended(lost: Lost) -> Finding:
    """By how many work now, or by how many did when the same was sent again."""
    count, same = lost.known.get("count"), (lost.entry.client, lost.entry.subject)
    for one in since.later(lost, lost.entry.operation):
        again = one.knows.get("count")
        if (one.client, one.subject) == same and again is not None:
            if again == 0:
                return done(_("No token worked any more when the same was sent again."))
            if again == count:
                return not_done(
                    _("As many tokens worked as before when the same was sent again.")
                )
            return since.TWICE
    older, unsure = _left(lost)
    if older + unsure == 0:
        return _all_gone(lost, _("No token of that time works any more."))
    if older + unsure == count:
        return not_done(_("As many tokens of that time work as before."))
    if older:
        return otherwise(_("Some tokens of that time still work."))
    return cannot_tell(_("Tokens work that were made at about that time."))


def _all_gone(lost: Lost, said: str | Promise) -> Finding:
    """By this call, if no other ended some of them."""
    ends = [one for one in since.rivals(lost, *ENDS) if "hash" not in one.knows]
    return since.TWICE if ends else done(said)


def revoked_authorization(lost: Lost) -> Finding:
    older, unsure = _left(lost)
    if older:
        return not_done(_("The app still has tokens of that time."))
    if unsure:
        return cannot_tell(_("The app has tokens that were made at about that time."))
    return _all_gone(lost, _("The app has no token of that time any more."))


def forgotten_scopes(lost: Lost) -> Finding:
    grants = lost.service.grants.granted_scopes(lost.client_id, lost.entry.subject)
    if not grants.are_known:
        if since.rivals(lost, lost.entry.operation, "client.delete"):
            return since.TWICE
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
    raise TooLarge(say("There are more tokens than can be looked through."))


def _client(lost: Lost) -> int | None:
    return lost.client_id if lost.entry.client else None
