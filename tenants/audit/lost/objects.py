"""Settling what was to change of services and clients."""

from collections.abc import Sequence
from typing import Any

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
from tenants.audit.models import AuditEntry
from tenants.authlete.api.clients import LOCKED_ALREADY
from tenants.authlete.errors import NotFound, Outcome
from tenants.authlete.redaction import Fingerprint

SECRETS = ("client.refresh_secret", "client.set_secret")
SCOPES = tuple(
    f"requestable_scopes.{one}" for one in "update update_post delete".split()
)
LIMIT = "extension.requestableScopes"
GONE = otherwise(_("It is not there any more: somebody has deleted it since."))


def _gone(error: NotFound) -> Finding:
    """Raises it where it is a gateway's, which knows nothing of it."""
    if not error.is_told:
        raise error
    return GONE


def updated_service(lost: Lost) -> Finding:
    if told := _read_by_the_next(lost):
        return since.at_the_next(_updated(lost, *told))
    service = lost.service.get()
    return _updated(lost, lost.authlete.likeness(service.wire()), service.modified_at)


def updated_client(lost: Lost) -> Finding:
    if told := _read_by_the_next(lost):
        return since.at_the_next(_updated(lost, *told))
    try:
        client = lost.client.get()
    except NotFound as error:
        return _gone(error)
    return _updated(lost, lost.authlete.likeness(client.wire()), client.modified_at)


def _read_by_the_next(lost: Lost) -> tuple[str, int] | None:
    """The likeness and the version that the console's next save was put upon."""
    saves = since.later(lost, lost.entry.operation).exclude(known__isnull=True)
    read = saves.filter(known__gt="").first()
    return (read.knows["base"], read.knows["version"]) if read else None


def _updated(lost: Lost, now: str, version: int) -> Finding:
    if not lost.known:
        return UNTOLD
    if version == lost.known["version"]:
        return not_done(_("It is exactly as it was before, and was not saved since."))
    if now == lost.known["base"]:
        return otherwise(
            _(
                "It is as it was before, and yet it was saved since: this may have"
                " been done, and undone elsewhere."
            )
        )
    if now == lost.known["intended"]:
        return done(_("It is exactly as it was to become."))
    return otherwise(
        _(
            "It is neither as it was before nor as it was to become: it was changed by"
            " somebody else, or Authlete has made something else of it."
        )
    )


def locked(lost: Lost) -> Finding:
    """Authlete refuses to set a lock that is set, so the next call tells of it."""
    told = _locked_before_the_next(lost)
    if told is not None:
        return since.at_the_next(_locked(lost, told))
    try:
        return _locked(lost, lost.client.get().is_locked)
    except NotFound as error:
        return _gone(error)


def _locked_before_the_next(lost: Lost) -> bool | None:
    for one in since.later(lost, lost.entry.operation):
        if one.outcome == Outcome.DONE:
            return not one.after("locked")
        if one.outcome == Outcome.REFUSED and one.code in LOCKED_ALREADY:
            return bool(one.after("locked"))
    return None


def _locked(lost: Lost, now: bool) -> Finding:
    for one in since.rivals(lost, lost.entry.operation):
        unsure = one.outcome != Outcome.DONE or one.seq < lost.entry.seq
        if unsure and one.after("locked") == now:
            return since.TWICE
    if now == lost.after("locked"):
        return done(_("The lock is as it was to be set."))
    return not_done(_("The lock is as it was before."))


def limited(lost: Lost) -> Finding:
    """To some of the scopes that a client may request, or to any."""
    for one in since.later(lost, "client.update", *SCOPES):
        if one.operation in SCOPES:
            return since.at_the_next(_limited(lost, one.before(LIMIT)))
        if any(change["field"].startswith("extension") for change in one.changes):
            return since.TWICE
    try:
        return _limited(lost, lost.client.requestable_scopes().requestable_scopes)
    except NotFound as error:
        return _gone(error)


def _limited(lost: Lost, now: Sequence[str] | None) -> Finding:
    if _same(now, lost.after(LIMIT)):
        return done(_("The client may request exactly the scopes that were to be set."))
    if _same(now, lost.before(LIMIT)):
        return not_done(_("The client may request what it could before."))
    return otherwise(
        _("The client may request neither what it could before nor what was to be set.")
    )


def _same(one: Sequence[str] | None, other: Sequence[str] | None) -> bool:
    return (one is None) == (other is None) and set(one or ()) == set(other or ())


def refreshed(lost: Lost) -> Finding:
    return _replaced(lost, "")


def secret_set(lost: Lost) -> Finding:
    return _replaced(lost, _mark(lost.after("clientSecret")))


def _replaced(lost: Lost, after: str) -> Finding:
    """``after`` is empty where Authlete chose the secret."""
    before = _secret_before(lost.entry)
    if not before:
        return UNTOLD
    told = filter(None, map(_secret_before, since.later(lost, *SECRETS)))
    if now := next(told, ""):
        return since.at_the_next(_compared(before, after, now))
    try:
        secret = lost.client.get().get("clientSecret")
    except NotFound as error:
        return _gone(error)
    now = secret.mark if isinstance(secret, Fingerprint) else ""
    return _compared(before, after, now)


def _compared(before: str, after: str, now: str) -> Finding:
    if now == before:
        return not_done(_("The client has the same secret as before."))
    if after and now != after:
        return otherwise(
            _(
                "The client has neither the secret of before nor the one"
                " that was to be set."
            )
        )
    return done(_("The client has another secret than before. It can be revealed."))


def _secret_before(entry: AuditEntry) -> str:
    """The fingerprint that was read before it was to be replaced."""
    known = str(entry.knows.get("secret", ""))
    return known or _mark(entry.before("clientSecret"))


def _mark(value: Any) -> str:
    return value.get("fingerprint", "") if isinstance(value, dict) else ""


def seen(lost: Lost) -> Finding:
    """A secret that was to be shown, which changes nothing at Authlete."""
    if lost.entry.outcome:
        return not_done(_("No answer came that could be used, so nobody saw a secret."))
    return cannot_tell(
        _(
            "Nothing was changed. Whether the secret was shown before the console ended"
            " cannot be told."
        )
    )
