"""Past actions on a user from Meridian, according to the audit log."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from console.audit_log.entry_groups import describe_targets
from console.audit_log.operation_labels import render_label
from console.history.entries import GROUP_PARAM
from console.models import Receipt
from console.users.receipt_report import is_receipt_confirmed
from console.users.receipt_store import receipts_by_entry
from console.web.access import Member
from tenants.audit.models import AuditEntry
from tenants.audit.search.filters import EntryFilters
from tenants.audit.search.groups import EntryGroup, search_groups

ACTION_EFFECTS = ("change", "destroy", "reveal")
MAX_ACTIONS = 200  # actions that are listed


@dataclass(frozen=True, slots=True)
class PastAction:
    """The calls of one page, job or receipt."""

    entry: AuditEntry  # the newest
    description: SafeString
    group: EntryGroup
    regions: Sequence[str]
    group_path: str  # URL of its list of entries; empty for a single entry
    receipt: Receipt | None = None
    is_confirmed: bool = False  # the receipt confirms that no access is left


def action_filters(subject: str) -> EntryFilters:
    """Return the filters of actions on a user, without reads."""
    return EntryFilters(subject=subject, effects=ACTION_EFFECTS)


def list_actions(member: Member, subject: str) -> list[PastAction]:
    """List past actions, newest first, without reads."""
    organization = member.organization.pk
    groups = search_groups(organization, action_filters(subject), size=MAX_ACTIONS).rows
    receipts = receipts_by_entry(member, [group.entry for group in groups])
    actions: dict[object, PastAction] = {}
    for group in groups:
        receipt = receipts.get(group.entry.entry)
        # The start of a job and its calls may be two groups of one receipt.
        key = receipt.pk if receipt else group.newest
        actions.setdefault(key, _build_action(group, receipt))
    return list(actions.values())


def _build_action(group: EntryGroup, receipt: Receipt | None) -> PastAction:
    entry = group.entry
    label = entry.label or entry.client or entry.service
    path = f"?{urlencode({GROUP_PARAM: group.page})}" if group.count > 1 else ""
    if receipt:
        proven = is_receipt_confirmed(receipt)
        words = _describe_revocation(receipt, label, is_confirmed=proven)
        return PastAction(entry, words, group, receipt.regions, path, receipt, proven)
    targets = describe_targets(group) if group.main_count > 1 else ""
    words = render_label(entry.operation, targets or label)
    return PastAction(entry, words, group, group.regions, path)


def _describe_revocation(receipt: Receipt, label: str, *, is_confirmed: bool) -> SafeString:
    """Describe a receipt; ``label`` is untrusted."""
    if receipt.everything:
        if is_confirmed:
            return format_html("{}", _("Revoked all access"))
        return format_html("{}", _("Revocation of all access not confirmed"))
    words = _("Revoked {app}") if is_confirmed else _("Revocation of {app} not confirmed")
    return format_html(words, app=format_html("<bdi>{}</bdi>", label))
