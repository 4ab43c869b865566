"""Telling a change that was made elsewhere from those that were made here.

It is one if nothing that the console sent since the object was seen last can have
done it. Only the record's and the console's own clocks are compared, never Authlete's:
it may be set otherwise.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q

from tenants.audit.events import (
    CLIENT_CHANGED_OUTSIDE,
    CLIENT_GONE_OUTSIDE,
    SERVICE_CHANGED_OUTSIDE,
    SERVICE_GONE_OUTSIDE,
)
from tenants.audit.models import CHANGES, PATIENCE, AuditEntry, microseconds
from tenants.audit.notes import note
from tenants.audit.who import Who
from tenants.authlete.changes import Change
from tenants.authlete.errors import NotRecorded, Outcome
from tenants.authlete.sight import moved
from tenants.models import Organization
from tenants.versions.models import Version

ACTOR = "outside this console"
LOOKED = 200  # entries about an object that are looked through, the newest first
# What else than the members it names a call changes; None: nobody can tell which.
TOUCHED: dict[str, frozenset[str] | None] = {
    "service.update": frozenset(),
    "client.update": frozenset(),
    "client.set_lock": frozenset({"locked"}),
    "client.refresh_secret": frozenset({"clientSecret"}),
    "client.set_secret": frozenset({"clientSecret"}),
    "requestable_scopes.update": frozenset({"extension"}),
    "requestable_scopes.update_post": frozenset({"extension"}),
    "requestable_scopes.delete": frozenset({"extension"}),
    "client.create": None,
    "client.delete": None,
    "idp.create_service": None,
    "idp.remove_service": None,
    "key.create": None,
    "key.delete": None,
    "registration.update": None,
    "registration.delete": None,
}
FAILED = (Outcome.REFUSED, Outcome.NOT_SENT)


def is_so(last: Version, new: Version) -> bool:
    """Whether what is between two sights was done without the console."""
    if last.is_gone or last.modified_at == new.modified_at:
        return False  # no word of Authlete's that somebody saved it
    ours = list(_ours(last))
    return not ours or bool(_left(last, new, ours))


def tell(last: Version | None, new: Version) -> None:
    """Have the record tell of it, once; a worker tries again where that fails."""
    if last is None:
        return
    taken = Version.objects.filter(pk=new.pk, outside=Version.Outside.UNTOLD)
    if not taken.update(outside=Version.Outside.TOLD):
        return
    home = Organization.objects.filter(pk=new.organization_id).first()
    who = Who(0, ACTOR, "", new.organization_id, home.slug if home else "")
    changed, gone = (
        (CLIENT_CHANGED_OUTSIDE, CLIENT_GONE_OUTSIDE)
        if new.client_id
        else (SERVICE_CHANGED_OUTSIDE, SERVICE_GONE_OUTSIDE)
    )
    try:
        note(
            who,
            gone if new.is_gone else changed,
            label=new.name,
            object=f"{_said(last.last_at)}/{_said(new.first_at)}{_seal(new)}",
            changes=[] if new.is_gone else _left(last, new, _ours(last)),
            region=new.region,
            service=str(new.service_id),
            client=str(new.client_id) if new.client_id else "",
        )
    except NotRecorded:
        Version.objects.filter(pk=new.pk).update(outside=Version.Outside.UNTOLD)


def tell_all() -> None:
    """What was noticed and is not in the record yet."""
    for new in Version.objects.filter(outside=Version.Outside.UNTOLD)[:LOOKED]:
        place = {
            name: getattr(new, name)
            for name in ("organization_id", "region", "service_id", "client_id")
        }
        tell(Version.objects.filter(**place, number=new.number - 1).first(), new)


def _ours(last: Version) -> Iterable[AuditEntry]:
    """What the console sent that may have changed the object since that sight."""
    since = microseconds(last.last_at)
    patient = since - int(PATIENCE.total_seconds() * 1_000_000)
    # A service takes its clients along.
    clients = ["", str(last.client_id)] if last.client_id else [""]
    about = AuditEntry.objects.filter(
        CHANGES,
        organization_id=last.organization_id,
        region=last.region,
        service=str(last.service_id),
        client__in=clients,
    )
    ended = Q(outcome=Outcome.DONE, ended_at__gt=since)
    # Without an answer, it may still be carried out for a while.
    unsure = Q(outcome__in=("", Outcome.UNKNOWN), at__gt=patient)
    found = about.filter(operation__in=TOUCHED).exclude(outcome__in=FAILED)
    if last.client_id:
        found = found.exclude(~Q(operation="idp.remove_service"), client="")
    return found.filter(ended | unsure)[:LOOKED]


def _left(
    last: Version, new: Version, ours: Iterable[AuditEntry]
) -> tuple[Change, ...]:
    """What differs that none of ``ours`` can have changed."""
    known: set[str] = set()
    for entry in ours:
        touched = TOUCHED[entry.operation]
        if touched is None or entry.outcome != Outcome.DONE:
            return ()
        told = [*entry.changes, *entry.unasked]
        known |= touched | {_member(one["field"]) for one in told}
    found = moved(last.document(), new.document())
    return tuple(one for one in found if _member(one.field) not in known)


def _member(field: str) -> str:
    return field.partition(".")[0].partition("[")[0]


def _seal(version: Version) -> str:
    return f" sha256:{version.digest}" if version.digest else ""


def _said(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
