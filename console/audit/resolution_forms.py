"""Forms about what is unknown, and where to go on from it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from console.forms.change_forms import ChangeReasonForm
from console.web.navigation import optional_path
from tenants.audit.models import AuditEntry
from tenants.authlete.errors import Outcome

# Where to go on once a call is known to have been done, whose answer was lost with it.
NEXT_STEPS = {
    "client.refresh_secret": ("clients:reveal", _("Reveal the secret")),
    "client.set_secret": ("clients:reveal", _("Reveal the secret")),
    "token.create": ("tokens:index", _("Find it among the tokens, to revoke it")),
}


@dataclass(frozen=True, slots=True)
class FollowUpLink:
    path: str
    label: str | Promise


def next_step(entry: AuditEntry) -> FollowUpLink | None:
    """What is left to be done after what was done; nothing where it is whole."""
    route, label = NEXT_STEPS.get(entry.operation, ("", ""))
    place = [entry.organization, entry.region, entry.service]
    if route.startswith("clients:"):
        place.append(entry.client)
    path = optional_path(route, *place)
    return FollowUpLink(path, label) if path else None


class ResolveForm(ChangeReasonForm):
    """Why an outcome is settled; and which it is, where only a person can tell."""

    outcome = forms.ChoiceField(
        choices=[
            (Outcome.SUCCEEDED.value, _("It was done")),
            (Outcome.FAILED.value, _("It was not done")),
        ],
        required=False,
        widget=forms.RadioSelect,
        label=_("What became of it"),
        error_messages={"required": _("Say what became of it.")},
    )

    seen = forms.CharField(required=False, widget=forms.HiddenInput)  # told by the page

    def require_outcome(self) -> None:
        """Have a person decide."""
        self.fields["outcome"].required = True


class EntryIdsField(forms.Field):
    """Ids of entries."""

    widget = forms.MultipleHiddenInput

    def clean(self, value: Any) -> list[str]:
        try:
            return [str(UUID(one)) for one in value or ()]
        except ValueError:
            raise forms.ValidationError(_("This is no entry.")) from None


class SelectionForm(forms.Form):
    """Some of what is unknown; ``some`` where not all of it is meant."""

    entry = EntryIdsField(required=False)
    some = forms.BooleanField(required=False, widget=forms.HiddenInput)

    @property
    def is_empty_selection(self) -> bool:
        """Whether some were to be chosen, and none was."""
        return not self.is_valid() or (self.cleaned_data["some"] and not self.cleaned_data["entry"])
