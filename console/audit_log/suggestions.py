"""Completions for the search box of the audit log."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db.models import Min
from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console.audit_log import value_filters
from console.audit_log.multi_value_fields import flatten_choices
from console.audit_log.name_lookup import MAX_NAMES_SEARCHED, SETTING_LABELS
from console.audit_log.search_language import FILTERS, quote_value
from console.audit_log.times import NAMED_PERIODS, describe_time
from console.lists.search_tokens import VALUE_PATTERN
from console.models import KnownClient, KnownService
from console.models.searches import visible_searches
from console.models.text_search import filter_words
from console.web.access import Member
from tenants.audit.models import AuditEntry
from tenants.authlete.result_codes import get_meaning
from tenants.models import Organization
from tenants.organizations.regions import get_regions
from tenants.versions.models import Version

MAX_SUGGESTIONS = 8
MAX_QUERY_CHARS = 500  # longer searches get no suggestions
LAST_TERM = re.compile(
    rf"(?P<before>(?:.*?\s)??)(?P<minus>-?)(?:(?P<name>[A-Za-z_]\w*):"
    rf'(?P<done>(?:{VALUE_PATTERN},)*)(?P<partial>"(?:[^"\\]|\\.)*|[^\s",]*)'
    r"|(?P<word>[A-Za-z_]\w*))",
    re.ASCII | re.DOTALL,
)

type Candidates = Iterator[tuple[str, str]]  # value and description


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A completed search text, the completion itself and its meaning."""

    text: str
    completion: str
    meaning: str


def suggest_completions(text: str, organization: Organization) -> list[Suggestion]:
    """Suggest completions for a search text."""
    is_valid = len(text) <= MAX_QUERY_CHARS and "\0" not in text  # PostgreSQL rejects NUL
    last = LAST_TERM.fullmatch(text) if is_valid else None
    if last is None:
        return []
    if last["word"]:
        start = last["before"] + last["minus"]
        word = last["word"].casefold()
        return [
            Suggestion(f"{start}{name}:", f"{name}:", str(description))
            for name, description in FILTERS.items()
            if name.startswith(word)
        ]
    source = SUGGESTION_SOURCES.get(last["name"].lower())
    if source is None:
        return []
    start = text[: last.start("partial")]
    typed = re.sub(r"\\(.)", r"\1", last["partial"].removeprefix('"'), flags=re.DOTALL)
    candidates = sorted(source(organization, typed), key=_sort_key(typed))[:MAX_SUGGESTIONS]
    return [
        Suggestion(f"{start}{quote_value(value)} ", value, description)
        for value, description in candidates
    ]


def _sort_key(typed: str) -> Callable[[tuple[str, str]], int]:
    """Rank values that start with the typed text first, then matching meanings."""
    requested = typed.casefold()

    def rank(suggestion: tuple[str, str]) -> int:
        matches = (text.casefold().startswith(requested) for text in suggestion)
        return next((index for index, is_match in enumerate(matches) if is_match), len(suggestion))

    return rank


def _suggest_actors(organization: Organization, typed: str) -> Candidates:
    people = User.objects.filter(membership__organization=organization)
    members = set()
    for user in people.order_by("username")[:MAX_NAMES_SEARCHED]:
        members.add(user.get_username())
        name = user.get_full_name()
        if _contains(typed, user.get_username(), name):
            yield user.get_username(), name
    for actor in _recorded_values(organization, "actor", typed):
        if actor not in members:
            yield actor, ""


def _suggest_result_codes(organization: Organization, typed: str) -> Candidates:
    for code in _recorded_values(organization, "code", typed):
        yield code, _(meaning) if (meaning := get_meaning(code)) else ""


def _recorded_values(organization: Organization, column: str, typed: str) -> list[str]:
    """Return the first logged values with a prefix, ignoring case."""
    spellings = {typed, typed.lower(), typed.capitalize(), typed.title(), typed.upper()}
    values = {
        value for start in spellings for value in _values_with_prefix(organization, column, start)
    }
    return sorted(values, key=lambda value: (value.casefold(), value))[:MAX_SUGGESTIONS]


def _values_with_prefix(organization: Organization, column: str, prefix: str) -> Iterator[str]:
    """Yield the first values with a prefix, one index lookup each.

    Databases that sort by language mix upper and lower case, so these don't end the list.
    """
    entries = AuditEntry.objects.filter(organization_id=organization.pk, **{f"{column}__gt": ""})
    lower_bound = {f"{column}__gte": prefix}
    for _step in range(MAX_SUGGESTIONS):
        value = entries.filter(**lower_bound).aggregate(first=Min(column))["first"]
        if not value or not value.casefold().startswith(prefix.casefold()):
            return
        yield value
        lower_bound = {f"{column}__gt": value}


def _suggest_services(organization: Organization, typed: str) -> Candidates:
    services = KnownService.objects.filter(organization=organization).exclude(name="")
    names = services.filter(name__icontains=typed).order_by("name").values_list("name")
    for (name,) in names.distinct()[:MAX_SUGGESTIONS]:
        yield name, ""


def _suggest_clients(organization: Organization, typed: str) -> Candidates:
    clients = KnownClient.objects.filter(organization=organization).exclude(name="")
    matching = filter_words(clients, [typed.casefold()]).order_by("rank", "id")
    for client in matching[:MAX_SUGGESTIONS]:
        yield client.name, f"{client.region} {client.client_id}"


def _suggest_settings(_organization: Organization, typed: str) -> Candidates:
    for member, labels in SETTING_LABELS.items():
        if _contains(typed, member, *map(_, labels)):
            yield member, _(labels[0])


def _suggest_choices(choices: Callable[[], object]) -> Callable[[Organization, str], Candidates]:
    def suggest(_organization: Organization, typed: str) -> Candidates:
        for key, label in flatten_choices(choices()):
            if key and _contains(typed, str(key), str(label)):
                yield str(key), str(label)

    return suggest


def _suggest_times(_organization: Organization, typed: str) -> Candidates:
    today = timezone.localdate().isoformat()
    for text in (*NAMED_PERIODS, "7d", "30d", today):
        if _contains(typed, text):
            yield text, "" if text == today else describe_time(text)


def _suggest_regions(organization: Organization, typed: str) -> Candidates:
    """Yield configured regions, then former ones."""
    yield from _suggest_choices(value_filters.region_choices)(organization, typed)
    versions = Version.objects.filter(organization_id=organization.pk)
    last = ""
    while region := versions.filter(region__gt=last).aggregate(Min("region"))["region__min"]:
        last = region
        if last not in get_regions() and _contains(typed, last):
            yield last, _("no longer configured")


SUGGESTION_SOURCES: Mapping[str, Callable[[Organization, str], Candidates]] = {
    "actor": _suggest_actors,
    "role": _suggest_choices(value_filters.role_choices),
    "region": _suggest_regions,
    "service": _suggest_services,
    "client": _suggest_clients,
    "operation": _suggest_choices(value_filters.event_choices),
    "effect": _suggest_choices(value_filters.effect_choices),
    "outcome": _suggest_choices(value_filters.outcome_choices),
    "code": _suggest_result_codes,
    "field": _suggest_settings,
    "status": _suggest_choices(value_filters.status_choices),
    "after": _suggest_times,
    "before": _suggest_times,
}


def _contains(typed: str, *texts: str) -> bool:
    return any(typed.casefold() in text.casefold() for text in texts)


MAX_PINNED_SEARCHES = 12
PRESETS: Mapping[Promise, str] = {
    gettext_lazy("Destructive"): "effect=destroy",
    gettext_lazy("Revealed"): "effect=reveal",
    gettext_lazy("Rejected or unknown"): "outcome=refused&outcome=unknown",
    gettext_lazy("Denied access"): "operation=access.denied",
    gettext_lazy("Non-members"): "operation=access.stranger",
}

type NamedQueries = Iterator[tuple[str, str]]  # name and URL query


def preset_searches(member: Member) -> NamedQueries:
    """Yield the searches that auditors often need."""
    yield from ((str(label), query) for label, query in PRESETS.items())
    own_entries = QueryDict(mutable=True)
    own_entries["actor"] = member.user.get_username()
    yield _("Mine"), own_entries.urlencode()


def pinned_searches(member: Member) -> NamedQueries:
    """Yield the pinned searches that ``member`` can see."""
    searches = visible_searches(member.organization, member.user.pk).filter(pinned=True)
    for search in searches[:MAX_PINNED_SEARCHES]:
        yield search.name, search.query
