"""Rows of the grouped audit list: one row per request or job."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from uuid import UUID

from django.utils.html import format_html
from django.utils.translation import ngettext

from console.audit_log.entry_rows import EntryRow, NameMap, build_row, load_names
from console.audit_log.operation_labels import label_name, label_text, render_label
from tenants.audit.search.groups import EntryGroup
from tenants.jobs.models import Job


def build_group_rows(organization: int, groups: Sequence[EntryGroup]) -> list[EntryRow]:
    """Build the row of each group."""
    names = load_names(organization, [group.entry for group in groups])
    titles = load_job_titles(organization, groups)
    return [build_group_row(group, names, titles) for group in groups]


def load_job_titles(organization: int, groups: Iterable[EntryGroup]) -> Mapping[str, str]:
    """Return the titles of the jobs among larger groups, by page id."""
    ids: list[UUID] = []
    for group in groups:
        with suppress(ValueError):  # not all page ids are UUIDs
            if group.count > 1:
                ids.append(UUID(group.page))
    jobs = Job.objects.filter(organization=organization, pk__in=ids) if ids else Job.objects.none()
    return {str(pk): title for pk, title in jobs.values_list("pk", "title")}


def build_group_row(group: EntryGroup, names: NameMap, titles: Mapping[str, str]) -> EntryRow:
    """Build the row of a group; a single entry has the row of an entry."""
    row = build_row(group.entry, names)
    if group.count == 1:
        return row
    row = replace(row, group=group, regions=group.regions)
    if not group.has_equal_changes:
        row = replace(row, changes=(), hidden_changes=0)
    if title := titles.get(group.page):
        return replace(row, action=format_html("<bdi>{}</bdi>", title), title=title)
    if group.main_count > 1 and (targets := describe_targets(group)):
        name = label_name(group.entry)
        return replace(row, action=render_label(name, targets), title=label_text(name, targets))
    return row


def describe_targets(group: EntryGroup) -> str:
    """Return how many clients or services the group is about; empty for a single one."""
    if group.client_count > 1:
        text = ngettext("%(count)s client", "%(count)s clients", group.client_count)
        return text % {"count": group.client_count}
    if group.service_count > 1:
        text = ngettext("%(count)s service", "%(count)s services", group.service_count)
        return text % {"count": group.service_count}
    return ""
