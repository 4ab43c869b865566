"""What this console did to a subject before, as the record tells it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from django.utils.safestring import SafeString

from console.access import Member
from console.models import Receipt
from console.operations import told
from console.receipts import of_entries
from tenants.audit.models import AuditEntry
from tenants.audit.search import Filters, search

EFFECTS = ("change", "destroy", "reveal")
MOST = 200  # entries that are looked at


@dataclass(frozen=True, slots=True)
class Deed:
    """What one page, or one job, did; several calls of a kind are one."""

    entry: AuditEntry  # the newest
    words: SafeString
    fates: Sequence[str]  # each once
    regions: Sequence[str]
    calls: int
    receipt: Receipt | None = None  # of what it ended


def past(member: Member, subject: str) -> list[Deed]:
    """Newest first; who only looked is left out."""
    found = entries(member, subject)
    kept = of_entries(member, found)
    groups = (list(group) for _, group in groupby(found, key=_together))
    return [_deed(group, kept.get(group[0].entry)) for group in groups]


def entries(member: Member, subject: str) -> list[AuditEntry]:
    """The same, one by one."""
    filters = Filters(subject=subject, effects=EFFECTS)
    return search(member.organization.pk, filters, size=MOST).entries


def _together(entry: AuditEntry) -> tuple[object, ...]:
    return (entry.page, entry.actor_id, entry.operation, entry.ticket, entry.reason)


def _deed(group: Sequence[AuditEntry], receipt: Receipt | None) -> Deed:
    entry = group[0]
    labels = {one.label or one.client or one.service for one in group}
    is_done = all(one.outcome == AuditEntry.Outcome.DONE for one in group)
    return Deed(
        entry,
        told(entry.operation, ", ".join(sorted(labels)), is_done=is_done),
        list(dict.fromkeys(one.fate for one in group)),
        list(dict.fromkeys(one.region for one in group if one.region)),
        len(group),
        receipt,
    )
