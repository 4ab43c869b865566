"""Settling what was to happen to services, clients, their secrets and keys."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as say
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
from tenants.audit.models import PATIENCE
from tenants.authlete.documents.base import Document
from tenants.authlete.errors import AuthleteError, NotFound
from tenants.authlete.listing import all_clients, all_services
from tenants.authlete.redaction import Fingerprint

CLOCKS = timedelta(minutes=5)  # by which Authlete's may differ from ours
MILLISECOND = timedelta(milliseconds=1)
WINDOW = CLOCKS // MILLISECOND, (PATIENCE + CLOCKS) // MILLISECOND
GONE = otherwise(_("It is not there any more: somebody has deleted it since."))


def updated_service(lost: Lost) -> Finding:
    return _updated(lost, lost.service.get())


def updated_client(lost: Lost) -> Finding:
    try:
        return _updated(lost, lost.client.get())
    except NotFound:
        return GONE


def _updated(lost: Lost, found: Document) -> Finding:
    if not lost.known:
        return UNTOLD
    now = lost.authlete.likeness(found.wire())
    if now == lost.known["intended"]:
        return done(_("It is exactly as it was to become."))
    if now == lost.known["base"]:
        return not_done(_("It is exactly as it was before."))
    return otherwise(
        _(
            "It is neither as it was before nor as it was to become: it was changed by"
            " somebody else, or Authlete has made something else of it."
        )
    )


def locked(lost: Lost) -> Finding:
    try:
        client = lost.client.get()
    except NotFound:
        return GONE
    if client.is_locked == lost.after("locked"):
        return done(_("The lock is as it was to be set."))
    return not_done(_("The lock is as it was before."))


def limited(lost: Lost) -> Finding:
    """To some of the scopes that a client may request, or to any."""
    field = "extension.requestableScopes"
    try:
        now = lost.client.requestable_scopes().requestable_scopes
    except NotFound:
        return GONE
    if _same(now, lost.after(field)):
        return done(_("The client may request exactly the scopes that were to be set."))
    if _same(now, lost.before(field)):
        return not_done(_("The client may request what it could before."))
    return otherwise(
        _("The client may request neither what it could before nor what was to be set.")
    )


def _same(one: Sequence[str] | None, other: Sequence[str] | None) -> bool:
    return (one is None) == (other is None) and set(one or ()) == set(other or ())


def refreshed(lost: Lost) -> Finding:
    return _replaced(lost, lost.known.get("secret", ""), "")


def secret_set(lost: Lost) -> Finding:
    before, after = (
        value.get("fingerprint", "") if isinstance(value, dict) else ""
        for value in (lost.before("clientSecret"), lost.after("clientSecret"))
    )
    return _replaced(lost, before, after)


def _replaced(lost: Lost, before: str, after: str) -> Finding:
    """``after`` is empty where Authlete chose the secret."""
    if not before:
        return UNTOLD
    try:
        secret = lost.client.get().get("clientSecret")
    except NotFound:
        return GONE
    now = secret.mark if isinstance(secret, Fingerprint) else ""
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


def deleted_client(lost: Lost) -> Finding:
    try:
        lost.client.get()
    except NotFound:
        return done(_("There is no such client any more."))
    return not_done(_("The client is still there."))


def removed_service(lost: Lost) -> Finding:
    """Told by the list: what a credential may not see looks as if it were gone."""
    (listed,) = all_services([lost.authlete])
    if int(lost.entry.service) in listed.found:
        return not_done(_("The service is still there."))
    if listed.error:
        raise listed.error
    return done(_("There is no such service any more."))


def created_service(lost: Lost) -> Finding:
    (listed,) = all_services([lost.authlete])
    name = lost.after("serviceName")
    found = {
        str(one.api_key): one.get("createdAt")
        for one in listed.all
        if one.service_name == name
    }
    return _created(lost, found, listed.total, listed.error)


def created_client(lost: Lost) -> Finding:
    (listed,) = all_clients([(lost.authlete, int(lost.entry.service))])
    wanted = {
        name: lost.after(name)
        for name in ("clientName", "clientIdAlias")
        if lost.after(name)
    }
    found = {
        str(one.client_id): one.created_at
        for one in listed.all
        if all(one.get(name) == value for name, value in wanted.items())
    }
    return _created(lost, found, listed.total, listed.error)


def _created(
    lost: Lost, found: dict[str, Any], total: int, error: AuthleteError | None
) -> Finding:
    """Of what has the name that was intended, by id, and when it was created; ``total``
    is how many there are of whatever name."""
    if error:
        raise error
    early, late = WINDOW
    timed = {
        number: lost.began - early <= at <= lost.began + late if at else None
        for number, at in found.items()
    }
    new = [number for number, fits in timed.items() if fits is not False]
    if len(new) == 1 and timed[new[0]]:
        return done(say("It is there, made at that time: %(id)s.") % {"id": new[0]})
    if new:
        return cannot_tell(
            _("Several may be it: by their name, or by when they were made."), new
        )
    if "count" in lost.known and total > lost.known["count"]:
        return cannot_tell(
            _(
                "None of that name was made at that time, but there are"
                " more than before."
            )
        )
    return not_done(_("None of that name was made at that time."))


def made_key(lost: Lost) -> Finding:
    kid = lost.after("kid")
    if any(one.kid == kid for one in lost.service.hardware_keys.list()):
        return done(_("There is a key of that name."))
    return not_done(_("There is no key of that name."))


def destroyed_key(lost: Lost) -> Finding:
    handle = lost.known.get("handle")
    if not handle:
        return UNTOLD
    if any(one.handle == handle for one in lost.service.hardware_keys.list()):
        return not_done(_("The key is still listed."))
    return done(_("The key is not listed any more."))
