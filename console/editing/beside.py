"""What a version of an object is held beside: another moment, or another object."""

import re
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from console.access import Workspace
from console.editing.kind import Target
from console.editing.past import Known
from console.models import KnownClient, KnownService
from tenants.authlete.documents.base import Document

PLACE = re.compile(r"([a-z0-9-]{1,20})/([1-9][0-9]{0,17})(?:/([1-9][0-9]{0,17}))?")
NOW = "now"
OFFERED = 200  # other objects that a page names


@dataclass(frozen=True, slots=True)
class Beside:
    document: Document
    words: str
    same: bool  # the same object at another moment
    is_now: bool = False
    path: str = ""  # of another object's page


def beside(found: Known, asked: str) -> Beside | None:
    """Now, another moment, or another object; None where it is nothing of these."""
    if asked == NOW:
        return (
            Beside(found.now, _("now"), same=True, is_now=True) if found.now else None
        )
    if moment := moment_of(asked):
        span = found.at(moment)
        if span is None or span.version.is_gone:
            return None
        return Beside(found.document(span), said(moment), same=True)
    place = PLACE.fullmatch(asked)
    target = found.target
    if not place or bool(place[3]) != bool(target.client_id):
        return None
    member = target.workspace.member
    region = next((one for one in member.regions() if one.name == place[1]), None)
    if region is None:
        return None
    workspace = Workspace(member, region, member.connect(region.name))
    other = Target(target.kind, workspace, int(place[2]), int(place[3] or 0))
    document = other.api().get()
    name = target.kind.called(document) or asked
    words = _("%(name)s in %(region)s") % {"name": name, "region": region.title}
    return Beside(document, words, same=False, path=other.path("show"))


def offered(target: Target) -> list[tuple[str, str]]:
    """Other objects by their places, with their names: as they were last seen."""
    home = target.workspace.organization
    if not target.client_id:
        services = KnownService.objects.filter(organization=home).order_by("name")
        return [
            (f"{one.region}/{one.service_id}", one.name)
            for one in services[:OFFERED]
            if (one.region, one.service_id) != _here(target)
        ]
    own = KnownClient.objects.filter(organization=home)
    me = own.filter(
        region=target.workspace.region.name,
        service_id=target.service_id,
        client_id=target.client_id,
    ).first()
    near = own.filter(
        region=target.workspace.region.name, service_id=target.service_id
    ).order_by("rank")[:OFFERED]
    twins = own.filter(rank=me.rank).order_by("region")[:OFFERED] if me else []
    return [
        (f"{one.region}/{one.service_id}/{one.client_id}", one.name or one.alias)
        for one in dict.fromkeys([*twins, *near])
        if one != me
    ]


def _here(target: Target) -> tuple[str, int]:
    return target.workspace.region.name, target.service_id


def moment_of(text: str) -> datetime | None:
    """A moment as an address has it; without an offset it is in the reader's zone."""
    try:
        moment = parse_datetime(text)
        if moment and timezone.is_naive(moment):
            moment = timezone.make_aware(moment)
    except (ValueError, OverflowError):
        return None
    return moment


def said(moment: datetime) -> str:
    local = timezone.localtime(moment)
    return f"{date_format(local, 'j M Y')}, {local:%H:%M:%S} {local:%:z}"
