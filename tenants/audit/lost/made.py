"""Settling what was to be made or removed: services, clients, keys in hardware."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

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
from tenants.audit.models import AuditEntry
from tenants.authlete.errors import NotFound, Outcome
from tenants.authlete.listing import all_clients, all_services


def deleted_client(lost: Lost) -> Finding:
    try:
        lost.client.get()
    except NotFound as error:
        if not error.is_told:  # a gateway says so, which knows nothing of it
            raise
        ends = since.rivals(lost, "client.delete", "idp.remove_service")
        return _gone(lost, ends, _("There is no such client any more."))
    return not_done(_("The client is still there."))


def removed_service(lost: Lost) -> Finding:
    """Told by the list: what a credential may not see looks as if it were gone."""
    (listed,) = all_services([lost.authlete])
    if int(lost.entry.service) in listed.found:
        return not_done(_("The service is still there."))
    if listed.error:
        raise listed.error
    ends = since.rivals(lost, "idp.remove_service")
    return _gone(lost, ends, _("There is no such service any more."))


def _gone(lost: Lost, ends: Sequence[AuditEntry], said: str | Promise) -> Finding:
    """By this call, if no other can have ended it: Authlete refuses to delete what is
    not there, so what was deleted later had been there."""
    same = [one for one in ends if one.operation == lost.entry.operation]
    if any(one.outcome == Outcome.DONE for one in same):
        return not_done(_("It was still there: another call has deleted it."))
    return since.TWICE if ends else done(said)


def created_service(lost: Lost) -> Finding:
    (listed,) = all_services([lost.authlete])
    if listed.error:
        raise listed.error
    name = lost.after("serviceName")
    return _created(
        lost,
        ("idp.create_service", "idp.remove_service"),
        [
            Listed(
                str(one.api_key),
                one.service_name or "",
                one.service_name == name,
                one.get("createdAt") or 0,
            )
            for one in listed.all
        ],
    )


def created_client(lost: Lost) -> Finding:
    (listed,) = all_clients([(lost.authlete, int(lost.entry.service))])
    if listed.error:
        raise listed.error
    wanted = {
        name: lost.after(name)
        for name in ("clientName", "clientIdAlias")
        if lost.after(name)
    }
    return _created(
        lost,
        ("client.create", "client.delete"),
        [
            Listed(
                str(one.client_id),
                one.client_name or "",
                all(one.get(name) == value for name, value in wanted.items()),
                one.created_at or 0,
            )
            for one in listed.all
        ],
    )


@dataclass(frozen=True, slots=True)
class Listed:
    """What may be it."""

    id: str
    name: str
    is_named: bool  # as was intended
    at: int  # when it was made, in milliseconds since 1970; 0 where nobody says so


def _created(lost: Lost, calls: tuple[str, str], listed: Iterable[Listed]) -> Finding:
    """``calls`` are that which makes one, and that which removes one."""
    make, remove = calls
    others = set(lost.known.get("others", ()))  # whose calls are known
    fits = [
        one
        for one in listed
        if one.id not in others and (not one.at or since.is_in_time(lost, one.at))
    ]
    named = [one.id for one in fits if one.is_named]
    timed = _unexplained(lost, make, [one for one in fits if not one.is_named])
    rivals = [
        one
        for one in since.of_that_name(lost, make)
        if since.is_near(lost, one) and one.entry not in lost.known.get("told", ())
    ]
    if len(named) == 1 and all(one.at for one in fits if one.is_named):
        if rivals:
            return cannot_tell(
                _("Another call was to make one of that name at that time."), named
            )
        return done(say("It is there, made at that time: %(id)s.") % {"id": named[0]})
    if named:
        return cannot_tell(
            _("Several may be it: by their name, or by when they were made."), named
        )
    if since.of_that_name(lost, remove):
        return otherwise(_("None of that name is there; one was deleted since."))
    if timed:
        return cannot_tell(
            _("None of that name was made at that time, but one of another name."),
            timed,
        )
    return not_done(_("None of that name was made at that time."))


def _unexplained(lost: Lost, make: str, others: Sequence[Listed]) -> list[str]:
    """Those of another name that no other call is known to have made."""
    done = Counter(one.label for one in since.done_nearby(lost, make))
    named = Counter(one.name for one in others)
    return [
        one.id for one in others if one.at and not 0 < named[one.name] <= done[one.name]
    ]


def made_key(lost: Lost) -> Finding:
    """The console makes no second key of a ``kid``, though Authlete would."""
    kid = lost.after("kid")
    others = since.rivals(lost, "key.create", "key.delete")
    if any(one.label == kid for one in others):
        return since.TWICE
    if any(one.kid == kid for one in lost.service.hardware_keys.list()):
        return done(_("There is a key of that name."))
    return not_done(_("There is no key of that name."))


def destroyed_key(lost: Lost) -> Finding:
    handle = lost.known.get("handle")
    if not handle:
        return UNTOLD
    if any(one.handle == handle for one in lost.service.hardware_keys.list()):
        return not_done(_("The key is still listed."))
    ends = [
        one
        for one in since.rivals(lost, "key.delete")
        if one.knows.get("handle") == handle
    ]
    return _gone(lost, ends, _("The key is not listed any more."))
