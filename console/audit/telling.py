"""What an evidence pack tells in words."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import batched

from console.audit.exporting import iso
from console.audit.lines import changes_of, names_of, object_of, service_of
from console.editing import cells
from console.operations import deed_of, title
from tenants.audit.models import AuditEntry
from tenants.audit.tree import MAY_NAME, is_named
from tenants.authlete.errors import Outcome

AT_ONCE = 500  # entries whose services are looked up together
COLUMNS = (
    "row time actor role what effect outcome code region service client changes reason"
    " ticket entry"
).split()


def changes(organization: int, entries: Iterable[AuditEntry]) -> Iterator[str]:
    """A line of CSV an entry; what names its subject is left out."""
    yield from cells.lines([COLUMNS])
    for some in batched(map(veiled, entries), AT_ONCE):
        yield from cells.lines(_rows(organization, some))


def veiled(entry: AuditEntry) -> AuditEntry:
    """The entry as it may be told to whoever may not see subjects."""
    if entry.subject:
        for name in reversed(MAY_NAME):  # the subject itself comes last
            if is_named(entry.subject, getattr(entry, name)):
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
            title(deed_of(entry), object_of(entry, names), is_done=is_done),
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
