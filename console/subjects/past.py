"""What this console did to a subject before, as the record tells it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from console.access import Member
from console.models import Receipt
from console.operations import told
from console.receipts import of_entries
from console.subjects.sheets import is_proven
from tenants.audit.filters import Filters
from tenants.audit.models import AuditEntry
from tenants.audit.search import Page, search

EFFECTS = ("change", "destroy", "reveal")
MOST = 200  # entries that are looked at in one go
TIMES = 10  # that is looked for what lies before a job of many calls


@dataclass(frozen=True, slots=True)
class Deed:
    """What one page, or one job, did; all that is on one receipt is one."""

    entry: AuditEntry  # the newest
    words: SafeString
    fates: Sequence[str]  # each once; none where a receipt tells more
    regions: Sequence[str]
    calls: int
    receipt: Receipt | None = None  # of what it ended
    is_proven: bool = False  # that nothing is left of what is on the receipt


def past(member: Member, subject: str) -> list[Deed]:
    """Newest first; who only looked is left out."""
    found = _latest(member, subject)
    kept = of_entries(member, found)
    groups: dict[object, list[AuditEntry]] = {}
    for one in found:
        receipt = kept.get(one.entry)
        groups.setdefault(receipt.pk if receipt else _together(one), []).append(one)
    newest = islice(groups.values(), MOST)
    return [_deed(group, kept.get(group[0].entry)) for group in newest]


def entries(member: Member, subject: str) -> list[AuditEntry]:
    """All of them, one by one."""
    found: list[AuditEntry] = []
    page = Page()
    while True:
        page = _page(member, Filters(subject=subject, effects=EFFECTS), page.older)
        found += page.entries
        if not page.older:
            return found


def _latest(member: Member, subject: str) -> list[AuditEntry]:
    """The newest; a job that made very many calls hides nothing that was before it."""
    found: list[AuditEntry] = []
    seen: set[str] = set()
    cursor = ""
    for _turn in range(TIMES):
        without = Filters(page=sorted(seen)) if seen else None
        filters = Filters(subject=subject, effects=EFFECTS, without=without)
        page = _page(member, filters, cursor)
        found += page.entries
        seen |= {one.page for one in page.entries if one.page}
        if not (cursor := page.older):
            break
    return found


def _page(member: Member, filters: Filters, cursor: str) -> Page:
    return search(member.organization.pk, filters, cursor, size=MOST)


def _together(entry: AuditEntry) -> tuple[object, ...]:
    return (entry.page, entry.actor_id, entry.operation, entry.ticket, entry.reason)


def _deed(group: Sequence[AuditEntry], receipt: Receipt | None) -> Deed:
    entry = group[0]
    labels = {one.label or one.client or one.service for one in group}
    if receipt:
        proven = is_proven(receipt)
        words = _revoked(receipt, labels, is_proven=proven)
        return Deed(entry, words, (), receipt.regions, 1, receipt, proven)
    is_done = all(one.outcome == AuditEntry.Outcome.DONE for one in group)
    return Deed(
        entry,
        told(entry.operation, ", ".join(sorted(labels)), is_done=is_done),
        list(dict.fromkeys(one.fate for one in group)),
        list(dict.fromkeys(one.region for one in group if one.region)),
        len(group),
    )


def _revoked(receipt: Receipt, labels: set[str], *, is_proven: bool) -> SafeString:
    """What is on a receipt, in words; ``labels`` may come from outside."""
    if receipt.everything:
        if is_proven:
            return format_html("{}", _("Revoked everything, everywhere"))
        return format_html("{}", _("Began to revoke everything, everywhere"))
    words = _("Revoked {app}") if is_proven else _("Tried to revoke {app}")
    app = format_html("<bdi>{}</bdi>", ", ".join(sorted(labels)))
    return format_html(words, app=app)
