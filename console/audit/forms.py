"""What an auditor looks for: the filters of the record, a parameter of the URL for
each value, with a minus before the name of what is left out.

A value that nobody knows is refused and never left out: a filter less would show more
than was asked for.
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

from console.audit import choices, named
from console.audit.several import Choices, Texts, options
from console.audit.times import PERIODS, Day, Moment, midnight, moment
from console.audit.values import ValuesForm, WithoutForm
from console.models import KnownService
from console.search_language import LONGEST_ADDRESS, parse, printed, terms_of, unfolded
from tenants.audit.filters import Filters
from tenants.audit.marks import mark
from tenants.authlete.operation import Effect
from tenants.models import Organization

OFFERED = 200  # values that a field suggests
MORE_THAN_READS = [one.value for one in Effect if one is not Effect.READ]
MANY = ("effect", "outcome")  # drawn so that all are seen
# Whoever names one of these says which kinds of entry are meant, reads or not.
KINDS = "reads effect outcome operation page request mark code status".split()
# What could be anything that somebody pasted.
UNTOLD = ("", "old", "new", "reason")
LONGEST_QUOTED = 8000  # characters; gunicorn takes 8,190
TYPED = {"since": "after", "until": "before"}  # where a day was typed


class RecordForm(ValuesForm):
    """The filters; `filters` is what they mean, `asked` how they stand in a URL.

    ``posted``: what was typed stands in no address, and may name a subject.
    """

    q = forms.CharField(max_length=500, required=False)
    since = Day(gettext_lazy("From"))
    until = Day(gettext_lazy("Until, included"))
    after = Moment()
    before = Moment()
    reads = forms.ChoiceField(
        choices=[("", ""), ("1", gettext_lazy("Reads too"))],
        required=False,
        widget=forms.HiddenInput,
    )

    def __init__(
        self, given: QueryDict, organization: Organization, *, posted: bool = False
    ) -> None:
        self.given = given
        data, self.problems, self.typed = unfolded(given, frozenset(self.base_fields))
        if posted:
            _mark(data, given, organization)
        if data.get("reads", "").casefold() == "yes":
            data["reads"] = "1"
        super().__init__(data, organization)
        self.without = WithoutForm(data, organization)

    def clean(self) -> None:
        super().clean()
        for problem in self.problems:
            self.add_error("q", problem)
        for name, values in self.data.lists():
            single = name in self.fields and not isinstance(
                self.fields[name], (Texts, Choices)
            )
            if single and len(values) > 1:
                self.add_error("q", _("The filter “%s” is given twice.") % name)
        for name, errors in self.without.errors.items():
            for error in errors:
                self.add_error("q", f"-{name}: {error}")
        if {"since", "until", "after", "before"} <= self.cleaned_data.keys():
            first, last = self._times()
            # Which of two periods comes first may change from day to day.
            shifts = any(
                self.cleaned_data[one] in PERIODS for one in ("after", "before")
            )
            if first and last and first >= last and not shifts:
                self.add_error("until", _("This is before the search begins."))

    def full_clean(self) -> None:
        """What is wrong is told at the box if it was typed there, and the box keeps
        what was typed."""
        super().full_clean()
        if not self.errors and self._is_too_long():
            text = _("This is longer than an address can be. Leave something out.")
            self.add_error("q", text)
        if not (self.typed and self.errors):
            return
        for name in [name for name in self.errors if name != "q"]:
            for error in self.errors.pop(name):
                self.add_error("q", f"{TYPED.get(name, name)}: {error}")
        self.data = self.given

    @property
    def plain(self) -> list[forms.BoundField]:
        """The filters of one control that are drawn below the search box."""
        return [
            field
            for field in self.visible_fields()
            if field.name != "q" and field.name not in MANY
        ]

    @property
    def several(self) -> list[forms.BoundField]:
        """The filters of which all values are drawn."""
        return [self[name] for name in MANY]

    @property
    def left_out(self) -> list[tuple[str, str]]:
        """What the form keeps although it draws no control for it."""
        return [
            (name, value)
            for name, values in self.data.lists()
            if name.startswith("-")
            for value in values
        ]

    @property
    def opens(self) -> bool:
        """Whether what is below the search box has to be seen."""
        return any(name != "q" for name in self.errors)

    @property
    def suggestions(self) -> Iterator[tuple[str, SafeString]]:
        """What may be typed, by the list that a field names."""
        people = User.objects.filter(membership__organization=self.organization)
        names = [
            (user.get_username(), user.get_full_name())
            for user in people.order_by("username")[:OFFERED]
        ]
        yield "actors", options(names)
        services = KnownService.objects.filter(organization=self.organization)
        called = services.exclude(name="").order_by("name").values_list("name")
        yield "services", options((name, "") for (name,) in called.distinct()[:OFFERED])
        yield "settings", _settings(get_language())

    @property
    def folds_reads(self) -> bool:
        """Whether reads are left out, since nothing was said of them."""
        said = any(self.cleaned_data[name] for name in KINDS)
        return not said and not any(self.without.cleaned_data[name] for name in MANY)

    def filters(self) -> Filters:
        """Only of a form that is valid."""
        given, without = self.cleaned_data, self.without
        words, _problems = parse(given["q"])
        text, no_text = (
            [one.value for one in words if one.minus is minus]
            for minus in (False, True)
        )
        left_out = without.values() | {"text": no_text, "people": named.people(no_text)}
        effects = _but(
            given["effect"], without.cleaned_data["effect"], choices.effects()
        )
        since, until = self._times()
        return Filters(
            **self.values(),
            effects=MORE_THAN_READS if self.folds_reads else effects,
            outcomes=_but(
                given["outcome"], without.cleaned_data["outcome"], choices.outcomes()
            ),
            since=since,
            until=until,
            text=text,
            people=named.people(text),
            without=Filters(**left_out) if any(left_out.values()) else None,
        )

    def _is_too_long(self) -> bool:
        address = self.asked.urlencode()  # which is quoted once more where one signs in
        return len(address) > LONGEST_ADDRESS or len(quote(address)) > LONGEST_QUOTED

    def _times(self) -> tuple[datetime | None, datetime | None]:
        given = self.cleaned_data
        return (
            _both(max, midnight(given["since"]), moment(given["after"])),
            _both(min, midnight(given["until"], days=1), moment(given["before"])),
        )

    @cached_property
    def pairs(self) -> list[tuple[str, str]]:
        """Each filter that is set, by name and value; only of a form that is valid."""
        return [
            (form.add_prefix(name), str(one))
            for form in (self, self.without)
            for name in form.fields
            for value in [form.cleaned_data[name]]
            for one in (value if isinstance(value, list) else [value])
            if one
        ]

    @property
    def asked(self) -> QueryDict:
        """The filters as they stand in a URL: each once, nothing empty."""
        query = QueryDict(mutable=True)
        for name, value in dict.fromkeys(self.pairs):
            query.appendlist(name, value)
        return query

    @property
    def text(self) -> str:
        """The search as it could be typed."""
        return printed(terms_of(self.pairs))

    @property
    def told(self) -> str:
        """The search as the record may keep it: not the words, which could be
        anything that someone pasted."""
        terms = terms_of(self.pairs)
        return printed(
            term._replace(value="…") if term.name in UNTOLD else term for term in terms
        )


@cache
def _settings(_language: str | None) -> SafeString:
    return options((member, _(labels[0])) for member, labels in named.SETTINGS.items())


def _mark(data: QueryDict, given: QueryDict, organization: Organization) -> None:
    """Put marks in the place of subjects; only quotes keep the spaces around one."""
    for sign in ("", "-"):
        entered = given.getlist(f"{sign}subject")
        for subject in data.pop(f"{sign}subject", ()):
            exact = subject.strip() if subject in entered else subject
            if marked := mark(organization.pk, exact):
                data.appendlist(f"{sign}mark", marked)


def _but(given: list[str], without: list[str], offered: choices.Choices) -> list[str]:
    """Those that are asked for, or all, but for those that are left out."""
    if not without:
        return given
    every = given or [key for key, _label in offered]
    return [key for key in every if key not in without] or ["none"]


def _both(pick: Any, day: datetime | None, time: datetime | None) -> datetime | None:
    found = [one for one in (day, time) if one]
    return pick(found) if found else None
