"""Forms about what is unknown, and where to go on from it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from console.editing.forms import WhyForm
from console.navigation import path_of
from tenants.audit.models import AuditEntry
from tenants.authlete.errors import Outcome

# Where to go on once a call is known to have been done, whose answer was lost with it.
ONWARD = {
    "client.refresh_secret": ("clients:reveal", _("Reveal the secret")),
    "client.set_secret": ("clients:reveal", _("Reveal the secret")),
    "token.create": ("tokens:index", _("Find it among the tokens, to revoke it")),
}


@dataclass(frozen=True, slots=True)
class Step:
    path: str
    label: str | Promise


def onward(entry: AuditEntry) -> Step | None:
    """What is left to be done after what was done; nothing where it is whole."""
    route, label = ONWARD.get(entry.operation, ("", ""))
    place = [entry.organization, entry.region, entry.service]
    if route.startswith("clients:"):
        place.append(entry.client)
    path = path_of(route, *place)
    return Step(path, label) if path else None


class SettleForm(WhyForm):
    """Why an outcome is settled; and which it is, where only a person can tell."""

    outcome = forms.ChoiceField(
        choices=[
            (Outcome.DONE.value, _("It was done")),
            (Outcome.NOT_DONE.value, _("It was not done")),
        ],
        required=False,
        widget=forms.RadioSelect,
        label=_("What became of it"),
        error_messages={"required": _("Say what became of it.")},
    )

    seen = forms.CharField(required=False, widget=forms.HiddenInput)  # told by the page

    def ask(self) -> None:
        """Have a person decide."""
        self.fields["outcome"].required = True


class Entries(forms.Field):
    """Ids of entries."""

    widget = forms.MultipleHiddenInput

    def clean(self, value: Any) -> list[str]:
        try:
            return [str(UUID(one)) for one in value or ()]
        except ValueError:
            raise forms.ValidationError(_("This is no entry.")) from None


class ChosenForm(forms.Form):
    """Some of what is unknown; ``some`` where not all of it is meant."""

    entry = Entries(required=False)
    some = forms.BooleanField(required=False, widget=forms.HiddenInput)

    @property
    def lacks(self) -> bool:
        """Whether some were to be chosen, and none was."""
        return not self.is_valid() or (
            self.cleaned_data["some"] and not self.cleaned_data["entry"]
        )
