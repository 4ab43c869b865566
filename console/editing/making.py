"""How an object came to be here, and what was made anew of one that was deleted.

Before something is made nobody knows its id, so the call that made it names none in the
record; the first version of what came of it knows the call. What is made again is tied
to what it was by the reason, which names the old place unless somebody takes that out.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from console.editing.kind import Target
from console.navigation import path_of
from console.paths import client_at, service_at
from tenants.audit.lost.since import CLOCKS, MICROSECOND
from tenants.audit.models import CHANGES, AuditEntry, microseconds
from tenants.audit.search import written
from tenants.versions.models import Version
from tenants.versions.outside import made_at

CALLS = {False: "idp.create_service", True: "client.create"}  # of a client or not
WORD = re.compile(r"[\w/-]+", re.ASCII)  # as a place may be one, without full stops
LOOKED_AT = 100  # reasons that hold a place, or one that begins so
SHOWN = 5

type Place = tuple[str, int, int]  # region, service and client; 0 for none


@dataclass(frozen=True, slots=True)
class Made:
    name: str
    path: str


def reason_again(place: str) -> str:
    return _("Again what was deleted: %(place)s") % {"place": place}


def making_of(target: Target) -> AuditEntry | None:
    """The call that made it from here, if one did and its entry is kept."""
    first = _versions(target).filter(number=1).first()
    if first is None:
        return None
    calls = _calls(target).filter(region=first.region)
    if first.written:
        return calls.filter(entry=first.entry).first()
    if (made := made_at(first)) is None:
        return None
    named = calls.filter(_near(made), CHANGES, label=first.name, **_inside(first))
    return next((one for one in named[:SHOWN] if _made_by(one) == first), None)


def made_again(target: Target) -> list[Made]:
    """What was made of it since it was deleted, as the reasons say."""
    ids = [target.service_id, *([target.client_id] if target.client_id else [])]
    place = "/".join(map(str, [target.workspace.region.name, *ids]))
    calls = _calls(target).filter(reason__contains=place)[:LOOKED_AT]
    own = (target.workspace.region.name, target.service_id, target.client_id)
    named = [one for one in calls if own in _places(one)]
    found = [_made_by(one) for one in named[:SHOWN]]
    return [_made(target, one) for one in found if one]


def _calls(target: Target) -> QuerySet[AuditEntry]:
    return AuditEntry.objects.filter(
        organization_id=target.at["organization_id"],
        operation=CALLS[bool(target.client_id)],
        outcome=AuditEntry.Outcome.DONE,
    )


def _made_by(call: AuditEntry) -> Version | None:
    """The first version of what a call has made: that which says so, or where its reply
    was lost the one of that name and time; none where that cannot be told."""
    firsts = Version.objects.filter(
        organization_id=call.organization_id, region=call.region, number=1
    )
    if call.service:
        own = firsts.filter(service_id=int(call.service)).exclude(client_id=0)
    else:
        own = firsts.filter(client_id=0)
    if kept := own.filter(entry=call.entry, written=True).first():
        return kept
    named = own.filter(name=call.label, written=False, outside=Version.Outside.NO)
    unseen = named.filter(first_at__gte=call.time)
    found = [one for one in unseen[:SHOWN] if _is_in_time(one, call)]
    return found[0] if len(found) == 1 else None


def _is_in_time(first: Version, call: AuditEntry) -> bool:
    made = made_at(first)
    return made is not None and abs(made - call.time) < CLOCKS


def _near(made: datetime) -> Q:
    """The calls that are in time, by the rows in which they can stand."""
    moment, clocks = microseconds(made), CLOCKS // MICROSECOND
    since, until = moment - clocks, moment + clocks
    first, last = written(since, until)
    return Q(at__gte=since, at__lt=until, seq__gte=first, seq__lte=last)


def _inside(first: Version) -> dict[str, str]:
    """What tells a call that makes such a thing; one that makes a service names none,
    as much else does."""
    return {"service": str(first.service_id)} if first.client_id else {}


def made_from(target: Target, making: AuditEntry) -> Made | None:
    """What it was before it was deleted and made again."""
    for region, service_id, client_id in _places(making):
        if bool(client_id) != bool(target.client_id):
            continue
        inside = Version.objects.filter(
            organization_id=target.at["organization_id"],
            region=region,
            service_id=service_id,
        )
        last = inside.filter(client_id=client_id).first()
        service = inside.filter(client_id=0).first()
        if last and (last.is_gone or (service and service.is_gone)):
            return _made(target, last)
    return None


def _made(target: Target, version: Version) -> Made:
    place = [version.region, str(version.service_id)]
    if version.client_id:
        place.append(str(version.client_id))
    slug = target.workspace.organization.slug
    path = path_of(f"{target.kind.area}:show", slug, *place)
    return Made(version.name or place[-1], path)


def _places(entry: AuditEntry) -> Iterator[Place]:
    for word in (found.strip("/") for found in WORD.findall(entry.reason)):
        if service := service_at(word):
            yield (*service, 0)
        elif client := client_at(word):
            yield client


def _versions(target: Target) -> QuerySet[Version]:
    at = target.at
    return Version.objects.filter(
        organization_id=at["organization_id"],
        region=at["region"],
        service_id=target.service_id,
        client_id=target.client_id,
    )
