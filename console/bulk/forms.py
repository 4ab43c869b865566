"""Forms of bulk changes."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from console.bulk.bulk_settings import EditMode
from console.bulk.kinds import SET, BulkAction, BulkKind
from console.bulk.objects import CHANGE
from console.bulk.selections import BulkPreview
from console.forms.change_forms import ChangeReasonForm
from console.forms.value_text import translate
from console.web.access import Member
from console.web.paths import parse_object_ref, parse_service_ref
from tenants.authlete.object_ref import ObjectRef
from tenants.organizations.regions import get_regions

TYPED_CONFIRMATION_MIN = 20  # more objects than this are confirmed by typing how many


class BulkSelectForm(forms.Form):
    """The selection of a list: the ticked objects, or all that match.

    ``within`` is the service of a list of clients, ``query`` the list's search and filters,
    ``shown`` how many it said that match. ``fix`` is a rule: all objects with an open finding.
    """

    all = forms.BooleanField(required=False)
    within = forms.CharField(required=False)
    query = forms.CharField(max_length=4000, required=False)
    shown = forms.IntegerField(required=False)
    fix = forms.ChoiceField(required=False)

    def __init__(self, *args: Any, kind: BulkKind) -> None:
        super().__init__(*args)
        self._kind = kind
        rules = sorted(kind.fixable_rules)
        self.fields["fix"].choices = [(rule, rule) for rule in rules]  # type: ignore[attr-defined]

    def clean_within(self) -> str:
        within: str = self.cleaned_data["within"]
        home = parse_service_ref(within)
        if within and (home is None or home[0] not in get_regions()):
            raise forms.ValidationError(_("Region not found."))
        return within

    @property
    def refs(self) -> list[ObjectRef]:
        """The ticked objects, each once."""
        assert isinstance(self.data, QueryDict)
        refs = map(parse_object_ref, self.data.getlist("object"))
        found = [ref for ref in refs if ref and bool(ref.client_id) is self._kind.has_clients]
        return list(dict.fromkeys(found))


class BulkActionForm(forms.Form):
    """The action, of those that the member's role allows."""

    action = forms.ChoiceField()
    setting = forms.ChoiceField(required=False, label=_("Setting"))

    def __init__(self, *args: Any, kind: BulkKind, member: Member) -> None:
        super().__init__(*args)
        self.actions: list[BulkAction] = [
            action for action in kind.actions.values() if member.can(action.effect)
        ]
        self.fields["setting"].choices = [  # type: ignore[attr-defined]
            ("", _("Choose a setting")),
            *(
                (translate(title), [(setting.name, setting.label) for setting in settings])
                for title, settings in kind.setting_groups
                if settings
            ),
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
    """The reason, and the confirmation of the number of changes."""

    reviewed = forms.CharField(widget=forms.HiddenInput)
    count = forms.CharField(required=False, label=_("Number of changes"))

    def __init__(self, *args: Any, preview: BulkPreview) -> None:
        super().__init__(*args)
        self._revision = preview.revision
        self.number = len(preview.with_status(CHANGE))
        self.is_typed = self.number > TYPED_CONFIRMATION_MIN

    def clean_count(self) -> str:
        typed: str = self.cleaned_data["count"]
        if self.is_typed and typed.strip() != str(self.number):
            text = _("Type %(count)d, the number of objects that will change.")
            raise forms.ValidationError(text % {"count": self.number})
        return typed

    def clean(self) -> None:
        if self.cleaned_data.get("reviewed") != self._revision:
            text = _(
                "The preview has changed since you opened this page. Nothing was started. Review "
                "it again."
            )
            self.add_error(None, text)
