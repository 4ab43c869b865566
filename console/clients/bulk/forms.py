"""The forms of doing one thing with many clients."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from console.access import Member
from console.clients.bulk.deeds import DEEDS, SET, Deed
from console.clients.bulk.kept import CHANGE, Preview
from console.clients.bulk.reading import Place
from console.clients.bulk.settable import GROUPS, Mode
from console.editing.forms import WhyForm
from console.paths import client_at, service_at
from tenants.regions import regions

TYPED = 20  # more clients than this are confirmed by typing how many


class SelectForm(forms.Form):
    """What a list sends: the clients that are ticked, or all that fit.

    ``within`` is the service of the list, ``query`` what it was asked for, ``shown``
    how many it said that fit.
    """

    all = forms.BooleanField(required=False)
    within = forms.CharField(required=False)
    query = forms.CharField(max_length=4000, required=False)
    shown = forms.IntegerField(required=False)

    def clean_within(self) -> str:
        within: str = self.cleaned_data["within"]
        home = service_at(within)
        if within and (home is None or home[0] not in regions()):
            raise forms.ValidationError(_("There is no such region."))
        return within

    @property
    def places(self) -> list[Place]:
        """The clients that are ticked, each once."""
        assert isinstance(self.data, QueryDict)
        found = map(client_at, self.data.getlist("place"))
        return list(dict.fromkeys(one for one in found if one))


class DeedForm(forms.Form):
    """What is to be done, of what the person's role allows."""

    deed = forms.ChoiceField()
    setting = forms.ChoiceField(
        required=False,
        label=_("Setting"),
        choices=[
            ("", _("Choose a setting")),
            *(
                (title, [(one.name, one.setting.label) for one in found])
                for title, found in GROUPS
                if found
            ),
        ],
    )

    def __init__(self, *args: Any, member: Member) -> None:
        super().__init__(*args)
        self.deeds: list[Deed] = [
            one for one in DEEDS.values() if member.may(one.effect)
        ]
        choices = [(one.name, one.label) for one in self.deeds]
        self.fields["deed"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> None:
        if self.cleaned_data.get("deed") == SET and not self.data.get("setting"):
            self.add_error("setting", _("Choose which one."))


class ModeForm(forms.Form):
    """What is done with the value that is entered."""

    mode = forms.ChoiceField(
        choices=[
            (Mode.EXACTLY.value, _("Give each exactly this")),
            (Mode.ADD.value, _("Add these to what each has")),
            (Mode.REMOVE.value, _("Take these out of what each has")),
        ],
        initial=Mode.EXACTLY.value,
        widget=forms.RadioSelect,
    )


class ConfirmForm(WhyForm):
    """Why it is done, and that it is meant for so many."""

    reviewed = forms.CharField(widget=forms.HiddenInput)
    count = forms.CharField(required=False, label=_("Number of clients"))

    def __init__(self, *args: Any, preview: Preview) -> None:
        super().__init__(*args)
        self._mark = preview.mark
        self.number = len(preview.of(CHANGE))
        self.is_typed = self.number > TYPED

    def clean_count(self) -> str:
        typed: str = self.cleaned_data["count"]
        if self.is_typed and typed.strip() != str(self.number):
            said = ngettext(
                "Type %(count)d, the number of clients that would change.",
                "Type %(count)d, the number of clients that would change.",
                self.number,
            )
            raise forms.ValidationError(said % {"count": self.number})
        return typed

    def clean(self) -> None:
        if self.cleaned_data.get("reviewed") != self._mark:
            text = _(
                "The preview was made anew since this page was opened. Nothing was"
                " started. Look at it once more."
            )
            self.add_error(None, text)
