"""Render table cells of audit entries, with links that filter by each value.

Cells are cached per page, because many rows share their values.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

from django.http import QueryDict
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from console.audit_log.differences import search_text_for
from console.audit_log.entry_groups import describe_targets
from console.audit_log.entry_rows import EMPTY_HTML, EntryRow, render_small
from console.templatetags.layout import role_name
from console.templatetags.links import covers_moment, local_day
from console.templatetags.text import account, isolate
from console.templatetags.ui import dot, effect, icon, outcome, region
from tenants.audit.models import AuditEntry

MAX_REASON_CHARS = 120
MAX_TOOLTIP_CHARS = 300


class EntryTableRow(NamedTuple):
    """A line and its cells."""

    entry_row: EntryRow
    actor: SafeString
    action: SafeString
    target: SafeString
    outcome: SafeString
    reason: SafeString


class EntryTableRenderer:
    """Renders the rows of one result page."""

    def __init__(self, query: QueryDict, base_path: str, group_query: str) -> None:
        self._query = query
        self._group_query = group_query
        self._base_path = base_path
        self._scan_query = query.copy()
        self._scan_query["reason"] = "…"  # or whatever else has no index
        self._actor_cell, self._target_cell = (
            cache(self._render_actor),
            cache(self._render_target),
        )
        self._outcome_cell = cache(self._render_outcome)
        self._ticket_cell = cache(self._render_ticket)
        self._event_tag = cache(self._render_event_tag)

    def render(self, entry_row: EntryRow) -> EntryTableRow:
        entry = entry_row.entry
        regions, names = tuple(entry_row.regions), (entry_row.service, entry_row.client)
        columns = (entry.region, entry.service, entry.client)
        group = entry_row.group
        targets = describe_targets(group) if group else ""
        counts = group.outcomes if group else {entry.effective_outcome: 0}
        outcomes = tuple((str(code), count) for code, count in counts.items())
        return EntryTableRow(
            entry_row,
            self._actor_cell(entry.actor, entry.role, self._since_for(entry)),
            self._render_action(entry_row),
            self._target_cell(regions, self._since_for(entry), *columns, *names, targets),
            self._outcome_cell(outcomes, entry.effect),
            self._ticket_cell(entry.ticket, entry.subject) + self._render_reason(entry)
            if entry.ticket or entry.reason
            else format_html('<span class="faint">{}</span>', "–"),
        )

    def _render_action(self, entry_row: EntryRow) -> SafeString:
        entry = entry_row.entry
        path = f"{self._base_path}{entry.entry}/"
        if entry_row.group and entry_row.group.main_count > 1:
            path = f"{self._base_path}groups/{entry.page}/?{self._group_query}"
        return format_html(
            '<span hx-boost="false"><a href="{}">{}</a></span> {}{}{}',
            path,
            entry_row.action,
            self._event_tag(entry.operation),
            entry_row.changes_html,
            _render_warning(entry_row.warning),
        )

    def _render_event_tag(self, operation: str) -> SafeString:
        return self._link(operation, {"operation": operation}, "operation-code")

    def _since_for(self, entry: AuditEntry) -> str:
        """Return the start date a filter without an index needs to include the entry, or ""."""
        return "" if covers_moment(self._scan_query, entry.time) else local_day(entry.time)

    def _render_actor(self, actor: str, role: str, since: str) -> SafeString:
        if actor:
            actor_html = self._link(account(actor), {"actor": actor}, "truncated", actor)
        else:
            actor_html = format_html('<span class="faint">{}</span>', _("unknown"))
        filters = {"role": role, "since": since}
        return actor_html + render_small(self._link(role_name(role), filters) if role else "")

    def _render_target(
        self,
        regions: Sequence[str],
        since: str,
        region_name: str,
        service: str,
        client: str,
        service_name: str,
        client_name: str,
        targets: str,
    ) -> SafeString:
        html = EMPTY_HTML
        if regions:
            links = (
                (self._link(region(value), {"region": value, "since": since}),) for value in regions
            )
            all_of_them = format_html_join("", "{}", links)
            html = format_html('<span class="location">{}</span>', all_of_them)
        if targets:
            return html + format_html("{}", targets)
        if not service:
            console_html = format_html('<span class="faint">{}</span>', _("Meridian"))
            return html or console_html
        filters = {"service": service, "region": region_name}
        html += self._link(isolate(service_name), filters, "truncated", service_name)
        if client:
            filters = {"client": client, "region": region_name}
            html += render_small(
                self._link(isolate(client_name), filters, "truncated", client_name)
            )
        return html

    def _render_outcome(self, outcomes: Sequence[tuple[str, int]], effect_code: str) -> SafeString:
        links = EMPTY_HTML
        for code, count in outcomes:
            word = outcome(code, count) if code else dot(_("in progress"), "idle")
            links += self._link(word, {"outcome": code or "open"})
        return links + render_small(self._link(effect(effect_code), {"effect": effect_code}))

    def _render_ticket(self, ticket: str, subject: str) -> SafeString:
        if not ticket:
            return EMPTY_HTML
        if not search_text_for(ticket, subject):
            return format_html('<span class="mono truncated">{}</span>', isolate(ticket))
        return self._link(isolate(ticket), {"ticket": ticket}, "mono truncated", ticket)

    def _render_reason(self, entry: AuditEntry) -> SafeString:
        if not entry.reason:
            return EMPTY_HTML
        displayed = isolate(Truncator(entry.reason).chars(MAX_REASON_CHARS))
        if search_text := search_text_for(entry.reason, entry.subject):
            displayed = self._link(
                displayed, {"reason": search_text, "since": self._since_for(entry)}
            )
        text = Truncator(entry.reason).chars(MAX_TOOLTIP_CHARS)
        return format_html('<small class="truncated" title="{}">{}</small>', text, displayed)

    def _link(
        self, label: str, values: Mapping[str, str], css_class: str = "", title: str = ""
    ) -> SafeString:
        query = self._query.copy()
        for name, value in values.items():
            if value:
                query[name] = value
        return format_html(
            "<a{}{}{}>{}</a>",
            format_html(' class="{}"', css_class) if css_class else "",
            format_html(' href="?{}"', query.urlencode()),
            format_html(' title="{}"', title) if title else "",
            label,
        )


def _render_warning(risk: str) -> SafeString:
    if not risk:
        return EMPTY_HTML
    return format_html('<small><span class="flag">{}{}</span></small>', icon("warning"), risk)
