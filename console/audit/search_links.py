"""Links from a search to related searches: fewer filters, other periods, presets."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django import forms
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console.audit_log.multi_value_fields import flatten_choices
from console.audit_log.name_lookup import client_display_name
from console.audit_log.search_form import WRITE_EFFECTS, AuditSearchForm
from console.audit_log.search_language import CURSOR
from console.audit_log.times import describe_time, period_start
from console.web.access import Member
from console.web.navigation import optional_path
from tenants.audit.events import AUDIT_READ, EVENTS
from tenants.audit.models import AuditEntry
from tenants.audit.recorder import record_event
from tenants.authlete.errors import AuditUnavailableError
from tenants.versions.timeline import find_change

YEAR_DAYS = 365  # days
PERIOD_DAYS: Mapping[Promise, int] = {  # days, today included
    gettext_lazy("Today"): 1,
    gettext_lazy("7 days"): 7,
    gettext_lazy("30 days"): 30,
}
MAX_CHIP_CHARS = 80  # characters of a chip
CHIP_LABELS: Mapping[str, str | Promise] = {
    "q": gettext_lazy("Text: %s"),
    "since": gettext_lazy("From %s"),
    "until": gettext_lazy("Until %s"),
    "actor": gettext_lazy("Actor: %s"),
    "role": gettext_lazy("Role: %s"),
    "region": gettext_lazy("Region: %s"),
    "service": gettext_lazy("Service: %s"),
    "operation": gettext_lazy("Action: %s"),
    "field": gettext_lazy("Setting: %s"),
    "old": gettext_lazy("Old value: %s"),
    "new": gettext_lazy("New value: %s"),
    "reason": gettext_lazy("Reason: %s"),
    "code": gettext_lazy("Result code: %s"),
    "status": gettext_lazy("HTTP status: %s"),
    "request": gettext_lazy("Request: %s"),
    "address": gettext_lazy("Address: %s"),
    "mark": gettext_lazy("Subject %s"),
    "after": gettext_lazy("From %s"),
    "before": gettext_lazy("Until %s"),
    "ticket": gettext_lazy("Ticket: %s"),
    "effect": gettext_lazy("Effect: %s"),
    "outcome": gettext_lazy("Outcome: %s"),
    "client": gettext_lazy("Client: %s"),
    "object": gettext_lazy("Object: %s"),
    "page": gettext_lazy("Page: %s"),
    "reads": "%s",
}


# Steps that belong together, of one client or one service.
RELATED_EVENTS: Sequence[Sequence[str]] = (
    (
        "client.refresh_secret",
        "client.set_secret",
        "client.keep_secret",
        *(name for name in EVENTS if name.startswith("secret.")),
    ),
    tuple(name for name in EVENTS if name.startswith("rollover.")),
)


def group_query(form: AuditSearchForm) -> str:
    """Return the query of one group's entries, limited to effects so that reads stay hidden."""
    query = form.query
    if form.hides_reads:
        query.setlist("effect", WRITE_EFFECTS)
    return query.urlencode()


@dataclass(frozen=True, slots=True)
class SearchLink:
    """A link to another search; ``is_active`` if it is the current one or part of it."""

    label: str
    path: str  # the query alone, with its question mark
    is_active: bool = False


def invalid_search_url(member: Member, query: QueryDict) -> str:
    """Return the URL of an invalid search, which displays its errors."""
    return reverse("audit:index", args=(member.organization.slug,)) + _query_string(query)


def filter_chips(form: AuditSearchForm) -> Iterator[SearchLink]:
    """Yield a link per filter that removes it from the search."""
    for name, value in form.pairs:
        query = form.query
        query.setlist(name, [other for other in query.getlist(name) if other != value])
        words = str(CHIP_LABELS[name.removeprefix("-")]) % _display_value(form, name, value)
        if name.startswith("-"):
            words = _("Not %s") % words
        yield SearchLink(
            Truncator(words).chars(MAX_CHIP_CHARS), _query_string(query), is_active=True
        )


def period_links(form: AuditSearchForm) -> Iterator[SearchLink]:
    """Yield a link for each preset period."""
    today = timezone.localdate()
    current = form.query
    for label, days in PERIOD_DAYS.items():
        since = (today - timedelta(days=days - 1)).isoformat()
        is_active = current.get("since") == since and "until" not in current
        yield SearchLink(str(label), _with_since(current, None if is_active else since), is_active)
    first, last = _last_quarter_range()
    is_active = (current.get("since"), current.get("until")) == (first, last)
    query = form.query
    for name, day in (("since", first), ("until", last)):
        if is_active:
            query.pop(name, None)
        else:
            query[name] = day
    yield SearchLink(_("Last quarter"), _query_string(query), is_active)


def related_search_query(entry: AuditEntry) -> str:
    """Return the query for the other steps of the same rotation, or ""."""
    steps = next(
        (
            steps_of_action
            for steps_of_action in RELATED_EVENTS
            if entry.operation in steps_of_action
        ),
        (),
    )
    query = QueryDict(mutable=True)
    query["client" if entry.client else "service"] = entry.client or entry.service
    if entry.region:
        query["region"] = entry.region
    query.setlist("operation", list(steps))
    return query.urlencode() if steps and entry.service else ""


def snapshot_url(entry: AuditEntry) -> str:
    """Return the URL that compares an object before and after a change, or ""."""
    location = (entry.organization, entry.region, entry.service)
    if entry.client:
        path = optional_path("clients:version_at", *location, entry.client)
    else:
        path = optional_path("services:version_at", *location)
    query = QueryDict(mutable=True)
    if versions := find_change(entry):
        before, after = (version.since for version in versions)
    else:
        before, after = entry.time, entry.time + (entry.duration or timedelta())
    query["at"], query["compare"] = after.isoformat(), before.isoformat()
    return path and f"{path}{_query_string(query)}"


def _last_quarter_range() -> tuple[str, str]:
    """Its first and last days."""
    last = period_start("quarter", 0) - timedelta(days=1)
    return period_start("quarter", 1).isoformat(), last.isoformat()


def one_year_url(form: AuditSearchForm) -> str:
    """Return the same search over the last year."""
    since = timezone.localdate() - timedelta(days=YEAR_DAYS)
    return _with_since(form.query, since.isoformat())


def preset_links(form: AuditSearchForm, presets: Iterable[tuple[str, str]]) -> Iterator[SearchLink]:
    """Yield links to preset and saved searches by name and query."""
    current_query = form.query.urlencode() if form.is_valid() else None
    for label, query in presets:
        yield SearchLink(label, f"?{query}", is_active=current_query == query)


def page_url(form: AuditSearchForm, cursor: str) -> str:
    """Return the same search from ``cursor``, or "" without a cursor."""
    query = form.query
    query[CURSOR] = cursor
    return _query_string(query) if cursor else ""


def reads_url(form: AuditSearchForm, *, show: bool) -> str:
    """Return the same search with or without reads."""
    query = form.query
    query.pop("reads", None)
    if show:
        query["reads"] = "1"
    return _query_string(query)


def _query_string(query: QueryDict) -> str:
    return f"?{query.urlencode()}"


def _with_since(current: QueryDict, since: str | None) -> str:
    query = current.copy()
    query.pop("since", None)
    if since:
        query["since"] = since
    return _query_string(query)


def _display_value(form: AuditSearchForm, name: str, value: str) -> str:
    """Return a filter value as shown to people."""
    field = form.fields[name.removeprefix("-")]
    if isinstance(field, forms.ChoiceField):
        for key, label in flatten_choices(field.choices):
            if key == value:
                return str(label)
    if name in ("since", "until"):
        return str(field.prepare_value(value))
    if name in ("after", "before"):
        return describe_time(value)
    if name == "client":
        called = client_display_name(form.organization, value)
        return f"{called} ({value})" if called else value
    match form.matched_services.get(value, []) if name == "service" else []:
        case [service]:
            return f"{service.name} ({service.region})"
    return value[:12] if name.endswith("mark") else value


def log_read(member: Member, object_name: str) -> bool:
    """Log that a member reads the audit log; return False if it can't be logged.

    Reading stays possible, since it is needed to find out why.
    """
    try:
        record_event(member.actor, AUDIT_READ, object=object_name)
    except AuditUnavailableError:
        return False
    return True
