"""Resolve changes to tokens and grants."""

from collections.abc import Iterator
from time import time_ns
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tenants.audit.reconciliation import evidence
from tenants.audit.reconciliation.evidence import (
    NOTHING_RECORDED,
    OLDER_FINGERPRINT,
    OLDER_FINGERPRINT_PATTERN,
    Evidence,
    UnresolvedCall,
    conclude_conflicting,
    conclude_failed,
    conclude_inconclusive,
    conclude_succeeded,
)
from tenants.audit.record_builder import to_plain_json
from tenants.authlete.api.reconciliation_hints import HASH_PREFIX_CHARS
from tenants.authlete.api.tokens import MAX_PAGE_SIZE
from tenants.authlete.documents.tokens import IssuedToken, TokenStatus
from tenants.authlete.errors import ResponseTooLargeError
from tenants.authlete.outcome import Outcome

MAX_PAGES = 50  # pages of a token list
MILLISECONDS_PER_SECOND = 1000  # milliseconds; Authlete rounds when a token ends
MAX_CLOCK_SKEW_MS = evidence.MAX_CLOCK_SKEW // evidence.MILLISECOND
TOKEN_ENDING_OPERATIONS = (
    "token.revoke",
    "token.delete",
    "authorization.delete_post",
    "client.delete",
    "idp.remove_service",
)


def check_token_created(call: UnresolvedCall) -> Evidence:
    """Check for a new token: tokens have no name, and the value was lost."""
    if "count" not in call.hints:
        return NOTHING_RECORDED
    new = _find_new_tokens(call)
    entries = evidence.find_competing_calls(call, "token.create")
    names = [token.access_token_hash[:HASH_PREFIX_CHARS] for token in new]
    if not new:
        if _may_have_expired(call):
            return conclude_inconclusive(
                _("No such token exists, but it would have expired since.")
            )
        return conclude_failed(_("No new token exists."))
    tokens, subject = call.service.tokens, call.entry.subject
    more = tokens.count(_client_id(call), TokenStatus.ALL, subject=subject) - call.hints["count"]
    is_unique = "hashes" in call.hints or more == 1
    if entries or len(new) > 1 or not is_unique:
        return conclude_inconclusive(_("Other tokens were created or ended since."), names)
    return conclude_succeeded(
        gettext(
            "One new token exists: %(name)s. Its value is lost. Revoke it and create another one."
        )
        % {"name": names[0]}
    )


def _find_new_tokens(call: UnresolvedCall) -> list[IssuedToken]:
    """Return tokens the call may have created."""
    before = call.hints.get("hashes", ())
    kinds = {call.value_after("grantType"), None}
    return [
        token
        for token in _list_tokens(call, TokenStatus.ALL)
        if token.access_token_hash[:HASH_PREFIX_CHARS] not in before
        and evidence.is_within_call_time(call, token.created_at)
        and (not token.grant_type or kinds & {token.grant_type})
    ]


def _may_have_expired(call: UnresolvedCall) -> bool:
    """Return whether the token may have expired or been ended since."""
    revocations = evidence.find_competing_calls(call, *TOKEN_ENDING_OPERATIONS)
    requested = call.value_after("accessTokenDuration")
    seconds = requested or call.service.get().get("accessTokenDuration")
    return bool(revocations) or bool(
        seconds and call.began_ms + seconds * MILLISECONDS_PER_SECOND < _now_ms()
    )


def check_token_updated(call: UnresolvedCall) -> Evidence:
    """Compare the token with the previous and intended values."""
    if "hash" not in call.hints:
        return NOTHING_RECORDED
    if now := _state_before_next_update(call):
        return evidence.found_by_next_call(_compare_token(call, now))
    token = _find_token(call)
    return TOKEN_ENDED if token is None else _compare_token(call, token.to_dict())


def _compare_token(call: UnresolvedCall, now: dict[str, Any]) -> Evidence:
    if OLDER_FINGERPRINT_PATTERN.search(call.entry.changed):
        return OLDER_FINGERPRINT
    changes = call.entry.changes
    if all(_is_same_value(change["field"], now, change["after"]) for change in changes):
        return conclude_succeeded(_("The token has the intended values."))
    if all(_is_same_value(change["field"], now, change["before"]) for change in changes):
        return conclude_failed(_("The token is unchanged."))
    return conclude_conflicting(_("The token has neither the previous nor the intended values."))


def _state_before_next_update(call: UnresolvedCall) -> dict[str, Any]:
    """Return the values found by the next update, if it read the same."""
    fields = {change["field"] for change in call.entry.changes}
    for later_call in evidence.find_later_calls(call, call.entry.operation):
        previous = {change["field"]: change["before"] for change in later_call.changes}
        if (
            later_call.reconciliation_hints.get("hash") == call.hints["hash"]
            and fields & previous.keys()
        ):
            return previous if fields <= previous.keys() else {}
    return {}


TOKEN_ENDED = conclude_conflicting(_("The token doesn't exist anymore."))


def _is_same_value(field: str, state: dict[str, Any], value: Any) -> bool:
    current = to_plain_json(state.get(field))
    if field.endswith("ExpiresAt"):
        return bool(abs((current or 0) - (value or 0)) < MILLISECONDS_PER_SECOND)
    if field == "scopes":
        return set(current or ()) == set(value or ())
    return bool((current or []) == (value or []))


def check_tokens_ended(call: UnresolvedCall) -> Evidence:
    """Check revocations and deletions of one or all tokens."""
    if "value" in call.hints:
        return conclude_inconclusive(
            _("The token was identified by its value, which isn't stored. Look up the token again.")
        )
    if "hash" not in call.hints:
        return _check_all_ended(call)
    token = _find_token(call)
    if token is None:
        return _conclude_ended(call, _("The token doesn't exist anymore."))
    if call.entry.operation == "token.delete" or _find_token(call, TokenStatus.VALID):
        return conclude_failed(_("The token still exists."))
    if call.began_ms < token.access_token_expires_at < _now_ms():
        return conclude_inconclusive(_("The token expired since."))
    return _conclude_ended(call, _("The token exists but is no longer valid."))


def _conclude_ended(call: UnresolvedCall, reason: str | Promise) -> Evidence:
    """Conclude success unless another call may have ended the token."""
    name = call.hints["hash"]
    entries = [
        competing_call
        for competing_call in evidence.find_competing_calls(call, *TOKEN_ENDING_OPERATIONS)
        if competing_call.reconciliation_hints.get("hash", name) == name
        and "value" not in competing_call.reconciliation_hints
    ]
    if call.entry.operation == "token.delete" and any(
        entry.operation == "token.delete" and entry.outcome == Outcome.SUCCEEDED
        for entry in entries
    ):
        return conclude_failed(_("Another call deleted it later."))
    return evidence.AMBIGUOUS if entries else conclude_succeeded(reason)


def _check_all_ended(call: UnresolvedCall) -> Evidence:
    """Compare the number of valid tokens."""
    count, same = call.hints.get("count"), (call.entry.client, call.entry.subject)
    for later_call in evidence.find_later_calls(call, call.entry.operation):
        later_count = later_call.reconciliation_hints.get("count")
        if (later_call.client, later_call.subject) == same and later_count is not None:
            if later_count == 0:
                return conclude_succeeded(
                    _("No token was valid when the same call was sent again.")
                )
            if later_count == count:
                return conclude_failed(
                    _("As many tokens as before were valid when the same call was sent again.")
                )
            return evidence.AMBIGUOUS
    older, unsure = _count_live_tokens(call)
    if older + unsure == 0:
        return _conclude_all_ended(call, _("No token from that time is valid anymore."))
    if older + unsure == count:
        return conclude_failed(_("As many tokens from that time are valid as before."))
    if older:
        return conclude_conflicting(_("Some tokens from that time are still valid."))
    return conclude_inconclusive(_("Some valid tokens were created around that time."))


def _conclude_all_ended(call: UnresolvedCall, reason: str | Promise) -> Evidence:
    """Conclude success unless another call ended some tokens."""
    ends = [
        competing_call
        for competing_call in evidence.find_competing_calls(call, *TOKEN_ENDING_OPERATIONS)
        if "hash" not in competing_call.reconciliation_hints
    ]
    return evidence.AMBIGUOUS if ends else conclude_succeeded(reason)


def check_authorization_revoked(call: UnresolvedCall) -> Evidence:
    """Check whether the app has tokens from before the call."""
    older, unsure = _count_live_tokens(call)
    if older:
        return conclude_failed(_("The app still has tokens from that time."))
    if unsure:
        return conclude_inconclusive(_("The app has tokens created around that time."))
    return _conclude_all_ended(call, _("The app has no tokens from that time anymore."))


def check_granted_scopes_deleted(call: UnresolvedCall) -> Evidence:
    """Check whether granted scopes are stored."""
    grants = call.service.grants.get_granted_scopes(call.client_id, call.entry.subject)
    if not grants.is_recorded:
        if evidence.find_competing_calls(call, call.entry.operation, "client.delete"):
            return evidence.AMBIGUOUS
        return conclude_succeeded(_("No granted scopes are stored anymore."))
    if grants.modified_at > call.began_ms:
        return conclude_conflicting(_("The user granted scopes since."))
    return conclude_failed(_("The granted scopes are still stored."))


def _count_live_tokens(call: UnresolvedCall) -> tuple[int, int]:
    """Count valid tokens older than the call, and those of uncertain age."""
    times = [token.created_at for token in _list_tokens(call, TokenStatus.VALID)]
    older = sum(time < call.began_ms - MAX_CLOCK_SKEW_MS for time in times)
    return older, sum(time <= call.began_ms + MAX_CLOCK_SKEW_MS for time in times) - older


def _find_token(call: UnresolvedCall, status: TokenStatus = TokenStatus.ALL) -> IssuedToken | None:
    name = call.hints.get("hash")
    tokens = _list_tokens(call, status) if name else ()
    return next((token for token in tokens if token.access_token_hash == name), None)


def _now_ms() -> int:
    return time_ns() // 1_000_000


def _list_tokens(call: UnresolvedCall, status: TokenStatus) -> Iterator[IssuedToken]:
    """Yield the tokens of the entry's client, user, or both."""
    for page in range(MAX_PAGES):
        start = page * MAX_PAGE_SIZE
        token_page = call.service.tokens.list(
            _client_id(call), call.entry.subject, status, start=start, end=start + MAX_PAGE_SIZE
        )
        yield from token_page.access_tokens or ()
        if start + MAX_PAGE_SIZE >= token_page.total_count:
            return
    raise ResponseTooLargeError(gettext("There are too many tokens to check."))


def _client_id(call: UnresolvedCall) -> int | None:
    return call.client_id if call.entry.client else None
