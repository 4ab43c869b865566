"""What an admin says of a webhook."""

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from console.editing.moments import MomentField
from console.kinds import GROUPS
from console.models import Webhook
from console.names import EFFECTS
from console.once import OnceForm
from tenants.posting import LONGEST, Refused, checked

MOST_ROWS = 2**53
NONE = _("Choose at least one.")
NO_ROW = _("Enter the number of a row; the first one is 1.")


class WebhookForm(OnceForm):
    name = forms.CharField(
        label=_("Name"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("What takes the record, such as “SIEM, production”."),
    )
    url = forms.CharField(
        label=_("Address"),
        max_length=LONGEST,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "inputmode": "url", "spellcheck": "false"}
        ),
        help_text=_(
            "https alone, on port 443 or from 1024 on. It is sealed as a secret is, and"
            " pages show no more of it than the host."
        ),
    )
    effects = forms.MultipleChoiceField(
        label=_("Effects"),
        choices=[(name, capfirst(str(word))) for name, word in EFFECTS.items()],
        initial=list(EFFECTS),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": NONE},
    )
    groups = forms.MultipleChoiceField(
        label=_("Events"),
        choices=[(name, one.label) for name, one in GROUPS.items()],
        initial=list(GROUPS),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": NONE},
    )
    subjects = forms.BooleanField(
        label=_("Send subjects in the clear"),
        required=False,
        help_text=_(
            "Otherwise they are left out, and so is what else of an entry names one."
        ),
    )

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"]
        try:
            checked(url)
        except Refused as error:
            raise forms.ValidationError(str(error)) from None
        return url

    @property
    def origin(self) -> str:
        """What may be shown of the address; nothing where there is none."""
        if not (url := self.cleaned_data["url"]):
            return ""
        place = checked(url)
        return f"{place.scheme}://{place.netloc.decode()}"

    @property
    def chosen(self) -> dict[str, Any]:
        """The columns of a webhook that pages show and the record tells."""
        given = self.cleaned_data
        return {
            "name": given["name"],
            "effects": _some(given["effects"], len(EFFECTS)),
            "groups": _some(given["groups"], len(GROUPS)),
            "subjects": given["subjects"],
        }


class ChangeForm(WebhookForm):
    """The same for one that there is, whose address stays where none is given."""

    def __init__(self, *given: Any, webhook: Webhook, **named: Any) -> None:
        initial = {
            "name": webhook.name,
            "effects": webhook.effects.split() or list(EFFECTS),
            "groups": webhook.groups.split() or list(GROUPS),
            "subjects": webhook.subjects,
        }
        named["initial"] = initial | named.get("initial", {})
        super().__init__(*given, **named)
        url = self.fields["url"]
        url.required = False
        url.label = _("Another address")
        url.help_text = _("Empty: %(origin)s stays.") % {"origin": webhook.origin}

    def clean_url(self) -> str:
        return super().clean_url() if self.cleaned_data["url"] else ""


class FromForm(forms.Form):
    """From where on rows are to go again: as a number, or as a time."""

    row = forms.IntegerField(
        label=_("From row"),
        min_value=1,
        max_value=MOST_ROWS,
        required=False,
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), NO_ROW),
    )
    at = MomentField(
        label=_("Or what was begun since"),
        required=False,
        widget=forms.DateTimeInput(
            {"type": "datetime-local", "step": 1}, format="%Y-%m-%dT%H:%M:%S"
        ),
    )

    def clean(self) -> None:
        given = self.cleaned_data
        if not self.errors and (given["row"] is None) == (given["at"] is None):
            raise forms.ValidationError(_("Give a row or a time."))


class ReplayForm(OnceForm):
    after = forms.IntegerField(
        min_value=0, max_value=MOST_ROWS, widget=forms.HiddenInput
    )


def _some(names: list[str], all_of_them: int) -> str:
    """Empty where all are chosen, so that one that comes later is as well."""
    return "" if len(names) == all_of_them else " ".join(names)
