"""Forms that confirm a change: reason, ticket and reviewed state."""

from datetime import datetime
from typing import Any, TypedDict, final

from django import forms
from django.utils.translation import gettext_lazy as _

from console.forms.timestamps import TimestampField, is_same_second
from console.web.idempotency import IdempotentForm
from tenants.authlete.json.merge import MergeConflict


@final
class ReasonFields(TypedDict):
    """The reason and ticket of a call, for the audit log."""

    reason: str
    ticket: str


class ReasonForm(forms.Form):
    """The reason and ticket of an action, for the audit log."""

    reason = forms.CharField(
        max_length=400,
        label=_("Reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Enter a reason for the audit log.")},
    )
    ticket = forms.CharField(max_length=60, required=False, label=_("Ticket"))

    @property
    def reason_fields(self) -> ReasonFields:
        """The reason and ticket, as keyword arguments for a logged call."""
        return {"reason": self.cleaned_data["reason"], "ticket": self.cleaned_data["ticket"]}


class ChangeReasonForm(ReasonForm, IdempotentForm):
    """The reason and ticket of a change."""


class ReviewedChangeForm(ChangeReasonForm):
    """A change reason with a digest of the reviewed values."""

    reviewed = forms.CharField(widget=forms.HiddenInput)


class VersionedChangeForm(ReviewedChangeForm):
    """A reviewed change with the version that it was reviewed against."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class DeletionForm(ChangeReasonForm):
    """A change reason with the typed name of the object to delete."""

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
    """A point in time, in the user's time zone, and an entry to compare with."""

    at = TimestampField(label=_("Version at"))
    exact = TimestampField()  # the rendered time, to the microsecond
    compare = forms.CharField(label=_("Compare with"), required=False, max_length=60)

    @property
    def timestamp(self) -> datetime | None:
        """The exact time, unless the user typed another second."""
        typed, exact = map(self.cleaned_data.get, ("at", "exact"))
        return exact if typed and exact and is_same_second(typed, exact) else typed

    @property
    def compare_with(self) -> str:
        """The time or entry to compare with, or an empty string."""
        typed: str = self.cleaned_data.get("compare", "")
        return typed.strip()


class MergeForm(forms.Form):
    """A choice between both sides of each conflict."""

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
        """The distinct error messages of conflicts without a choice."""
        return sorted({str(error) for errors in self.errors.values() for error in errors})

    @property
    def their_values(self) -> dict[str, Any]:
        """The merged values of the fields for which their side was chosen."""
        return {
            conflict.field: conflict.theirs_merged
            for conflict in self.conflicts
            if self.cleaned_data[f"keep-{conflict.field}"] == "theirs"
        }
