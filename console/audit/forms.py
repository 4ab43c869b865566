"""What an auditor looks for: the filters of the record, one parameter of the URL each.

A value that nobody knows is refused and never left out: a filter less would show more
than was asked for.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console.audit import choices
from console.audit.query import MANY, unfolded, words
from console.models import KnownService
from console.sentences import CLIENT, SERVICE
from tenants.audit.models import AuditField
from tenants.audit.search import Filters
from tenants.authlete.operation import Effect
from tenants.models import Organization

LIKE = gettext_lazy("Enter a day like 2026-11-24.")
FIRST, LAST = date(1970, 1, 2), date(2999, 12, 30)
MEMBER = re.compile(r"[A-Za-z_]\w{0,199}", re.ASCII)
NUMBER = re.compile(r"[1-9][0-9]{0,18}")
OFFERED = 200  # values that a field suggests
SHOWN = 5  # services of the same name that an error lists
MORE_THAN_READS = [one.value for one in Effect if one is not Effect.READ]
SETTINGS = {**CLIENT, **SERVICE}
# Whoever names one of these says which kinds of entry are meant, reads or not.
KINDS = ("reads", "effect", "outcome", "operation", "page")


class Day(forms.DateField):
    """A day in the reader's time zone."""

    def __init__(self, label: Any) -> None:
        super().__init__(
            label=label,
            required=False,
            input_formats=["%Y-%m-%d"],
            widget=forms.DateInput(attrs={"type": "date"}),
            error_messages={"invalid": LIKE},
            validators=[MinValueValidator(FIRST, LIKE), MaxValueValidator(LAST, LIKE)],
        )


def _text(label: Any, most: int, **attrs: str) -> forms.CharField:
    attrs = {"autocomplete": "off", "spellcheck": "false"} | attrs
    return forms.CharField(
        label=label,
        max_length=most,
        required=False,
        widget=forms.TextInput(attrs=attrs),
    )


def _hidden(most: int) -> forms.CharField:
    """A filter that links alone set; the form keeps it."""
    return forms.CharField(max_length=most, required=False, widget=forms.HiddenInput)


class RecordForm(forms.Form):
    """The filters; `filters` is what they mean, `asked` how they stand in a URL."""

    q = _text(gettext_lazy("Words"), 200)
    actor = _text(gettext_lazy("Who"), 254, list="actors")
    role = forms.ChoiceField(
        label=gettext_lazy("Role"), choices=choices.roles, required=False
    )
    operation = forms.ChoiceField(
        label=gettext_lazy("What"), choices=choices.operations, required=False
    )
    service = _text(gettext_lazy("Service name or ID"), 200, list="services")
    region = forms.ChoiceField(
        label=gettext_lazy("Region"), choices=choices.places, required=False
    )
    field = _text(gettext_lazy("Changed setting"), 200, list="settings")
    ticket = _text(gettext_lazy("Ticket"), 60)
    since = Day(gettext_lazy("From"))
    until = Day(gettext_lazy("Until, included"))
    effect = forms.MultipleChoiceField(
        label=gettext_lazy("Effect"),
        choices=choices.effects,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    outcome = forms.MultipleChoiceField(
        label=gettext_lazy("Outcome"),
        choices=choices.outcomes,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    client = _hidden(200)
    object = _hidden(200)
    page = _hidden(36)
    reads = forms.ChoiceField(
        choices=[("", ""), ("1", gettext_lazy("Reads too"))],
        required=False,
        widget=forms.HiddenInput,
    )

    def __init__(self, given: QueryDict, organization: Organization) -> None:
        data, self.problems = unfolded(given, frozenset(self.base_fields))
        super().__init__(data)
        self.organization = organization
        self.found: KnownService | None = None  # by the name that was given

    def clean_actor(self) -> str:
        """An actor as the record has it; a member's name finds theirs."""
        actor: str = self.cleaned_data["actor"]
        people = User.objects.filter(membership__organization=self.organization)
        for user in people.filter(username__iexact=actor)[:1] if actor else ():
            return user.get_username()
        return actor

    def clean_field(self) -> str:
        """Authlete's name of a setting; its label finds it too."""
        asked: str = self.cleaned_data["field"]
        for member, (_section, setting) in SETTINGS.items():
            if asked.casefold() in (member.casefold(), _(setting.label).casefold()):
                return member
        if not asked or (MEMBER.fullmatch(asked) and self._was_changed(asked)):
            return asked
        raise forms.ValidationError(
            _("No setting is called “%s”, and nothing of that name was ever changed.")
            % asked
        )

    def _was_changed(self, field: str) -> bool:
        return AuditField.objects.filter(
            organization_id=self.organization.pk, field=field
        ).exists()

    def clean(self) -> None:
        for problem in self.problems:
            self.add_error("q", problem)
        if service := self.cleaned_data.get("service"):
            self._find(service)
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if since and until and since > until:
            self.add_error("until", _("This day is before the first one."))

    def _find(self, asked: str) -> None:
        """The service that is meant by a name."""
        if NUMBER.fullmatch(asked):
            return
        known = KnownService.objects.filter(
            organization=self.organization, name__icontains=asked
        ).order_by("region", "service_id")
        if region := self.cleaned_data.get("region"):
            known = known.filter(region=region)
        found = list(known[:200])
        same = [one for one in found if one.name.casefold() == asked.casefold()]
        found = same or found
        if len(found) == 1:
            self.found = found[0]
        elif found:
            names = [f"{one.name} ({one.region} {one.service_id})" for one in found]
            text = _("Several services fit: %s. Choose a region, or give an ID.")
            listed = ", ".join(names[:SHOWN]) + (", …" if names[SHOWN:] else "")
            self.add_error("service", text % listed)
        else:
            text = _("No service is called that. One that was deleted has only its ID.")
            self.add_error("service", text)

    @property
    def plain(self) -> list[forms.BoundField]:
        """The filters of one value that are drawn below the search box."""
        many = {field.name for field in self.several}
        return [
            field
            for field in self.visible_fields()
            if field.name != "q" and field.name not in many
        ]

    @property
    def several(self) -> list[forms.BoundField]:
        """The filters of which any of several values will do."""
        return [self[name] for name in MANY]

    @property
    def opens(self) -> bool:
        """Whether what is below the search box has to be seen."""
        return any(name != "q" for name in self.errors)

    @property
    def suggestions(self) -> Iterator[tuple[str, list[tuple[str, str]]]]:
        """What may be typed, by the list that a field names."""
        people = User.objects.filter(membership__organization=self.organization)
        yield (
            "actors",
            [
                (user.get_username(), user.get_full_name())
                for user in people.order_by("username")[:OFFERED]
            ],
        )
        services = KnownService.objects.filter(organization=self.organization)
        names = services.exclude(name="").order_by("name").values_list("name")
        yield "services", [(name, "") for (name,) in names.distinct()[:OFFERED]]
        yield (
            "settings",
            [(member, _(one.label)) for member, (_section, one) in SETTINGS.items()],
        )

    @property
    def folds_reads(self) -> bool:
        """Whether reads are left out, since nothing was said of them."""
        return not any(self.cleaned_data[name] for name in KINDS)

    def filters(self) -> Filters:
        """Only of a form that is valid."""
        given = self.cleaned_data
        names = "actor role region client operation field ticket object page".split()
        service, region = given["service"], given["region"]
        if self.found:
            service, region = str(self.found.service_id), self.found.region
        return Filters(
            **{name: given[name] for name in names} | {"region": region},
            service=service,
            effects=MORE_THAN_READS if self.folds_reads else given["effect"],
            outcomes=given["outcome"],
            since=_midnight(given["since"]),
            until=_midnight(given["until"], days=1),
            text=words(given["q"]),
        )

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Each filter that is set, by name and value."""
        for name in self.fields:
            value = self.cleaned_data[name]
            for one in value if name in MANY else [value]:
                if one:
                    yield name, str(one)

    @property
    def asked(self) -> QueryDict:
        """The filters as they stand in a URL: each once, nothing empty."""
        query = QueryDict(mutable=True)
        for name, value in self.pairs():
            query.appendlist(name, value)
        return query

    @property
    def told(self) -> str:
        """The search as the record may keep it: not the words, which could be
        anything that someone pasted."""
        return " ".join(
            name if name == "q" else f"{name}={value}" for name, value in self.pairs()
        )


def _midnight(day: Any, *, days: int = 0) -> datetime | None:
    """The beginning of a day in the reader's time zone, or of one ``days`` later."""
    if day is None:
        return None
    return timezone.make_aware(datetime.combine(day + timedelta(days=days), time.min))
