"""What a version of an object is held beside: another moment, or another object."""

from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from console.access import Workspace
from console.editing.kind import Target
from console.editing.moments import moment_of, said
from console.editing.past import Known, known
from console.models import KnownClient, KnownService
from console.paths import client_at, service_at
from tenants.authlete.documents.base import Document

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
        if span is None or span.version.is_gone or moment > timezone.now():
            return None
        words = _("%(time)s, as it was last seen then")
        if found.is_certain(span, moment):
            words = "%(time)s"
        told = words % {"time": said(moment)}
        return Beside(found.document(span), told, same=True)
    target = found.target
    place = client_at(asked) if target.client_id else service_at(asked)
    if place is None:
        return None
    name, *ids = place
    member = target.workspace.member
    region = next((one for one in member.regions() if one.name == name), None)
    if region is None:
        return None
    workspace = Workspace(member, region, member.connect(region.name))
    return _other(known(Target(target.kind, workspace, *ids)))


def _other(found: Known) -> Beside:
    """Another object as it is now, or as it was when it was seen last."""
    target, document, words = found.target, found.now, _("%(name)s in %(region)s, now")
    if document is None:
        assert found.last, "what is not known of cannot be found"
        document = found.document(found.last)
        words = _("%(name)s in %(region)s, as it was last seen, %(time)s")
    told = {
        "name": target.kind.called(document) or str(target.client_id),
        "region": target.workspace.region.title,
        "time": said(found.last.until) if found.last else "",
    }
    return Beside(document, words % told, same=False, path=target.path("show"))


def offered(target: Target) -> list[tuple[str, str]]:
    """Other objects by their places, with their names: as they were last seen."""
    home = target.workspace.organization
    if not target.client_id:
        return [
            (f"{one.region}/{one.service_id}", one.name)
            for one in offered_services(target)
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


def offered_services(target: Target) -> list[KnownService]:
    """Other services, by name: those that lists showed last."""
    services = KnownService.objects.filter(organization=target.workspace.organization)
    here = target.workspace.region.name, target.service_id
    return [
        one
        for one in services.order_by("name")[:OFFERED]
        if (one.region, one.service_id) != here
    ]
