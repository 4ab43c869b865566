"""The search form of the audit log: one URL parameter per filter value.

A minus before the name excludes the value. Unknown values are errors, because ignoring a filter
would show more than was asked for.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import cache, cached_property
from typing import Any
from urllib.parse import quote

from django import forms
from django.contrib.auth.models import User
from django.http import QueryDict
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from console.audit_log import name_lookup, value_filters
from console.audit_log.multi_value_fields import MultiChoiceField, MultiTextField, render_options
from console.audit_log.search_language import expand_query, format_terms, parse, terms_from_pairs
from console.audit_log.times import NAMED_PERIODS, TimeField, midnight, resolve_time
from console.audit_log.value_filters import ExcludedValuesForm, ValueFiltersForm
from console.forms.timestamps import DayField
from console.models import KnownService
from console.models.searches import MAX_QUERY_CHARS
from tenants.audit.search.filters import EntryFilters
from tenants.audit.subject_index import fingerprint_subject
from tenants.authlete.operation import Effect
from tenants.models import Organization

MAX_DATALIST_OPTIONS = 200
WRITE_EFFECTS = [effect.value for effect in Effect if effect is not Effect.READ]
CHECKBOX_FILTERS = ("effect", "outcome")  # rendered as checkboxes
# Filters that select kinds of entries, so reads aren't hidden by default.
EVENT_FILTERS = "reads effect outcome operation page request mark code status".split()
# Free text, which can contain pasted secrets.
FREE_TEXT_FILTERS = ("", "old", "new", "reason")
MAX_QUOTED_URL_CHARS = 8000  # characters; gunicorn takes 8,190
TYPED_NAMES = {"since": "after", "until": "before"}  # where a day was typed


class AuditSearchForm(ValueFiltersForm):
    """The filters of a search; `to_filters` converts them, `query` is their URL form.

    With ``is_posted``, the text may contain a subject.
    """

    q = forms.CharField(max_length=500, required=False)
    since = DayField(label=gettext_lazy("From"), required=False)
    until = DayField(label=gettext_lazy("To"), required=False)
    after = TimeField()
    before = TimeField()
    reads = forms.ChoiceField(
        choices=[("", ""), ("1", gettext_lazy("Include reads"))],
        required=False,
        widget=forms.HiddenInput,
    )

    def __init__(
        self, query_dict: QueryDict, organization: Organization, *, is_posted: bool = False
    ) -> None:
        self.raw_data = query_dict
        data, self.syntax_errors, self.has_typed_terms = expand_query(
            query_dict, frozenset(self.base_fields)
        )
        if is_posted:
            _replace_subjects_with_marks(data, query_dict, organization)
        if data.get("reads", "").casefold() == "yes":
            data["reads"] = "1"
        super().__init__(data, organization)
        self.excluded = ExcludedValuesForm(data, organization)

    def clean(self) -> None:
        super().clean()
        for problem in self.syntax_errors:
            self.add_error("q", problem)
        for name, values in self.data.lists():
            single = name in self.fields and not isinstance(
                self.fields[name], (MultiTextField, MultiChoiceField)
            )
            if single and len(values) > 1:
                self.add_error("q", _("Use the filter “%s” only once.") % name)
        for name, errors in self.excluded.errors.items():
            for error in errors:
                self.add_error("q", f"-{name}: {error}")
        if {"since", "until", "after", "before"} <= self.cleaned_data.keys():
            first, last = self._time_range()
            # The order of two named periods changes from day to day.
            shifts = any(
                self.cleaned_data[period] in NAMED_PERIODS for period in ("after", "before")
            )
            if first and last and first >= last and not shifts:
                self.add_error("until", _("The end date is before the start date."))

    def full_clean(self) -> None:
        """Show errors of typed filters at the search box."""
        super().full_clean()
        if not self.errors and self._is_too_long():
            text = _("The search is too long. Remove some filters.")
            self.add_error("q", text)
        if not (self.has_typed_terms and self.errors):
            return
        for name in [name for name in self.errors if name != "q"]:
            for error in self.errors.pop(name):
                self.add_error("q", f"{TYPED_NAMES.get(name, name)}: {error}")
        self.data = self.raw_data

    @property
    def single_fields(self) -> list[forms.BoundField]:
        """Filters with one control."""
        return [
            field
            for field in self.visible_fields()
            if field.name != "q" and field.name not in CHECKBOX_FILTERS
        ]

    @property
    def checkbox_fields(self) -> list[forms.BoundField]:
        """Return the fields rendered as checkboxes."""
        return [self[name] for name in CHECKBOX_FILTERS]

    @property
    def hidden_exclusions(self) -> list[tuple[str, str]]:
        """Excluded values, sent as hidden inputs."""
        return [
            (name, value)
            for name, values in self.data.lists()
            if name.startswith("-")
            for value in values
        ]

    @property
    def has_filter_errors(self) -> bool:
        """Whether a filter below the search box has an error."""
        return any(name != "q" for name in self.errors)

    @property
    def datalists(self) -> Iterator[tuple[str, SafeString]]:
        """Suggested values, by datalist ID."""
        people = User.objects.filter(membership__organization=self.organization)
        names = [
            (user.get_username(), user.get_full_name())
            for user in people.order_by("username")[:MAX_DATALIST_OPTIONS]
        ]
        yield "actors", render_options(names)
        services = KnownService.objects.filter(organization=self.organization)
        called = services.exclude(name="").order_by("name").values_list("name")
        yield (
            "services",
            render_options((name, "") for (name,) in called.distinct()[:MAX_DATALIST_OPTIONS]),
        )
        yield "settings", _setting_options(get_language())

    @property
    def hides_reads(self) -> bool:
        """Whether reads are hidden because no filter asks for them."""
        is_narrowed = any(self.cleaned_data[name] for name in EVENT_FILTERS)
        return not is_narrowed and not any(
            self.excluded.cleaned_data[name] for name in CHECKBOX_FILTERS
        )

    def to_filters(self) -> EntryFilters:
        """Return the filters of a valid form."""
        params, without = self.cleaned_data, self.excluded
        words, _problems = parse(params["q"])
        text, no_text = (
            [word.value for word in words if word.negated is minus] for minus in (False, True)
        )
        left_out = without.to_filter_values() | {
            "text": no_text,
            "people": name_lookup.actor_queries(no_text),
        }
        effects = _without(
            params["effect"], without.cleaned_data["effect"], value_filters.effect_choices()
        )
        since, until = self._time_range()
        return EntryFilters(
            **self.to_filter_values(),
            effects=WRITE_EFFECTS if self.hides_reads else effects,
            outcomes=_without(
                params["outcome"], without.cleaned_data["outcome"], value_filters.outcome_choices()
            ),
            since=since,
            until=until,
            text=text,
            people=name_lookup.actor_queries(text),
            without=EntryFilters(**left_out) if any(left_out.values()) else None,
        )

    def _is_too_long(self) -> bool:
        address = self.query.urlencode()  # quoted again in the sign-in URL
        return len(address) > MAX_QUERY_CHARS or len(quote(address)) > MAX_QUOTED_URL_CHARS

    def _time_range(self) -> tuple[datetime | None, datetime | None]:
        params = self.cleaned_data
        return (
            _combine(max, midnight(params["since"]), resolve_time(params["after"])),
            _combine(min, midnight(params["until"], days=1), resolve_time(params["before"])),
        )

    @cached_property
    def pairs(self) -> list[tuple[str, str]]:
        """Each filter that is set, by name and value; only of a form that is valid."""
        return [
            (form.add_prefix(name), str(item))
            for form in (self, self.excluded)
            for name in form.fields
            for value in [form.cleaned_data[name]]
            for item in (value if isinstance(value, list) else [value])
            if item
        ]

    @property
    def query(self) -> QueryDict:
        """The filters as URL parameters, without duplicates and empty values."""
        query = QueryDict(mutable=True)
        for name, value in dict.fromkeys(self.pairs):
            query.appendlist(name, value)
        return query

    @property
    def text(self) -> str:
        """The search as it could be typed."""
        return format_terms(terms_from_pairs(self.pairs))

    @property
    def loggable_text(self) -> str:
        """The search without free text, which could contain personal data."""
        terms = terms_from_pairs(self.pairs)
        return format_terms(
            term._replace(value="…") if term.name in FREE_TEXT_FILTERS else term for term in terms
        )


@cache
def _setting_options(_language: str | None) -> SafeString:
    return render_options(
        (member, _(labels[0])) for member, labels in name_lookup.SETTING_LABELS.items()
    )


def _replace_subjects_with_marks(
    data: QueryDict, query: QueryDict, organization: Organization
) -> None:
    """Replace subjects by search marks; only quoted ones keep surrounding spaces."""
    for sign in ("", "-"):
        entered = query.getlist(f"{sign}subject")
        for subject in data.pop(f"{sign}subject", ()):
            exact = subject.strip() if subject in entered else subject
            if marked := fingerprint_subject(organization.pk, exact):
                data.appendlist(f"{sign}mark", marked)


def _without(values: list[str], excluded: list[str], choices: value_filters.Choices) -> list[str]:
    """Return the chosen values, or all, except the excluded ones."""
    if not excluded:
        return values
    every = values or [key for key, _label in choices]
    return [key for key in every if key not in excluded] or ["none"]


def _combine(pick: Any, day: datetime | None, time: datetime | None) -> datetime | None:
    times = [moment for moment in (day, time) if moment]
    return pick(times) if times else None
