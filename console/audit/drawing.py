"""The cells of a line of the record: each value leads to the entries that share it, on
top of the filters that are set.

Many lines share most of their values, so each cell is drawn once a page; a template
for each would be most of what the page costs.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

from django.http import QueryDict
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from console.audit.brief import NOTHING, small
from console.audit.lines import Line
from console.audit.tracing import traceable
from console.templatetags.frame import role_name
from console.templatetags.links import day_of, reaches
from console.templatetags.look import dot, effect, icon, outcome, region
from console.templatetags.words import account, isolate
from tenants.audit.models import AuditEntry

REASON = 120  # characters that are seen
TITLE = 300  # characters of one that is seen when pointed at


class Row(NamedTuple):
    """A line and its cells."""

    line: Line
    who: SafeString
    what: SafeString
    where: SafeString
    outcome: SafeString
    why: SafeString


class Cells:
    """Draws the lines of one page of a search; ``home`` is the record's own path."""

    def __init__(self, asked: QueryDict, home: str) -> None:
        self._asked = asked
        self._home = home
        self._through = asked.copy()
        self._through["reason"] = "…"  # or whatever else has no index
        self._who, self._where = cache(self._draw_who), cache(self._draw_where)
        self._outcome = cache(self._draw_outcome)
        self._ticket = cache(self._draw_ticket)
        self._kind = cache(self._draw_kind)

    def row(self, line: Line) -> Row:
        entry = line.entry
        regions, names = tuple(line.regions), (line.service, line.client)
        places = (entry.region, entry.service, entry.client)
        return Row(
            line,
            self._who(entry.actor, entry.role, self._day(entry)),
            self._what(line),
            self._where(regions, self._day(entry), *places, *names),
            self._outcome(str(entry.fate), entry.effect),
            self._ticket(entry.ticket, entry.subject) + self._reason(entry)
            if entry.ticket or entry.reason
            else format_html('<span class="faint">{}</span>', "–"),
        )

    def _what(self, line: Line) -> SafeString:
        entry, many = line.entry, NOTHING
        path = f"{self._home}{entry.entry}/"
        if line.entries > 1:
            path = f"?{_query(page=entry.page).urlencode()}"
            told = ngettext("%(count)s entry", "%(count)s entries", line.entries)
            count = told % {"count": line.entries}
            many = format_html(' <span class="kind">{}</span>', count)
        return format_html(
            '<span hx-boost="false"><a href="{}">{}</a></span> {}{}{}{}',
            path,
            line.what,
            self._kind(entry.operation),
            many,
            line.brief,
            _flag(line.risk),
        )

    def _draw_kind(self, operation: str) -> SafeString:
        return self._link(operation, {"operation": operation}, "kind")

    def _day(self, entry: AuditEntry) -> str:
        """Since when has to be looked for what has no index, so that the entry itself
        is found; empty where such a search looks back as far."""
        return "" if reaches(self._through, entry.time) else day_of(entry.time)

    def _draw_who(self, actor: str, role: str, since: str) -> SafeString:
        if actor:
            who = self._link(account(actor), {"actor": actor}, "cut", actor)
        else:
            who = format_html('<span class="faint">{}</span>', _("nobody known"))
        asked = {"role": role, "since": since}
        return who + small(self._link(role_name(role), asked) if role else "")

    def _draw_where(
        self,
        regions: Sequence[str],
        since: str,
        home: str,
        service: str,
        client: str,
        service_name: str,
        client_name: str,
    ) -> SafeString:
        found = NOTHING
        if regions:
            links = (
                (self._link(region(one), {"region": one, "since": since}),)
                for one in regions
            )
            all_of_them = format_html_join("", "{}", links)
            found = format_html('<span class="where">{}</span>', all_of_them)
        if not service:
            here = format_html('<span class="faint">{}</span>', _("this console"))
            return found or here
        at = {"service": service, "region": home}
        found += self._link(isolate(service_name), at, "cut", service_name)
        if client:
            at = {"client": client, "region": home}
            found += small(self._link(isolate(client_name), at, "cut", client_name))
        return found

    def _draw_outcome(self, fate: str, did: str) -> SafeString:
        word = outcome(fate) if fate else dot(_("open"), "idle")
        link = self._link(word, {"outcome": fate or "open"})
        return link + small(self._link(effect(did), {"effect": did}))

    def _draw_ticket(self, ticket: str, subject: str) -> SafeString:
        if not ticket:
            return NOTHING
        if not traceable(ticket, subject):
            return format_html('<span class="mono cut">{}</span>', isolate(ticket))
        return self._link(isolate(ticket), {"ticket": ticket}, "mono cut", ticket)

    def _reason(self, entry: AuditEntry) -> SafeString:
        if not entry.reason:
            return NOTHING
        shown = isolate(Truncator(entry.reason).chars(REASON))
        if part := traceable(entry.reason, entry.subject):
            shown = self._link(shown, {"reason": part, "since": self._day(entry)})
        said = Truncator(entry.reason).chars(TITLE)
        return format_html('<small class="cut" title="{}">{}</small>', said, shown)

    def _link(
        self, shown: str, values: Mapping[str, str], kind: str = "", title: str = ""
    ) -> SafeString:
        query = self._asked.copy()
        for name, value in values.items():
            if value:
                query[name] = value
        return format_html(
            "<a{}{}{}>{}</a>",
            format_html(' class="{}"', kind) if kind else "",
            format_html(' href="?{}"', query.urlencode()),
            format_html(' title="{}"', title) if title else "",
            shown,
        )


def _flag(risk: str) -> SafeString:
    if not risk:
        return NOTHING
    return format_html(
        '<small><span class="flag">{}{}</span></small>', icon("warning"), risk
    )


def _query(**values: str) -> QueryDict:
    query = QueryDict(mutable=True)
    query.update(values)
    return query
