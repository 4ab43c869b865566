"""What an evidence pack tells in words: changes, and who may do what."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import batched

from django.utils.translation import gettext as _

from console.audit.exporting import iso
from console.audit.lines import changes_of, line, names_of, object_of, service_of
from console.editing import cells
from console.names import ROLES
from console.operations import title
from tenants.audit.models import AuditEntry
from tenants.audit.tree import MAY_NAME
from tenants.authlete.errors import Outcome
from tenants.models import Membership, Organization

AT_ONCE = 500  # entries whose services are looked up together
COLUMNS = (
    "row time actor role what effect outcome code region service client changes reason"
    " ticket entry"
).split()
ROLE_CHANGES = ("member.add", "member.change", "member.remove")


def changes(organization: int, entries: Iterable[AuditEntry]) -> Iterator[str]:
    """A line of CSV an entry; what names its subject is left out."""
    yield from cells.lines([COLUMNS])
    for some in batched(map(veiled, entries), AT_ONCE):
        yield from cells.lines(_rows(organization, some))


def veiled(entry: AuditEntry) -> AuditEntry:
    """The entry as it may be told to whoever may not see subjects."""
    if entry.subject:
        for name in reversed(MAY_NAME):  # the subject itself comes last
            if entry.subject in getattr(entry, name):
                setattr(entry, name, "[]" if name == "changed" else "")
    return entry


def _rows(organization: int, entries: Sequence[AuditEntry]) -> Iterator[list[str]]:
    names = names_of(organization, entries)
    for entry in entries:
        is_done = entry.outcome == Outcome.DONE
        yield [
            str(entry.seq),
            iso(entry.at),
            entry.actor,
            entry.role,
            title(entry.operation, object_of(entry, names), is_done=is_done),
            entry.effect,
            str(entry.fate.label),
            entry.code,
            entry.region,
            service_of(entry, names),
            entry.client,
            "; ".join(
                f"{one.label}: {one.was} → {one.now}" for one in changes_of(entry)
            ),
            entry.reason,
            entry.ticket,
            entry.entry,
        ]


def _changes(entry: AuditEntry) -> str:
    return "; ".join(f"{one.label}: {one.was} → {one.now}" for one in changes_of(entry))


def access(organization: Organization) -> Iterator[str]:
    """Who belongs to the organization, when they last did something, and how roles
    were changed, newest first."""
    yield from cells.lines([["kind", "person", "name", "role", "time", "by", "what"]])
    yield from cells.lines(_members(organization))
    changed = AuditEntry.objects.filter(
        organization_id=organization.pk, operation__in=ROLE_CHANGES
    )
    for some in batched(changed.iterator(), AT_ONCE):
        yield from cells.lines(_role_changes(some))


def _members(organization: Organization) -> Iterator[list[str]]:
    members = Membership.objects.filter(organization=organization)
    for one in members.select_related("user").order_by("user__username"):
        person = one.user.get_username()
        own = AuditEntry.objects.filter(organization_id=organization.pk, actor=person)
        last = own.first()
        said = _("last entry") if last else _("no entry")
        if not one.user.is_active:
            said = f"{said}, {_('closed')}"
        time = iso(last.at) if last else ""
        role = str(ROLES.get(one.role, one.role))
        yield ["member", person, one.user.get_full_name(), role, time, "", said]


def _role_changes(entries: Iterable[AuditEntry]) -> Iterator[list[str]]:
    for entry in entries:
        told = "; ".join(f"{one.was} → {one.now}" for one in changes_of(entry))
        what = line([entry], {}).title
        yield [
            "change",
            entry.object or entry.label,
            "",
            told,
            iso(entry.at),
            entry.actor,
            f"{what} ({entry.fate.label})",
        ]
