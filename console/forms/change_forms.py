"""Forms that every change goes through: why it is made, and what was reviewed."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from console.forms.timestamps import TimestampField, is_same_second
from console.web.idempotency import IdempotentForm
from tenants.authlete.json.merge import MergeConflict


class ChangeReasonForm(IdempotentForm):
    """Why a change is made; both go into the record."""

    reason = forms.CharField(
        max_length=400,
        label=_("Reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Enter a reason for the audit log.")},
    )
    ticket = forms.CharField(max_length=60, required=False, label=_("Ticket"))

    @property
    def reason_fields(self) -> dict[str, str]:
        """The entered reason and ticket, as keyword arguments for a logged call."""
        return {name: self.cleaned_data[name] for name in ("reason", "ticket")}


class ReviewedChangeForm(ChangeReasonForm):
    """The same, and what exactly was reviewed."""

    reviewed = forms.CharField(widget=forms.HiddenInput)


class VersionedChangeForm(ReviewedChangeForm):
    """The same, and the version that it was reviewed against."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class DeletionForm(ChangeReasonForm):
    """The name of what is to be deleted, typed; and why."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    typed = forms.CharField(label=_("Name"))

    def __init__(self, *args: Any, name: str, version: int) -> None:
        super().__init__(*args)
        self.name = name
        self.current_version = version

    def clean_typed(self) -> str:
        typed: str = self.cleaned_data["typed"]
        if typed.strip() != self.name:
            raise forms.ValidationError(_("The name doesn't match."))
        return typed

    def clean(self) -> None:
        if self.cleaned_data.get("version") != self.current_version:
            text = _(
                "Someone changed this after you opened the page. Nothing was deleted. Review it "
                "again."
            )
            self.add_error("typed", text)


class PointInTimeForm(forms.Form):
    """A moment, in the reader's zone, and what is held beside it."""

    at = TimestampField(label=_("Version at"), required=False)
    exact = TimestampField(required=False)  # that the form was drawn for
    beside = forms.CharField(label=_("Compare with"), required=False, max_length=60)

    @property
    def timestamp(self) -> datetime | None:
        """To the microsecond, as long as no other second was typed."""
        at, exact = map(self.cleaned_data.get, ("at", "exact"))
        return exact if at and exact and is_same_second(at, exact) else at

    @property
    def compare_with(self) -> str:
        """What is to be held beside it; empty where nothing was typed."""
        typed: str = self.cleaned_data.get("beside", "")
        return typed.strip()


class MergeForm(forms.Form):
    """For each conflict: theirs or mine."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, conflicts: tuple[MergeConflict, ...]) -> None:
        super().__init__(*args)
        self.conflicts = conflicts
        for conflict in conflicts:
            self.fields[f"keep-{conflict.field}"] = forms.ChoiceField(
                choices=[("theirs", ""), ("mine", "")],
                error_messages={"required": _("Choose a value.")},
            )

    @property
    def missing_choices(self) -> list[str]:
        """What is left to be chosen, once."""
        return sorted({str(one) for found in self.errors.values() for one in found})

    @property
    def their_values(self) -> dict[str, Any]:
        """The members for which theirs was chosen, as they are to be then."""
        return {
            conflict.field: conflict.theirs_merged
            for conflict in self.conflicts
            if self.cleaned_data[f"keep-{conflict.field}"] == "theirs"
        }
