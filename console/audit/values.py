"""The filters of a search that take any of several values, and what they mean."""

import re
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console.audit import choices, named
from console.audit.several import MOST, Checks, Choices, Texts
from console.audit.spoken import meanings
from console.models import KnownService
from console.paths import id_of
from console.search_language import quoted
from tenants.audit.marks import MARK
from tenants.models import Organization

STATUS = re.compile(r"[1-5](\d\d|xx)", re.ASCII)


class ValuesForm(forms.Form):
    """The filters of which any of several values will do."""

    actor = Texts(gettext_lazy("Who"), 254, list="actors")
    role = Choices(gettext_lazy("Role"), choices.roles)
    operation = Choices(gettext_lazy("What"), choices.operations)
    service = Texts(gettext_lazy("Service name or ID"), list="services")
    client = Texts(gettext_lazy("Client name or ID"))
    region = Choices(gettext_lazy("Region"), choices.places)
    field = Texts(gettext_lazy("Changed setting"), list="settings")
    old = Texts(gettext_lazy("In what it was"))
    new = Texts(gettext_lazy("In what it became"))
    reason = Texts(gettext_lazy("In the reason"))
    ticket = Texts(gettext_lazy("Ticket"), 60)
    code = Texts(gettext_lazy("Result code"), 20)
    status = Texts(gettext_lazy("HTTP status"), 20)
    request = Texts(gettext_lazy("Request ID"), 36)
    subject = Texts(gettext_lazy("Subject"), 100)
    address = Texts(gettext_lazy("Network address"), 45)
    effect = Checks(gettext_lazy("Effect"), choices.effects)
    outcome = Checks(gettext_lazy("Outcome"), choices.outcomes)
    mark = Texts(most=32)
    object = Texts()
    page = Texts(most=36)

    narrows = True  # a region tells which service of a name is meant

    def __init__(self, data: QueryDict, organization: Organization) -> None:
        super().__init__(data)
        self.data: QueryDict = data
        self.organization = organization
        asked = data.getlist(self.add_prefix("region"))
        if len(asked) <= MOST and (former := named.former_regions(organization, asked)):
            field = self.fields["region"]
            assert isinstance(field, Choices)
            field.choices = [*choices.places(), *((one, one) for one in former)]
        self.found: dict[str, list[KnownService]] = {}  # by the name that was given

    def clean_actor(self) -> list[str]:
        given = self.cleaned_data["actor"]
        return [one for text in given for one in named.actors(self.organization, text)]

    def clean_field(self) -> list[str]:
        given, organization = self.cleaned_data["field"], self.organization
        return [one for text in given for one in named.settings(organization, text)]

    def clean_address(self) -> list[str]:
        given: list[str] = self.cleaned_data["address"]
        return [named.address(self.organization, text) for text in given]

    def clean_code(self) -> list[str]:
        return [text.upper() for text in self.cleaned_data["code"]]

    def clean_request(self) -> list[str]:
        return [text.lower() for text in self.cleaned_data["request"]]

    def clean_status(self) -> list[str]:
        given = [text.casefold() for text in self.cleaned_data["status"]]
        for text in given:
            if not STATUS.fullmatch(text):
                said = _("A status is a number such as 404, or 5xx for all like it.")
                raise forms.ValidationError(said + _outcome(text))
        return given

    def clean_subject(self) -> list[str]:
        if self.cleaned_data["subject"]:
            text = _("A subject must be in no address: type it into this page.")
            raise forms.ValidationError(text)
        return []

    def clean_mark(self) -> list[str]:
        given: list[str] = self.cleaned_data["mark"]
        if all(MARK.fullmatch(text) for text in given):
            return given
        raise forms.ValidationError(_("This is no mark of a subject."))

    def clean(self) -> None:
        given = self.cleaned_data
        try:
            for text in given.get("service", ()):
                if not id_of(text):
                    regions = given.get("region", []) if self.narrows else []
                    found = named.services(self.organization, text, regions)
                    self.found[text] = found
        except forms.ValidationError as error:
            self.add_error("service", error)
        try:
            self.clients = [
                one
                for text in given.get("client", ())
                for one in named.clients(self.organization, text, *self._where())
            ]
        except forms.ValidationError as error:
            self.add_error("client", error)

    def values(self) -> dict[str, Any]:
        """What the search takes, but for effects and outcomes."""
        given = self.cleaned_data
        names = (
            "actor role region operation field old new reason ticket code status mark"
            " object address page request"
        )
        wanted = {name: given[name] for name in names.split()}
        wanted["address"] = [
            way for one in given["address"] for way in named.kept_as(one)
        ]
        if any(region for region, _ in self.clients):
            wanted["clients"] = self.clients
        else:
            wanted["client"] = [one for _, one in self.clients]
        if told := {*given["old"], *given["new"]}:
            wanted["meanings"] = {one: meanings(one) for one in told}
        return wanted | (
            {"places": self._places()} if self.found else {"service": given["service"]}
        )

    def _places(self) -> list[named.Place]:
        """The services that are asked for, those by their id alone in any region."""
        return [
            place
            for text in self.cleaned_data["service"]
            for place in (
                [(one.region, str(one.service_id)) for one in self.found[text]]
                if text in self.found
                else [("", text)]
            )
        ]

    def _where(self) -> tuple[list[str], list[named.Place]]:
        """Which client of a name is meant: regions and services, if it was said."""
        given = self.cleaned_data
        if not self.narrows:
            return [], []
        places = self._places() if "service" in given else []
        return given.get("region", []), places


class WithoutForm(ValuesForm):
    """The values that are left out."""

    narrows = False

    def add_prefix(self, field_name: str) -> str:
        return f"-{field_name}"


def _outcome(text: str) -> str:
    """What somebody may have meant who takes what became of a call for its status."""
    for key, label in choices.outcomes():
        if text in (key, str(label).casefold()):
            return " " + _("Did you mean “%s”?") % f"outcome:{quoted(key)}"
    return ""
