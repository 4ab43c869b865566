"""Filters that accept several values."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from http import HTTPStatus
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from console.audit_log import name_lookup
from console.audit_log.display_values import parse_display_value
from console.audit_log.event_labels import EVENT_GROUPS
from console.audit_log.multi_value_fields import (
    MAX_FILTER_VALUES,
    CheckboxesField,
    MultiChoiceField,
    MultiTextField,
)
from console.audit_log.operation_labels import label_text
from console.audit_log.search_language import quote_value
from console.models import KnownService
from console.web.labels import EFFECT_LABELS, OUTCOME_LABELS, ROLE_LABELS
from console.web.paths import parse_id
from tenants.audit.subject_index import SUBJECT_FINGERPRINT_PATTERN
from tenants.models import Organization
from tenants.organizations.regions import get_regions

type Choices = Iterator[tuple[str, str | Promise]]
type Group = tuple[str, list[tuple[str, str]]]

OPEN_OUTCOME = "open"
COMMON_STATUSES = [
    HTTPStatus(number) for number in (200, 201, 204, 400, 401, 403, 404, 409, 429)
] + [HTTPStatus(number) for number in (500, 502, 503, 504)]


def role_choices() -> Choices:
    """Yield the roles."""
    yield "", _("Any role")
    yield from ROLE_LABELS.items()


def region_choices() -> Choices:
    """Yield the configured regions."""
    yield "", _("Any region")
    for region in get_regions().values():
        yield region.name, f"{region.title} ({region.name})"


def effect_choices() -> Choices:
    """Yield the effects."""
    return ((name, capfirst(str(word))) for name, word in EFFECT_LABELS.items())


def outcome_choices() -> Choices:
    """Yield the outcomes."""
    for name, label in OUTCOME_LABELS.items():
        yield name or OPEN_OUTCOME, capfirst(str(label))


def status_choices() -> Choices:
    """Yield the common statuses of calls to Authlete."""
    yield "2xx", _("success")
    yield "4xx", _("client error")
    yield "5xx", _("server error")
    for status in COMMON_STATUSES:
        yield str(status.value), status.phrase


def event_choices() -> Sequence[tuple[str, str] | Group]:
    """Return event codes with their labels, grouped."""
    return _event_choices(get_language())


@cache
def _event_choices(_language: str | None) -> tuple[tuple[str, str] | Group, ...]:
    groups = [
        (
            str(group.label),
            sorted(
                ((name, f"{label_text(name, '…')} ({name})") for name in group.event_names),
                key=lambda choice: choice[1],
            ),
        )
        for group in EVENT_GROUPS.values()
    ]
    return ("", _("Any action")), *groups


STATUS_PATTERN = re.compile(r"[1-5](\d\d|xx)", re.ASCII)


class ValueFiltersForm(forms.Form):
    """Filters that accept several values, of which any may match."""

    actor = MultiTextField(gettext_lazy("Actor"), 254, list="actors")
    role = MultiChoiceField(gettext_lazy("Role"), role_choices)
    operation = MultiChoiceField(gettext_lazy("Action"), event_choices)
    service = MultiTextField(gettext_lazy("Service name or ID"), list="services")
    client = MultiTextField(gettext_lazy("Client name or ID"))
    region = MultiChoiceField(gettext_lazy("Region"), region_choices)
    field = MultiTextField(gettext_lazy("Changed setting"), list="settings")
    old = MultiTextField(gettext_lazy("Old value contains"))
    new = MultiTextField(gettext_lazy("New value contains"))
    reason = MultiTextField(gettext_lazy("Reason contains"))
    ticket = MultiTextField(gettext_lazy("Ticket"), 60)
    code = MultiTextField(gettext_lazy("Result code"), 20)
    status = MultiTextField(gettext_lazy("HTTP status"), 20)
    request = MultiTextField(gettext_lazy("Request ID"), 36)
    subject = MultiTextField(gettext_lazy("Subject"), 100)
    address = MultiTextField(gettext_lazy("Network address"), 45)
    effect = CheckboxesField(gettext_lazy("Effect"), effect_choices)
    outcome = CheckboxesField(gettext_lazy("Outcome"), outcome_choices)
    mark = MultiTextField(max_length=32)
    object = MultiTextField()
    page = MultiTextField(max_length=36)

    region_narrows_service = True  # prefer services in the selected regions

    def __init__(self, data: QueryDict, organization: Organization) -> None:
        super().__init__(data)
        self.data: QueryDict = data
        self.organization = organization
        regions = data.getlist(self.add_prefix("region"))
        if len(regions) <= MAX_FILTER_VALUES and (
            former := name_lookup.find_former_regions(organization, regions)
        ):
            field = self.fields["region"]
            assert isinstance(field, MultiChoiceField)
            field.choices = [*region_choices(), *((value, value) for value in former)]
        self.matched_services: dict[str, list[KnownService]] = {}  # by the entered name

    def clean_actor(self) -> list[str]:
        texts = self.cleaned_data["actor"]
        return [
            actor for text in texts for actor in name_lookup.find_actors(self.organization, text)
        ]

    def clean_field(self) -> list[str]:
        texts, organization = self.cleaned_data["field"], self.organization
        return [
            setting for text in texts for setting in name_lookup.find_settings(organization, text)
        ]

    def clean_address(self) -> list[str]:
        values: list[str] = self.cleaned_data["address"]
        return [name_lookup.normalize_address(self.organization, text) for text in values]

    def clean_code(self) -> list[str]:
        return [text.upper() for text in self.cleaned_data["code"]]

    def clean_request(self) -> list[str]:
        return [text.lower() for text in self.cleaned_data["request"]]

    def clean_status(self) -> list[str]:
        values = [text.casefold() for text in self.cleaned_data["status"]]
        for text in values:
            if not STATUS_PATTERN.fullmatch(text):
                message = _("Enter a status code such as 404, or 5xx.")
                raise forms.ValidationError(message + _suggest_outcome(text))
        return values

    def clean_subject(self) -> list[str]:
        if self.cleaned_data["subject"]:
            text = _("Subjects can't be in a URL. Enter it in the search box.")
            raise forms.ValidationError(text)
        return []

    def clean_mark(self) -> list[str]:
        values: list[str] = self.cleaned_data["mark"]
        if all(SUBJECT_FINGERPRINT_PATTERN.fullmatch(text) for text in values):
            return values
        raise forms.ValidationError(_("Invalid subject filter."))

    def clean(self) -> None:
        params = self.cleaned_data
        try:
            for text in params.get("service", ()):
                if not parse_id(text):
                    regions = params.get("region", []) if self.region_narrows_service else []
                    services = name_lookup.find_services(self.organization, text, regions)
                    self.matched_services[text] = services
        except forms.ValidationError as error:
            self.add_error("service", error)
        try:
            self.matched_clients = [
                client
                for text in params.get("client", ())
                for client in name_lookup.find_clients(
                    self.organization, text, *self._client_scope()
                )
            ]
        except forms.ValidationError as error:
            self.add_error("client", error)

    def to_filter_values(self) -> dict[str, Any]:
        """Return the filter values, without effects and outcomes."""
        params = self.cleaned_data
        names = (
            "actor role region operation field old new reason ticket code status mark"
            " object address page request"
        )
        expected = {name: params[name] for name in names.split()}
        expected["address"] = [
            variant
            for value in params["address"]
            for variant in name_lookup.address_variants(value)
        ]
        if any(region for region, _ in self.matched_clients):
            expected["clients"] = self.matched_clients
        else:
            expected["client"] = [value for _, value in self.matched_clients]
        if texts := {*params["old"], *params["new"]}:
            expected["meanings"] = {value: parse_display_value(value) for value in texts}
        return expected | (
            {"places": self._service_ids()}
            if self.matched_services
            else {"service": params["service"]}
        )

    def _service_ids(self) -> list[name_lookup.ScopedId]:
        """Return region and ID of the services; a plain ID matches any region."""
        return [
            location
            for text in self.cleaned_data["service"]
            for location in (
                [
                    (service.region, str(service.service_id))
                    for service in self.matched_services[text]
                ]
                if text in self.matched_services
                else [("", text)]
            )
        ]

    def _client_scope(self) -> tuple[list[str], list[name_lookup.ScopedId]]:
        """Return the regions and services that limit client names."""
        params = self.cleaned_data
        if not self.region_narrows_service:
            return [], []
        services = self._service_ids() if "service" in params else []
        return params.get("region", []), services


class ExcludedValuesForm(ValueFiltersForm):
    """The values that are left out."""

    region_narrows_service = False

    def add_prefix(self, field_name: str) -> str:
        return f"-{field_name}"


def _suggest_outcome(text: str) -> str:
    """Suggest the outcome filter if ``text`` is an outcome."""
    for key, label in outcome_choices():
        if text in (key, str(label).casefold()):
            return " " + _("Did you mean “%s”?") % f"outcome:{quote_value(key)}"
    return ""
