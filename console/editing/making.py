"""How an object came to be here, and what was made anew of one that was deleted.

Before something is made nobody knows its id, so the call that made it names none in the
record; the first version of what came of it knows the call. What is made again is tied
to what it was by the reason, which names the old place unless somebody takes that out.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from console.editing.kind import Target
from console.navigation import path_of
from tenants.audit.models import AuditEntry
from tenants.versions.models import Version
from tenants.versions.outside import CLOCKS, made_at

CALLS = {False: "idp.create_service", True: "client.create"}  # of a client or not
PLACE = re.compile(r"([a-z0-9-]{1,20})/([1-9][0-9]{0,17})(?:/([1-9][0-9]{0,17}))?")
SHOWN = 5


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
    calls = _calls(target)
    if target.client_id:
        return calls.filter(entry=first.entry).first() if first.written else None
    named = calls.filter(region=first.region, label=first.name)
    found = [one for one in named[:SHOWN] if _is_made_by(first, one)]
    return found[0] if len(found) == 1 else None


def made_again(target: Target) -> list[Made]:
    """What was made of it since it was deleted, as the reasons say."""
    ids = [target.service_id, *([target.client_id] if target.client_id else [])]
    place = "/".join(map(str, [target.workspace.region.name, *ids]))
    calls = _calls(target).filter(reason__contains=place)[:SHOWN]
    found = [_made_by(one) for one in calls if place in _places(one)]
    return [_made(target, one) for one in found if one]


def _calls(target: Target) -> QuerySet[AuditEntry]:
    return AuditEntry.objects.filter(
        organization_id=target.at["organization_id"],
        operation=CALLS[bool(target.client_id)],
        outcome=AuditEntry.Outcome.DONE,
    )


def _made_by(call: AuditEntry) -> Version | None:
    """The first version of what a call has made; none where that cannot be told."""
    own = Version.objects.filter(organization_id=call.organization_id, number=1)
    own = own.filter(region=call.region)
    if call.service:
        inside = own.filter(service_id=int(call.service), written=True)
        return inside.filter(entry=call.entry).first()
    named = own.filter(client_id=0, name=call.label)
    found = [one for one in named[:SHOWN] if _is_made_by(one, call)]
    return found[0] if len(found) == 1 else None


def _is_made_by(service: Version, call: AuditEntry) -> bool:
    """Whether a service of the name that was asked for was made then."""
    made = made_at(service)
    return made is not None and abs(made - call.time) < CLOCKS


def made_from(target: Target, making: AuditEntry) -> Made | None:
    """What it was before it was deleted and made again."""
    for place in _places(making):
        region, service, client = (*place.split("/"), "0")[:3]
        own = Version.objects.filter(
            organization_id=target.at["organization_id"],
            region=region,
            service_id=int(service),
            client_id=int(client),
        )
        if bool(int(client)) == bool(target.client_id) and (last := own.first()):
            return _made(target, last)
    return None


def _made(target: Target, version: Version) -> Made:
    place = [version.region, str(version.service_id)]
    if version.client_id:
        place.append(str(version.client_id))
    slug = target.workspace.organization.slug
    path = path_of(f"{target.kind.area}:show", slug, *place)
    return Made(version.name or place[-1], path)


def _places(entry: AuditEntry) -> Iterator[str]:
    return (one[0] for one in PLACE.finditer(entry.reason))


def _versions(target: Target) -> QuerySet[Version]:
    at = target.at
    return Version.objects.filter(
        organization_id=at["organization_id"],
        region=at["region"],
        service_id=target.service_id,
        client_id=target.client_id,
    )
