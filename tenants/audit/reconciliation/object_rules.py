"""Resolve changes to services and clients."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from tenants.audit.models import AuditEntry
from tenants.audit.reconciliation import evidence
from tenants.audit.reconciliation.evidence import (
    NOTHING_RECORDED,
    OLDER_FINGERPRINT,
    Evidence,
    UnresolvedCall,
    conclude_conflicting,
    conclude_failed,
    conclude_inconclusive,
    conclude_succeeded,
)
from tenants.authlete.api.clients import LOCK_UNCHANGED_CODES
from tenants.authlete.errors import NotFoundError
from tenants.authlete.outcome import Outcome
from tenants.authlete.redaction.fingerprint import Fingerprint, is_comparable

SECRET_OPERATIONS = ("client.refresh_secret", "client.set_secret")
SCOPE_OPERATIONS = tuple(
    f"requestable_scopes.{action}" for action in "update update_post delete".split()
)
REQUESTABLE_SCOPES_FIELD = "extension.requestableScopes"
OBJECT_DELETED = conclude_conflicting(_("It was deleted since."))


def _conclude_not_found(error: NotFoundError) -> Evidence:
    """Conclude deletion, or raise if the error is a gateway's."""
    if not error.is_from_authlete:
        raise error
    return OBJECT_DELETED


def check_service_updated(call: UnresolvedCall) -> Evidence:
    """Compare the service with the previous and intended values."""
    if state := _state_before_next_save(call):
        return evidence.found_by_next_call(_compare_digest(call, *state))
    service = call.service.get()
    return _compare_digest(
        call, call.authlete.content_digest(service.to_dict()), service.modified_at
    )


def check_client_updated(call: UnresolvedCall) -> Evidence:
    """Compare the client with the previous and intended values."""
    if state := _state_before_next_save(call):
        return evidence.found_by_next_call(_compare_digest(call, *state))
    try:
        client = call.client.get()
    except NotFoundError as error:
        return _conclude_not_found(error)
    return _compare_digest(call, call.authlete.content_digest(client.to_dict()), client.modified_at)


def _state_before_next_save(call: UnresolvedCall) -> tuple[str, int] | None:
    """Return the digest and version that the next save read."""
    saves = evidence.find_later_calls(call, call.entry.operation).exclude(known__isnull=True)
    read = saves.filter(known__gt="").first()
    return (
        (read.reconciliation_hints["base"], read.reconciliation_hints["version"]) if read else None
    )


def _compare_digest(call: UnresolvedCall, now: str, version: int) -> Evidence:
    if not call.hints:
        return NOTHING_RECORDED
    if version == call.hints["version"]:
        return conclude_failed(_("It is unchanged and was not saved since."))
    if not is_comparable(now, str(call.hints["base"])):
        return OLDER_FINGERPRINT
    if now == call.hints["base"]:
        return conclude_conflicting(
            _(
                "It has the previous values but was saved since. The change may have been "
                "applied and reverted elsewhere."
            )
        )
    if now == call.hints["intended"]:
        return conclude_succeeded(_("It has exactly the intended values."))
    return conclude_conflicting(
        _(
            "It has neither the previous nor the intended values. Someone else changed it, or "
            "Authlete adjusted it."
        )
    )


def check_lock_set(call: UnresolvedCall) -> Evidence:
    """Compare the lock; a rejected later call reveals an already set lock."""
    state = _lock_before_next_call(call)
    if state is not None:
        return evidence.found_by_next_call(_compare_lock(call, state))
    try:
        return _compare_lock(call, call.client.get().is_locked)
    except NotFoundError as error:
        return _conclude_not_found(error)


def _lock_before_next_call(call: UnresolvedCall) -> bool | None:
    for later_call in evidence.find_later_calls(call, call.entry.operation):
        if later_call.outcome == Outcome.SUCCEEDED:
            return not later_call.value_after("locked")
        if later_call.outcome == Outcome.REJECTED and later_call.code in LOCK_UNCHANGED_CODES:
            return bool(later_call.value_after("locked"))
    return None


def _compare_lock(call: UnresolvedCall, now: bool) -> Evidence:
    for competing_call in evidence.find_competing_calls(call, call.entry.operation):
        unsure = competing_call.outcome != Outcome.SUCCEEDED or competing_call.seq < call.entry.seq
        if unsure and competing_call.value_after("locked") == now:
            return evidence.AMBIGUOUS
    if now == call.value_after("locked"):
        return conclude_succeeded(_("The lock has the intended state."))
    return conclude_failed(_("The lock is unchanged."))


def check_requestable_scopes(call: UnresolvedCall) -> Evidence:
    """Compare the requestable scopes."""
    for later_call in evidence.find_later_calls(call, "client.update", *SCOPE_OPERATIONS):
        if later_call.operation in SCOPE_OPERATIONS:
            return evidence.found_by_next_call(
                _compare_scopes(call, later_call.value_before(REQUESTABLE_SCOPES_FIELD))
            )
        if any(change["field"].startswith("extension") for change in later_call.changes):
            return evidence.AMBIGUOUS
    try:
        return _compare_scopes(call, call.client.get_requestable_scopes().requestable_scopes)
    except NotFoundError as error:
        return _conclude_not_found(error)


def _compare_scopes(call: UnresolvedCall, now: Sequence[str] | None) -> Evidence:
    if _is_same_set(now, call.value_after(REQUESTABLE_SCOPES_FIELD)):
        return conclude_succeeded(_("The client has exactly the intended requestable scopes."))
    if _is_same_set(now, call.value_before(REQUESTABLE_SCOPES_FIELD)):
        return conclude_failed(_("The requestable scopes are unchanged."))
    return conclude_conflicting(
        _("The client has neither the previous nor the intended requestable scopes.")
    )


def _is_same_set(first: Sequence[str] | None, second: Sequence[str] | None) -> bool:
    return (first is None) == (second is None) and set(first or ()) == set(second or ())


def check_secret_refreshed(call: UnresolvedCall) -> Evidence:
    """Compare the client secret with the previous one."""
    return _check_secret_replaced(call, "")


def check_secret_set(call: UnresolvedCall) -> Evidence:
    """Compare the client secret with the previous and intended ones."""
    return _check_secret_replaced(call, _fingerprint_of(call.value_after("clientSecret")))


def _check_secret_replaced(call: UnresolvedCall, after: str) -> Evidence:
    """Compare the secret; ``after`` is "" if Authlete chose it."""
    before = _secret_before(call.entry)
    if not before:
        return NOTHING_RECORDED
    state = filter(None, map(_secret_before, evidence.find_later_calls(call, *SECRET_OPERATIONS)))
    if now := next(state, ""):
        return evidence.found_by_next_call(_compare_secret(before, after, now))
    try:
        secret = call.client.get().get("clientSecret")
    except NotFoundError as error:
        return _conclude_not_found(error)
    now = secret.hex if isinstance(secret, Fingerprint) else ""
    return _compare_secret(before, after, now)


def _compare_secret(before: str, after: str, now: str) -> Evidence:
    if now and not is_comparable(now, before):
        return OLDER_FINGERPRINT
    if now == before:
        return conclude_failed(_("The client secret is unchanged."))
    if after and now != after:
        return conclude_conflicting(
            _("The client has neither the previous nor the intended secret.")
        )
    return conclude_succeeded(_("The client secret changed. You can reveal it."))


def _secret_before(entry: AuditEntry) -> str:
    """Return the fingerprint of the previous secret."""
    recorded = str(entry.reconciliation_hints.get("secret", ""))
    return recorded or _fingerprint_of(entry.value_before("clientSecret"))


def _fingerprint_of(value: Any) -> str:
    return value.get("fingerprint", "") if isinstance(value, dict) else ""


def check_secret_revealed(call: UnresolvedCall) -> Evidence:
    """Check a reveal, which changes nothing at Authlete."""
    if call.entry.outcome:
        return conclude_failed(_("No usable response arrived, so no secret was shown."))
    return conclude_inconclusive(
        _("Nothing was changed. Meridian can't tell whether the secret was shown.")
    )
