"""Forms to resolve unknown outcomes, and links to what is left to do."""

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
    "client.refresh_secret": ("clients:reveal", _("Reveal secret")),
    "client.set_secret": ("clients:reveal", _("Reveal secret")),
    "token.create": ("tokens:index", _("Find and revoke the token")),
}


@dataclass(frozen=True, slots=True)
class FollowUpLink:
    """A link to what is left to do after a call succeeded."""

    path: str
    label: str | Promise


def next_step(entry: AuditEntry) -> FollowUpLink | None:
    """Return the follow-up of a call that succeeded, or None."""
    route, label = NEXT_STEPS.get(entry.operation, ("", ""))
    place = [entry.organization, entry.region, entry.service]
    if route.startswith("clients:"):
        place.append(entry.client)
    path = optional_path(route, *place)
    return FollowUpLink(path, label) if path else None


class ResolveForm(ChangeReasonForm):
    """The reason, and the outcome if only a person can tell."""

    outcome = forms.ChoiceField(
        choices=[
            (Outcome.SUCCEEDED.value, _("Succeeded")),
            (Outcome.FAILED.value, _("Failed")),
        ],
        required=False,
        widget=forms.RadioSelect,
        label=_("Outcome"),
        error_messages={"required": _("Select the outcome.")},
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
            raise forms.ValidationError(_("Invalid entry ID.")) from None


class SelectionForm(forms.Form):
    """Selected entries; ``some`` if not all are meant."""

    entry = EntryIdsField(required=False)
    some = forms.BooleanField(required=False, widget=forms.HiddenInput)

    @property
    def is_empty_selection(self) -> bool:
        """Whether some were to be chosen, and none was."""
        return not self.is_valid() or (self.cleaned_data["some"] and not self.cleaned_data["entry"])
