"""Telling a change that was made elsewhere from those that were made here.

It is one if nothing that the console sent since the object was seen last can have
done it. Only the record's and the console's own clocks are compared, never Authlete's:
it may be set otherwise. Where an object is seen for the first time, Authlete alone says
when it was made. That tells what is new since the console looks after it, which is
worth an entry, from all that was there before; a clock that is wrong makes none of the
console's own doing somebody else's.
"""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from typing import Any, TypedDict

from django.db.models import Q

from tenants.audit.events import (
    CLIENT_BACK_OUTSIDE,
    CLIENT_CHANGED_OUTSIDE,
    CLIENT_GONE_OUTSIDE,
    CLIENT_MADE_OUTSIDE,
    SERVICE_BACK_OUTSIDE,
    SERVICE_CHANGED_OUTSIDE,
    SERVICE_GONE_OUTSIDE,
    SERVICE_MADE_OUTSIDE,
    Event,
)
from tenants.audit.lost.since import CLOCKS
from tenants.audit.models import CHANGES, PATIENCE, AuditEntry, microseconds
from tenants.audit.notes import note
from tenants.audit.who import Who
from tenants.authlete.changes import Change, member_of
from tenants.authlete.documents.base import Document
from tenants.authlete.editing import FIXED
from tenants.authlete.errors import NotRecorded, Occupied, Outcome
from tenants.authlete.sight import moved
from tenants.authlete.times import time_of
from tenants.authlete.veil import veiled
from tenants.fingerprints import redactor
from tenants.locks import Leases
from tenants.models import Credential, Organization
from tenants.versions.models import Version

ACTOR = "outside this console"
LOOKED = 200  # entries about an object that are looked through, the newest first
MAKING = ("client.create", "registration.create", "federation.registration")
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
    "client.delete": None,
    "idp.create_service": None,
    "idp.remove_service": None,
    "key.create": None,
    "key.delete": None,
}
# Until one is settled, what is seen after it may be its doing.
HIDING = {*TOUCHED, *MAKING}
FAILED = (Outcome.REFUSED, Outcome.NOT_SENT)
TURN = 60.0  # seconds that one process has for telling; then it was killed


def is_so(last: Version, new: Version) -> bool:
    """Whether what is between two sights was done without the console."""
    if last.modified_at == new.modified_at:
        return False  # no word of Authlete's that somebody saved it
    ours = list(_ours(last, new))
    return not ours or bool(_left(last, new, ours))


def is_made(new: Version) -> bool:
    """Whether what is seen for the first time was made without the console, since it
    has the credential that shows it."""
    made = made_at(new)
    if made is None:
        return False
    since = Credential.objects.filter(
        organization_id=new.organization_id,
        region=new.region,
        changed_at__lt=made - CLOCKS,
    )
    return since.exists() and not _may_be_ours(new, made)


def made_at(new: Version) -> datetime | None:
    """By Authlete's clock; none where it does not say so."""
    made = time_of(new.document().get("createdAt"))
    return made if made and made.year >= 1970 else None


def _may_be_ours(new: Version, made: datetime) -> bool:
    """Whether a call that was to make something was under way when this was made, and
    is not known to have made something else."""
    near = microseconds(made - CLOCKS - PATIENCE), microseconds(made + CLOCKS)
    calls = AuditEntry.objects.filter(
        CHANGES,
        organization_id=new.organization_id,
        region=new.region,
        at__range=near,
    ).exclude(outcome__in=(*FAILED, Outcome.NOT_DONE))
    if not new.client_id:
        return calls.filter(operation="idp.create_service", label=new.name).exists()
    mine = calls.filter(service=str(new.service_id), operation__in=MAKING)
    entries = set(mine.values_list("entry", flat=True))
    others = Version.objects.filter(entry__in=entries, written=True).exclude(
        client_id=new.client_id
    )
    return bool(entries - set(others.values_list("entry", flat=True)))


def tell(last: Version | None, new: Version, *, again: bool = False) -> None:
    """Have the record tell of it, once; a worker tries ``again`` where that failed, or
    where whoever was at it was killed. Without ``last`` it was made."""
    untold = Version.objects.filter(pk=new.pk, outside=Version.Outside.UNTOLD)
    turn = Leases(new.organization_id, ACTOR).hold(f"outside/{new.pk}", TURN)
    with suppress(Occupied, NotRecorded), turn:
        if untold.exists():
            if not (again and _is_told(last, new)):
                _note(last, new)
            untold.update(outside=Version.Outside.TOLD)


def _is_told(last: Version | None, new: Version) -> bool:
    """Whether it came into the record, and nobody lived to note that here."""
    return AuditEntry.objects.filter(
        CHANGES,
        organization_id=new.organization_id,
        operation=_event(last, new).name,
        at__gte=microseconds(new.first_at),
        object__endswith=until(new),
        **_place(new),
    ).exists()


def _note(last: Version | None, new: Version) -> None:
    """Raises `NotRecorded`."""
    home = Organization.objects.filter(pk=new.organization_id).first()
    who = Who(0, ACTOR, "", new.organization_id, home.slug if home else "")
    since = last.last_at if last else made_at(new) or new.first_at
    note(
        who,
        _event(last, new),
        label=new.name,
        object=f"{_said(since)}{until(new)}",
        changes=_changes(last, new),
        **_place(new),
    )


class _Place(TypedDict):
    region: str
    service: str
    client: str


def _place(version: Version) -> _Place:
    """Its columns in the record."""
    client = str(version.client_id) if version.client_id else ""
    return _Place(region=version.region, service=str(version.service_id), client=client)


def until(version: Version) -> str:
    return f"/{_said(version.first_at)}{_seal(version)}"


def _event(last: Version | None, new: Version) -> Event:
    if last is None:
        return CLIENT_MADE_OUTSIDE if new.client_id else SERVICE_MADE_OUTSIDE
    if new.is_gone:
        return CLIENT_GONE_OUTSIDE if new.client_id else SERVICE_GONE_OUTSIDE
    if last.is_gone:
        return CLIENT_BACK_OUTSIDE if new.client_id else SERVICE_BACK_OUTSIDE
    return CLIENT_CHANGED_OUTSIDE if new.client_id else SERVICE_CHANGED_OUTSIDE


def _changes(last: Version | None, new: Version) -> tuple[Change, ...]:
    """What differs, as the record may keep it."""
    return veiled(_differing(last, new), redactor())


def _differing(last: Version | None, new: Version) -> tuple[Change, ...]:
    if last is None:
        made = moved(Document(), new.document())
        return tuple(one for one in made if member_of(one.field) not in FIXED)
    if last.is_gone:
        before = _there_before(last)
        return moved(before.document(), new.document()) if before else ()
    return () if new.is_gone else _left(last, new, _ours(last, new))


def _there_before(gone: Version) -> Version | None:
    """How something was before it was gone."""
    earlier = Version.objects.filter(**_row(gone), number__lt=gone.number)
    return earlier.exclude(digest="").first()


def tell_all() -> None:
    """What was noticed and is not in the record yet."""
    for new in Version.objects.filter(outside=Version.Outside.UNTOLD)[:LOOKED]:
        before = Version.objects.filter(**_row(new), number=new.number - 1).first()
        tell(before, new, again=True)


def _row(version: Version) -> dict[str, Any]:
    """Which object it is of."""
    names = ("organization_id", "region", "service_id", "client_id")
    return {name: getattr(version, name) for name in names}


def _ours(last: Version, new: Version) -> Iterable[AuditEntry]:
    """What the console sent that may have changed the object between two sights."""
    since = microseconds(last.last_at)
    patient = since - int(PATIENCE.total_seconds() * 1_000_000)
    # A service takes its clients along.
    clients = ["", str(last.client_id)] if last.client_id else [""]
    about = AuditEntry.objects.filter(
        CHANGES,
        # Without an answer, it may still be carried out for a while. What was sent
        # long before is not, whenever it was settled.
        at__gt=patient,
        at__lte=microseconds(new.first_at),
        organization_id=last.organization_id,
        region=last.region,
        service=str(last.service_id),
        client__in=clients,
    )
    ended = Q(outcome=Outcome.DONE, ended_at__gt=since)
    unsure = Q(outcome__in=("", Outcome.UNKNOWN))
    found = about.filter(operation__in=TOUCHED).exclude(outcome__in=FAILED)
    if last.client_id:
        found = found.exclude(~Q(operation="idp.remove_service"), client="")
    return found.filter(ended | unsure)[:LOOKED]


def _left(
    last: Version, new: Version, ours: Iterable[AuditEntry]
) -> tuple[Change, ...]:
    """What differs that none of ``ours`` can have changed."""
    if last.is_gone:
        return ()  # one of them took it away or brought it back
    known: set[str] = set()
    for entry in ours:
        touched = TOUCHED[entry.operation]
        if touched is None or entry.outcome != Outcome.DONE:
            return ()
        told = [*entry.changes, *entry.unasked]
        known |= touched | {member_of(one["field"]) for one in told}
    found = moved(last.document(), new.document())
    return tuple(one for one in found if member_of(one.field) not in known)


def _seal(version: Version) -> str:
    return f" sha256:{version.digest}" if version.digest else ""


def _said(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
