"""Forms of bulk changes."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from console.clients.bulk.bulk_settings import (
    BULK_ACTIONS,
    FIXABLE_RULES,
    SET,
    SETTING_GROUPS,
    BulkAction,
    EditMode,
)
from console.clients.bulk.selections import CHANGE, BulkPreview
from console.forms.change_forms import ChangeReasonForm
from console.web.access import Member
from console.web.paths import parse_client_ref, parse_service_ref
from tenants.authlete.object_ref import ObjectRef
from tenants.organizations.regions import get_regions

TYPED_CONFIRMATION_MIN = 20  # more clients than this are confirmed by typing how many


class BulkSelectForm(forms.Form):
    """What a list sends: the clients that are ticked, or all that fit.

    ``within`` is the service of the list, ``query`` what it was asked for, ``shown``
    how many it said that fit. ``fix`` is a rule: all clients with an open finding.
    """

    all = forms.BooleanField(required=False)
    within = forms.CharField(required=False)
    query = forms.CharField(max_length=4000, required=False)
    shown = forms.IntegerField(required=False)
    fix = forms.ChoiceField(
        required=False, choices=[(rule, rule) for rule in sorted(FIXABLE_RULES)]
    )

    def clean_within(self) -> str:
        within: str = self.cleaned_data["within"]
        home = parse_service_ref(within)
        if within and (home is None or home[0] not in get_regions()):
            raise forms.ValidationError(_("Region not found."))
        return within

    @property
    def client_keys(self) -> list[ObjectRef]:
        """The clients that are ticked, each once."""
        assert isinstance(self.data, QueryDict)
        refs = map(parse_client_ref, self.data.getlist("client"))
        return list(dict.fromkeys(ref for ref in refs if ref))


class BulkActionForm(forms.Form):
    """What is to be done, of what the person's role allows."""

    action = forms.ChoiceField()
    setting = forms.ChoiceField(
        required=False,
        label=_("Setting"),
        choices=[
            ("", _("Choose a setting")),
            *(
                (title, [(setting.name, setting.setting.label) for setting in settings])
                for title, settings in SETTING_GROUPS
                if settings
            ),
        ],
    )

    def __init__(self, *args: Any, member: Member) -> None:
        super().__init__(*args)
        self.actions: list[BulkAction] = [
            action for action in BULK_ACTIONS.values() if member.can(action.effect)
        ]
        choices = [(action.name, action.label) for action in self.actions]
        self.fields["action"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> None:
        if self.cleaned_data.get("action") == SET and not self.data.get("setting"):
            self.add_error("setting", _("Choose a setting."))


class EditModeForm(forms.Form):
    """What is done with the value that is entered."""

    mode = forms.ChoiceField(
        choices=[
            (EditMode.EXACTLY.value, _("Replace the value")),
            (EditMode.ADD.value, _("Add entries")),
            (EditMode.REMOVE.value, _("Remove entries")),
        ],
        initial=EditMode.EXACTLY.value,
        widget=forms.RadioSelect,
    )


class BulkConfirmForm(ChangeReasonForm):
    """Why it is done, and that it is meant for so many."""

    reviewed = forms.CharField(widget=forms.HiddenInput)
    count = forms.CharField(required=False, label=_("Number of clients"))

    def __init__(self, *args: Any, preview: BulkPreview) -> None:
        super().__init__(*args)
        self._revision = preview.revision
        self.number = len(preview.with_status(CHANGE))
        self.is_typed = self.number > TYPED_CONFIRMATION_MIN

    def clean_count(self) -> str:
        typed: str = self.cleaned_data["count"]
        if self.is_typed and typed.strip() != str(self.number):
            text = ngettext(
                "Type %(count)d, the number of clients that will change.",
                "Type %(count)d, the number of clients that will change.",
                self.number,
            )
            raise forms.ValidationError(text % {"count": self.number})
        return typed

    def clean(self) -> None:
        if self.cleaned_data.get("reviewed") != self._revision:
            text = _(
                "The preview has changed since you opened this page. Nothing was started. Review "
                "it again."
            )
            self.add_error(None, text)
