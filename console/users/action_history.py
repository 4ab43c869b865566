"""Past actions on a user from Meridian, according to the audit log."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from console.audit_log.operation_labels import render_label
from console.models import Receipt
from console.users.receipt_report import is_receipt_confirmed
from console.users.receipt_store import receipts_by_entry
from console.web.access import Member
from tenants.audit.models import AuditEntry
from tenants.audit.search.entries import EntryPage, search_entries
from tenants.audit.search.filters import EntryFilters

ACTION_EFFECTS = ("change", "destroy", "reveal")
ENTRIES_PER_PAGE = 200  # entries that are looked at in one go
MAX_PAGES = 10  # that is looked for what lies before a job of many calls


@dataclass(frozen=True, slots=True)
class PastAction:
    """The calls of one page, job or receipt."""

    entry: AuditEntry  # the newest
    description: SafeString
    outcomes: Sequence[str]  # each once; none where a receipt tells more
    regions: Sequence[str]
    call_count: int
    receipt: Receipt | None = None  # of what it ended
    is_confirmed: bool = False  # that nothing is left of what is on the receipt


def list_actions(member: Member, subject: str) -> list[PastAction]:
    """List past actions, newest first, without reads."""
    entries = _latest_entries(member, subject)
    kept = receipts_by_entry(member, entries)
    groups: dict[object, list[AuditEntry]] = {}
    for entry in entries:
        receipt = kept.get(entry.entry)
        groups.setdefault(receipt.pk if receipt else _grouping_key(entry), []).append(entry)
    newest = islice(groups.values(), ENTRIES_PER_PAGE)
    return [_build_action(group, kept.get(group[0].entry)) for group in newest]


def list_entries(member: Member, subject: str) -> list[AuditEntry]:
    """Return all entries of past actions."""
    entries: list[AuditEntry] = []
    page = EntryPage()
    while True:
        page = _search_page(
            member, EntryFilters(subject=subject, effects=ACTION_EFFECTS), page.older
        )
        entries += page.entries
        if not page.older:
            return entries


def _latest_entries(member: Member, subject: str) -> list[AuditEntry]:
    """Return the newest entries; a large job doesn't hide older ones."""
    entries: list[AuditEntry] = []
    seen: set[str] = set()
    cursor = ""
    for _turn in range(MAX_PAGES):
        without = EntryFilters(page=sorted(seen)) if seen else None
        filters = EntryFilters(subject=subject, effects=ACTION_EFFECTS, without=without)
        page = _search_page(member, filters, cursor)
        entries += page.entries
        seen |= {entry.page for entry in page.entries if entry.page}
        if not (cursor := page.older):
            break
    return entries


def _search_page(member: Member, filters: EntryFilters, cursor: str) -> EntryPage:
    return search_entries(member.organization.pk, filters, cursor, size=ENTRIES_PER_PAGE)


def _grouping_key(entry: AuditEntry) -> tuple[object, ...]:
    return (entry.page, entry.actor_id, entry.operation, entry.ticket, entry.reason)


def _build_action(group: Sequence[AuditEntry], receipt: Receipt | None) -> PastAction:
    entry = group[0]
    labels = {one.label or one.client or one.service for one in group}
    if receipt:
        proven = is_receipt_confirmed(receipt)
        words = _describe_revocation(receipt, labels, is_confirmed=proven)
        return PastAction(entry, words, (), receipt.regions, 1, receipt, proven)
    return PastAction(
        entry,
        render_label(entry.operation, ", ".join(sorted(labels))),
        list(dict.fromkeys(one.effective_outcome for one in group)),
        list(dict.fromkeys(one.region for one in group if one.region)),
        len(group),
    )


def _describe_revocation(receipt: Receipt, labels: set[str], *, is_confirmed: bool) -> SafeString:
    """Describe a receipt; ``labels`` are untrusted."""
    if receipt.everything:
        if is_confirmed:
            return format_html("{}", _("Revoked all access"))
        return format_html("{}", _("Revocation of all access not confirmed"))
    words = _("Revoked {app}") if is_confirmed else _("Revocation of {app} not confirmed")
    app = format_html("<bdi>{}</bdi>", ", ".join(sorted(labels)))
    return format_html(words, app=app)
