"""Entries as the list tells them, one line each; reads of many regions that one page
made together are one line."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby

from django.db.models import Max
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from console import keeping
from console.audit import risks
from console.audit.brief import brief
from console.models import KnownClient, KnownService
from console.operations import deed_of, title, told
from console.paths import id_of
from console.sentences import Declared, Sentence, declared_of, sentences, stored
from tenants.audit.events import AUDIT_SETTLE
from tenants.audit.models import AuditEntry
from tenants.authlete.api import OPERATIONS
from tenants.authlete.errors import Outcome
from tenants.authlete.operation import Effect
from tenants.versions.models import Version

MAKES = {"service.create", "idp.create_service", "client.create"}
MOST = 2  # changes that a line tells

# Of services and clients, by region, the service's id, and the client's if it is one.
type Names = Mapping[tuple[str, ...], str]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the list."""

    entry: AuditEntry
    what: SafeString
    title: str
    service: str  # its name, or else its id
    client: str  # the same
    regions: Sequence[str]
    changes: Sequence[Sentence]
    more: int  # changes that are not told
    entries: int  # that the line stands for
    risk: str  # why it should be looked at; empty where no rule says so

    @property
    def is_undone(self) -> bool:
        """Whether it is known that it did not come to what the changes tell."""
        return str(self.entry.fate) in risks.HARMLESS

    @property
    def brief(self) -> SafeString:
        """What it changed, drawn."""
        return brief(self.changes, self.more)


def lines(entries: Iterable[AuditEntry], names: Names, *, fold: bool) -> list[Line]:
    """``fold``: tell in one line what one page read in many places."""
    if not fold:
        return [line([entry], names) for entry in entries]
    return [line(list(group), names) for _key, group in groupby(entries, key=_together)]


def days(told: Iterable[Line]) -> list[list[Line]]:
    """The lines of each day, where the reader is."""
    return [list(one) for _day, one in groupby(told, key=_day)]


def _day(told: Line) -> date:
    return timezone.localdate(told.entry.time)


def line(group: Sequence[AuditEntry], names: Names) -> Line:
    entry = group[0]
    name, what = entry.operation, object_of(entry, names)
    is_done = entry.outcome == Outcome.DONE
    changes = [_brief(one, declared_of(name)) for one in changes_of(entry)]
    return Line(
        entry,
        told(deed_of(entry), what, is_done=is_done),
        title(deed_of(entry), what, is_done=is_done),
        service_of(entry, names),
        client_of(entry, names),
        list(dict.fromkeys(one.region for one in group if one.region)),
        changes[:MOST],
        max(0, len(changes) - MOST),
        len(group),
        risks.of_deed(entry) or next((one.risk for one in changes if one.risk), ""),
    )


def changes_of(entry: AuditEntry) -> list[Sentence]:
    """What an entry changed; of what it made, nothing was anything before."""
    if removal := keeping.removal_of(entry):
        return list(removal.parts)
    changes = stored(entry.changes)
    told = sentences(changes, declared_of(entry.operation))
    if entry.operation in MAKES:
        told = [replace(one, was="") for one in told]
    if entry.outcome in risks.HARMLESS:
        return told
    found = map(risks.of_change, changes)
    return [
        replace(one, risk=risk) if risk else one
        for one, risk in zip(told, found, strict=True)
    ]


def names_of(organization: int, entries: Iterable[AuditEntry]) -> Names:
    """What the services and clients are called that the entries speak of, or were
    called last."""
    some = [one for one in entries if id_of(one.service)]
    if not some:
        return {}
    numbers = {int(one.service) for one in some}
    ids = {int(one.client) for one in some if id_of(one.client)}
    own = {"organization_id": organization, "service_id__in": numbers}
    services = KnownService.objects.filter(**own).exclude(name="")
    named = services.values_list("region", "service_id", "name")
    names: dict[tuple[str, ...], str] = {
        (region, str(service)): name for region, service, name in named
    }
    own |= {"region__in": {one.region for one in some}}
    clients = KnownClient.objects.filter(**own, client_id__in=ids).exclude(name="")
    columns = "region", "service_id", "client_id", "name"
    for region, service, client, name in clients.values_list(*columns) if ids else ():
        names[region, str(service), str(client)] = name
    wanted = {
        place
        for one in some
        for place in ((one.region, one.service), (one.region, one.service, one.client))
        if all(place)
    }
    if unnamed := wanted - names.keys():
        versions = Version.objects.filter(**own, client_id__in={0, *ids}, name__gt="")
        once = versions.order_by().values_list(*columns).annotate(last=Max("number"))
        for region, service, client, name, _last in once.order_by("last"):
            place = (region, str(service), *([str(client)] if client else []))
            if place in unnamed:
                names[place] = name
    return names


def service_of(entry: AuditEntry, names: Names) -> str:
    """The name of the service, as it is now or else as it was; or its id."""
    now = names.get((entry.region, entry.service), "")
    was = "" if entry.client else entry.label
    return (now or was or entry.service) if entry.service else ""


def client_of(entry: AuditEntry, names: Names) -> str:
    """The name of the client, as it is now or else as it was; or its id."""
    now = names.get((entry.region, entry.service, entry.client), "")
    return (now or entry.label or entry.client) if entry.client else ""


def object_of(entry: AuditEntry, names: Names) -> str:
    """What the entry is about, by the name that it had then if that is known."""
    if entry.operation == AUDIT_SETTLE.name:
        operation, _space, label = entry.label.partition(" ")
        return title(operation, label or _place(entry, names), is_done=False)
    return entry.label or entry.object or _place(entry, names)


def _place(entry: AuditEntry, names: Names) -> str:
    if entry.client:
        name = names.get((entry.region, entry.service, entry.client))
        return name or _("client %(id)s") % {"id": entry.client}
    if not entry.service:
        return "–"
    name = names.get((entry.region, entry.service))
    return name or _("service %(id)s") % {"id": entry.service}


def _brief(one: Sentence, declared: Declared) -> Sentence:
    """A change whose durations are not told in seconds as well."""
    _section, setting = declared.get(one.name, ("", None))
    if setting is None or setting.show.kind != "duration":
        return one
    was, now = (text.partition(" (")[0] for text in (one.was, one.now))
    return replace(one, was=was, now=now)


def _together(entry: AuditEntry) -> tuple[object, ...]:
    """Entries that follow each other and have this in common are told as one."""
    if not entry.page or entry.service or entry.effect != Effect.READ:
        return (entry.seq,)
    return (entry.page, entry.operation, entry.object, entry.fate, entry.attempt)


def path_of(entry: AuditEntry) -> str:
    """The path of the request; where a subject stands in it, as it is declared."""
    operation = OPERATIONS.get(entry.operation)
    if entry.subject and (operation is None or "subject" in operation.places):
        return operation.path if operation else ""
    return entry.path
