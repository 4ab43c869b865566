"""Notifications as rows of the inbox, with their texts and links."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, QuerySet
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from console.audit_log.entry_rows import build_row, load_names
from console.history.groups import entry_path
from console.inventory.rules import RULES
from console.lists.definition import ListDefinition
from console.lists.export import iso_time
from console.lists.facets import Facet
from console.lists.request import ListColumn
from console.models import Notification
from console.watches.targets import object_target, rule_target, search_target
from console.web.access import Member
from console.web.paths import cached_reverse
from tenants.audit.models import AuditEntry
from tenants.authlete.object_ref import ObjectRef
from tenants.authlete.outcome import Outcome
from tenants.jobs.models import FAILED_ITEM_STATES, Item
from tenants.models import Organization
from tenants.organizations.regions import REGION_TITLES

EMPTY = SafeString("")
MAX_ROWS = 1_000  # newest notifications in the inbox
UNREAD, READ = "unread", "read"


@dataclass(frozen=True, slots=True)
class InboxRow:
    """A notification and its text."""

    notification: Notification
    title: str
    actor: str = ""  # who changed the object
    changes: SafeString = EMPTY  # of its settings; for pages, not for mails
    is_unknown: bool = False  # whether the outcome of the change is unknown
    failed: int = 0  # items of a job

    @property
    def state(self) -> str:
        return READ if self.notification.read_at else UNREAD

    @property
    def created_at(self) -> datetime:
        return self.notification.created_at


def build_inbox(
    organization: Organization, notifications: Iterable[Notification]
) -> list[InboxRow]:
    """Return the rows of notifications; needs a constant number of queries."""
    listed = list(notifications)
    ids = [notification.entry for notification in listed if notification.entry]
    entries = {
        entry.entry: entry
        for entry in AuditEntry.objects.filter(organization_id=organization.pk, entry__in=ids)
    }
    names = load_names(organization.pk, [*entries.values()])
    failed = _count_failed_items(listed)
    rows = []
    for notification in listed:
        entry = entries.get(notification.entry)
        if entry:
            row = build_row(entry, names)
            is_unknown = entry.effective_outcome == Outcome.UNKNOWN
            rows.append(
                InboxRow(notification, row.title, entry.actor, row.changes_html, is_unknown)
            )
        else:
            number = failed.get(notification.job_id, 0)
            rows.append(InboxRow(notification, describe(notification), failed=number))
    return rows


def _count_failed_items(notifications: Iterable[Notification]) -> Mapping[object, int]:
    jobs = {notification.job_id for notification in notifications if notification.job_id}
    items = Item.objects.filter(job__in=jobs, state__in=FAILED_ITEM_STATES).order_by()
    return dict(items.values_list("job").annotate(Count("pk"))) if jobs else {}


def describe(notification: Notification) -> str:
    """Return the text of a notification without its audit log entry."""
    words = {"name": notification.name}
    match notification.kind:
        case Notification.Kind.FINDINGS:
            rule = RULES.get(notification.rule)
            words["name"] = gettext(rule.title) if rule else notification.rule
            words["counts"] = _describe_counts(notification)
        case Notification.Kind.ENTRIES:
            number = notification.added
            words["name"] = notification.search.name if notification.search else ""
            text = ngettext("%(count)d new entry", "%(count)d new entries", number)
            words["counts"] = text % {"count": number}
        case Notification.Kind.JOB:
            if notification.batch:
                words["counts"] = notification.batch.get_state_display()
            else:
                words["counts"] = notification.job.get_state_display() if notification.job else ""
        case _:  # its entry was deleted by retention
            return gettext("“%(name)s” was changed") % words
    return gettext("%(name)s: %(counts)s") % words


def _describe_counts(notification: Notification) -> str:
    parts = []
    if number := notification.added:
        text = ngettext("%(count)d new finding", "%(count)d new findings", number)
        parts.append(text % {"count": number})
    if number := notification.resolved:
        text = ngettext("%(count)d resolved or waived", "%(count)d resolved or waived", number)
        parts.append(text % {"count": number})
    return ", ".join(parts)


def target_path(member: Member, notification: Notification) -> str:
    """Return the path of the page that a notification is about."""
    slug = member.organization.slug
    if notification.kind == Notification.Kind.FINDINGS:
        path = rule_target(member, notification.rule).path
        return path or cached_reverse("findings:index", slug)
    if notification.search:
        return search_target(member, notification.search).path
    if notification.batch:
        return cached_reverse("batches:show", slug, notification.batch.pk)
    if notification.job:
        return cached_reverse("jobs:show", slug, notification.job.pk)
    entry = AuditEntry.objects.filter(
        organization_id=member.organization.pk, entry=notification.entry
    ).first()
    ref = ObjectRef(notification.region, notification.service_id, notification.client_id)
    path = entry_path(member, entry) if entry else ""
    return path or object_target(member, ref, notification.name).path


def related(notifications: QuerySet[Notification]) -> QuerySet[Notification]:
    """Load what texts of notifications need with them."""
    return notifications.select_related("search", "job", "batch", "watch")


INBOX = ListDefinition[InboxRow](
    "notifications",
    _("Inbox"),
    _("Search notifications by name or person"),
    _("Name or person"),
    columns=(
        ListColumn("notification", _("Notification"), lambda row: row.title.casefold()),
        ListColumn("region", _("Region"), lambda row: row.notification.region),
        ListColumn("by", _("By"), lambda row: row.actor.casefold()),
        ListColumn("time", _("Time"), lambda row: row.created_at),
        ListColumn("", "", lambda row: "", is_sortable=False),
    ),
    facets=(
        Facet(
            "state",
            _("State"),
            lambda row: [row.state],
            {UNREAD: _("Unread"), READ: _("Read")},
            is_single=True,
            is_quick=True,
        ),
        Facet(
            "kind",
            _("Kind"),
            lambda row: [row.notification.kind],
            {kind.value: kind.label for kind in Notification.Kind},
        ),
        Facet(
            "region",
            _("Region"),
            lambda row: [row.notification.region] if row.notification.region else [],
            REGION_TITLES,
        ),
    ),
    text=lambda row: f"{row.title} {row.notification.name} {row.actor}",
    fields={
        "kind": lambda row: row.notification.kind,
        "text": lambda row: row.title,
        "region": lambda row: row.notification.region,
        "service": lambda row: str(row.notification.service_id or ""),
        "client": lambda row: str(row.notification.client_id or ""),
        "rule": lambda row: row.notification.rule,
        "entry": lambda row: row.notification.entry,
        "by": lambda row: row.actor,
        "time": lambda row: iso_time(row.created_at),
        "read_at": lambda row: iso_time(row.notification.read_at),
    },
)
