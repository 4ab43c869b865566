"""Links from one search to others: one filter less, another period, a search that
auditors often need."""

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

from console.access import Member
from console.audit.forms import RecordForm
from console.audit.named import called_of
from console.audit.several import flat
from console.audit.times import begun, told
from console.navigation import path_of
from console.search_language import CURSOR
from tenants.audit.events import EVENTS
from tenants.audit.models import AuditEntry
from tenants.versions.reading import made

YEAR = 365  # days
PERIODS: Mapping[Promise, int] = {  # days, today included
    gettext_lazy("Today"): 1,
    gettext_lazy("7 days"): 7,
    gettext_lazy("30 days"): 30,
}
CUT = 80  # characters of a chip
CHIPS: Mapping[str, str | Promise] = {
    "q": gettext_lazy("Words: %s"),
    "since": gettext_lazy("From %s"),
    "until": gettext_lazy("Until %s"),
    "actor": gettext_lazy("Who: %s"),
    "role": gettext_lazy("Role: %s"),
    "region": gettext_lazy("Region: %s"),
    "service": gettext_lazy("Service: %s"),
    "operation": gettext_lazy("What: %s"),
    "field": gettext_lazy("Setting: %s"),
    "old": gettext_lazy("Was: %s"),
    "new": gettext_lazy("Became: %s"),
    "reason": gettext_lazy("Reason: %s"),
    "code": gettext_lazy("Result code: %s"),
    "status": gettext_lazy("HTTP status: %s"),
    "request": gettext_lazy("Request: %s"),
    "address": gettext_lazy("Address: %s"),
    "mark": gettext_lazy("Subject with the mark %s"),
    "after": gettext_lazy("From %s"),
    "before": gettext_lazy("Until %s"),
    "ticket": gettext_lazy("Ticket: %s"),
    "effect": gettext_lazy("Effect: %s"),
    "outcome": gettext_lazy("Outcome: %s"),
    "client": gettext_lazy("Client: %s"),
    "object": gettext_lazy("Object: %s"),
    "page": gettext_lazy("One page: %s"),
    "reads": "%s",
}


# Steps that belong together, of one client or one service.
STEPS: Sequence[Sequence[str]] = (
    (
        "client.refresh_secret",
        "client.set_secret",
        "client.keep_secret",
        *(name for name in EVENTS if name.startswith("secret.")),
    ),
    tuple(name for name in EVENTS if name.startswith("rollover.")),
)


@dataclass(frozen=True, slots=True)
class Link:
    """Another search; ``on``: it is the one that is shown, or a part of it."""

    label: str
    path: str  # the query alone, with its question mark
    on: bool = False


def back(member: Member, asked: QueryDict) -> str:
    """The record with filters that are not valid, which it says: without them it
    would show more than was asked for."""
    return reverse("audit:index", args=(member.organization.slug,)) + _path(asked)


def chips(form: RecordForm) -> Iterator[Link]:
    """Each filter that is set, with the search that is left without it."""
    for name, value in form.pairs:
        rest = form.asked
        rest.setlist(name, [one for one in rest.getlist(name) if one != value])
        words = str(CHIPS[name.removeprefix("-")]) % _said(form, name, value)
        if name.startswith("-"):
            words = _("Not %s") % words
        yield Link(Truncator(words).chars(CUT), _path(rest), on=True)


def periods(form: RecordForm) -> Iterator[Link]:
    today = timezone.localdate()
    asked = form.asked
    for label, days in PERIODS.items():
        since = (today - timedelta(days=days - 1)).isoformat()
        on = asked.get("since") == since and "until" not in asked
        yield Link(str(label), _since(asked, None if on else since), on)
    first, last = _last_quarter()
    on = (asked.get("since"), asked.get("until")) == (first, last)
    query = form.asked
    for name, day in (("since", first), ("until", last)):
        if on:
            query.pop(name, None)
        else:
            query[name] = day
    yield Link(_("Last quarter"), _path(query), on)


def together(entry: AuditEntry) -> str:
    """The search for the other steps of the same rotation of a secret or a key; empty
    where it is no step of one."""
    steps = next((some for some in STEPS if entry.operation in some), ())
    query = QueryDict(mutable=True)
    query["client" if entry.client else "service"] = entry.client or entry.service
    if entry.region:
        query["region"] = entry.region
    query.setlist("operation", list(steps))
    return query.urlencode() if steps and entry.service else ""


def whole(entry: AuditEntry) -> str:
    """The page of a changed object right after the change, held beside how it was
    right before; empty where it has none."""
    place = (entry.organization, entry.region, entry.service)
    if entry.client:
        path = path_of("clients:as_of", *place, entry.client)
    else:
        path = path_of("services:as_of", *place)
    query = QueryDict(mutable=True)
    if versions := made(entry):
        before, after = (one.since for one in versions)
    else:
        before, after = entry.time, entry.time + (entry.duration or timedelta())
    query["at"], query["beside"] = after.isoformat(), before.isoformat()
    return path and f"{path}{_path(query)}"


def _last_quarter() -> tuple[str, str]:
    """Its first and last days."""
    last = begun("quarter", 0) - timedelta(days=1)
    return begun("quarter", 1).isoformat(), last.isoformat()


def further(form: RecordForm) -> str:
    """The same search, looking back for a year."""
    since = timezone.localdate() - timedelta(days=YEAR)
    return _since(form.asked, since.isoformat())


def offered(form: RecordForm, searches: Iterable[tuple[str, str]]) -> Iterator[Link]:
    """Searches by name and query, the one that is shown among them."""
    here = form.asked.urlencode() if form.is_valid() else None
    for label, query in searches:
        yield Link(label, f"?{query}", on=here == query)


def at(form: RecordForm, cursor: str) -> str:
    """The same search from ``cursor`` on; nothing when there is no more."""
    query = form.asked
    query[CURSOR] = cursor
    return _path(query) if cursor else ""


def with_reads(form: RecordForm, *, on: bool) -> str:
    query = form.asked
    query.pop("reads", None)
    if on:
        query["reads"] = "1"
    return _path(query)


def _path(query: QueryDict) -> str:
    return f"?{query.urlencode()}"


def _since(asked: QueryDict, since: str | None) -> str:
    query = asked.copy()
    query.pop("since", None)
    if since:
        query["since"] = since
    return _path(query)


def _said(form: RecordForm, name: str, value: str) -> str:
    """A filter's value as people read it."""
    field = form.fields[name.removeprefix("-")]
    if isinstance(field, forms.ChoiceField):
        for key, label in flat(field.choices):
            if key == value:
                return str(label)
    if name in ("after", "before"):
        return told(value)
    if name == "client":
        called = called_of(form.organization, value)
        return f"{called} ({value})" if called else value
    match form.found.get(value, []) if name == "service" else []:
        case [one]:
            return f"{one.name} ({one.region})"
    return value[:12] if name.endswith("mark") else value
