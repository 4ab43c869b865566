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

from console.documents.kinds import DocumentTarget
from console.web.navigation import optional_path
from console.web.paths import parse_client_ref, parse_service_ref
from tenants.audit.models import IS_CHANGE, AuditEntry, to_microseconds
from tenants.audit.reconciliation.related_calls import MAX_CLOCK_SKEW, MICROSECOND
from tenants.audit.search.entries import find_seq_range
from tenants.authlete.errors import Outcome
from tenants.authlete.object_ref import ObjectRef
from tenants.versions.external_changes import created_at
from tenants.versions.models import Version

CREATE_OPERATIONS = {
    False: "idp.create_service",
    True: "client.create",
}  # of a client or not
WORD_PATTERN = re.compile(r"[\w/-]+", re.ASCII)  # as a place may be one, without full stops
MAX_REASONS = 100  # reasons that hold a place, or one that begins so
MAX_RECREATIONS = 5


@dataclass(frozen=True, slots=True)
class ObjectLink:
    name: str
    path: str


def recreation_reason(place: str) -> str:
    return _("Recreate %(place)s") % {"place": place}


def find_creation(target: DocumentTarget) -> AuditEntry | None:
    """The call that made it from here, if one did and its entry is kept."""
    first = _versions(target).filter(number=1).first()
    if first is None:
        return None
    calls = _creation_calls(target).filter(region=first.region)
    if first.written:
        return calls.filter(entry=first.entry).first()
    if (made := created_at(first)) is None:
        return None
    named = calls.filter(_around(made), IS_CHANGE, label=first.name, **_service_filter(first))
    return next((one for one in named[:MAX_RECREATIONS] if _created_version(one) == first), None)


def list_recreations(target: DocumentTarget) -> list[ObjectLink]:
    """What was made of it since it was deleted, as the reasons say."""
    calls = _creation_calls(target).filter(reason__contains=target.ref.key)[:MAX_REASONS]
    named = [call for call in calls if target.ref in _refs_in_reason(call)]
    found = [_created_version(one) for one in named[:MAX_RECREATIONS]]
    return [_object_link(target, one) for one in found if one]


def _creation_calls(target: DocumentTarget) -> QuerySet[AuditEntry]:
    return AuditEntry.objects.filter(
        organization_id=target.audit_columns["organization_id"],
        operation=CREATE_OPERATIONS[bool(target.client_id)],
        outcome=Outcome.SUCCEEDED,
    )


def _created_version(call: AuditEntry) -> Version | None:
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
    found = [one for one in unseen[:MAX_RECREATIONS] if _is_in_time(one, call)]
    return found[0] if len(found) == 1 else None


def _is_in_time(first: Version, call: AuditEntry) -> bool:
    made = created_at(first)
    return made is not None and abs(made - call.time) < MAX_CLOCK_SKEW


def _around(made: datetime) -> Q:
    """The calls that are in time, by the rows in which they can stand."""
    moment, clocks = to_microseconds(made), MAX_CLOCK_SKEW // MICROSECOND
    since, until = moment - clocks, moment + clocks
    first, last = find_seq_range(since, until)
    return Q(at__gte=since, at__lt=until, seq__gte=first, seq__lte=last)


def _service_filter(first: Version) -> dict[str, str]:
    """What tells a call that makes such a thing; one that makes a service names none,
    as much else does."""
    return {"service": str(first.service_id)} if first.client_id else {}


def find_original(target: DocumentTarget, creation: AuditEntry) -> ObjectLink | None:
    """What it was before it was deleted and made again."""
    for region, service_id, client_id in _refs_in_reason(creation):
        if bool(client_id) != bool(target.client_id):
            continue
        inside = Version.objects.filter(
            organization_id=target.audit_columns["organization_id"],
            region=region,
            service_id=service_id,
        )
        last = inside.filter(client_id=client_id).first()
        service = inside.filter(client_id=0).first()
        if last and (last.is_deleted or (service and service.is_deleted)):
            return _object_link(target, last)
    return None


def _object_link(target: DocumentTarget, version: Version) -> ObjectLink:
    place = [version.region, str(version.service_id)]
    if version.client_id:
        place.append(str(version.client_id))
    slug = target.workspace.organization.slug
    path = optional_path(f"{target.kind.area}:show", slug, *place)
    return ObjectLink(version.name or place[-1], path)


def _refs_in_reason(entry: AuditEntry) -> Iterator[ObjectRef]:
    for word in (found.strip("/") for found in WORD_PATTERN.findall(entry.reason)):
        if service := parse_service_ref(word):
            yield ObjectRef(*service)
        elif client := parse_client_ref(word):
            yield client


def _versions(target: DocumentTarget) -> QuerySet[Version]:
    at = target.audit_columns
    return Version.objects.filter(
        organization_id=at["organization_id"],
        region=at["region"],
        service_id=target.service_id,
        client_id=target.client_id,
    )
