"""The forms of clients that are written by hand, and the one for a new client."""

from collections.abc import Collection, Iterable
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console.clients.keypairs import ALGORITHMS
from console.clients.starting import Begun
from console.editing.forms import WhyForm
from console.forms.section import SettingsForm, form_for
from console.forms.words import said
from console.once import OnceForm
from console.sentences import CLIENT
from tenants.authlete.documents.client import SECTIONS, Client
from tenants.authlete.documents.client.rules import findings
from tenants.authlete.documents.splice import UNSET


def new_form(
    begun: Begun,
    place: str,
    data: QueryDict | None = None,
    edits: dict[str, object] | None = None,
) -> SettingsForm:
    """What only the person knows of a new client; judged together with the rest."""
    sections = [
        section
        for section in SECTIONS.values()
        if any(one.name in begun.asked for one in section.settings())
    ]
    document = Client.model_validate({"clientId": 0, **begun.document})
    form = form_for(sections)(
        data, document=None if data else document, place=place, edits=edits
    )
    form.pick(begun.asked)
    if form.is_valid():
        _judge(form, begun)
    return form


def edits_of(form: SettingsForm) -> dict[str, object]:
    """What was entered; None for what was emptied."""
    return {n: None if v is UNSET else v for n, v in form.edits.items()}


def _judge(form: SettingsForm, begun: Begun) -> None:
    made = begun.made(edits_of(form))
    if not made.get("clientName"):
        form.add_error("client_name", _("Enter the name that people know it by."))
    if begun.copy:
        return  # the original works like this, or does not
    for finding in findings(made):
        first = CLIENT[finding.members[0]][1].name
        if first in begun.asked:
            form.add_error(first, said(finding.message))


class LockForm(WhyForm):
    """Whether a client is to be locked or not, whatever it is now; and why."""

    locked = forms.ChoiceField(
        choices=[("yes", ""), ("no", "")], widget=forms.HiddenInput
    )


class ScopesForm(forms.Form):
    """Which scopes a client may ask for: any, none, or those that are ticked."""

    limit = forms.ChoiceField(
        label=gettext_lazy("What it may ask for"),
        choices=[("any", ""), ("none", ""), ("these", "")],
        error_messages={"required": gettext_lazy("Choose one of the three.")},
    )
    scope = forms.MultipleChoiceField(required=False, label=gettext_lazy("Scopes"))

    def __init__(self, *args: Any, offered: Iterable[str]) -> None:
        super().__init__(*args)
        self.fields["scope"].choices = [(name, "") for name in offered]  # type: ignore[attr-defined]

    def clean(self) -> None:
        data = self.cleaned_data
        if data.get("limit") == "these" and data.get("scope") == []:
            self.add_error(
                "scope", _("Tick at least one, or choose that it may ask for none.")
            )

    @property
    def wanted(self) -> list[str] | None:
        """As Authlete has it: None for any, an empty list for none."""
        ticked: list[str] = self.cleaned_data["scope"]
        return {"any": None, "none": [], "these": ticked}[self.cleaned_data["limit"]]


class KeyForm(OnceForm):
    """What a new key pair is for, and what it is called."""

    alg = forms.ChoiceField(
        label=gettext_lazy("Algorithm"), choices=list(ALGORITHMS.items())
    )
    kid = forms.RegexField(
        r"^[\w.:~-]{1,100}\Z",
        required=False,
        label=gettext_lazy("Key ID"),
        help_text=gettext_lazy("Empty: its thumbprint (RFC 7638)."),
        error_messages={
            "invalid": gettext_lazy("Use letters, digits and - _ . : ~ only.")
        },
    )

    def __init__(self, *args: Any, taken: Collection[str]) -> None:
        super().__init__(*args)
        self.taken = taken

    def clean_kid(self) -> str:
        kid: str = self.cleaned_data["kid"]
        if kid in self.taken:
            raise forms.ValidationError(_("The key set has a key of this ID already."))
        return kid
