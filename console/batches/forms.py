"""The forms of batches."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from console.forms.change_forms import ChangeReasonForm
from console.web.idempotency import IdempotentForm
from console.web.uploads import OversizedUpload

# A request ID that can stand in a path, where dots alone would be a relative segment.
REQUEST_ID_PATTERN = r"\A(?!\.+\Z)[A-Za-z0-9_.~-]{1,100}\Z"


class RequestIdField(forms.RegexField):
    """The ID that Authlete gave a batch request."""

    default_error_messages = {
        "required": _("Enter the request ID."),
        "invalid": _("This isn't a valid request ID."),
    }

    def __init__(self, **kwargs: Any) -> None:
        help_text = _("The requestId in Authlete's response.")
        label = _("Request ID")
        super().__init__(REQUEST_ID_PATTERN, label=label, help_text=help_text, **kwargs)


class FileForm(IdempotentForm):
    """A file of tokens."""

    file = forms.FileField(
        label=_("File"),
        allow_empty_file=True,  # reported as an issue of its first line
        error_messages={"required": _("Select a file.")},
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if isinstance(file, OversizedUpload):
            raise forms.ValidationError(
                _("The file is larger than %(max_megabytes)s MB. Split it into smaller files."),
                params={"max_megabytes": settings.UPLOAD_MAX_MB},
            )
        return file


class SubmitForm(ChangeReasonForm):
    """The reason for a submission, and the fingerprint of the file that was reviewed."""

    fingerprint = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, fingerprint: str) -> None:
        super().__init__(*args)
        self._expected = fingerprint

    def clean_mark(self) -> str:
        fingerprint: str = self.cleaned_data["fingerprint"]
        if fingerprint != self._expected:
            raise forms.ValidationError(_("The file was replaced. Nothing was submitted."))
        return fingerprint


class AdoptForm(IdempotentForm):
    """The request ID of a batch created elsewhere."""

    request_id = RequestIdField()


class ResolvePartForm(ChangeReasonForm):
    """The outcome of a request whose response was lost."""

    ADOPT, CREATED, NOT_CREATED = "adopt", "made", "not made"

    resolution = forms.ChoiceField(
        choices=[
            (ADOPT, _("I know the request ID: watch the request")),
            (CREATED, _("Mark as succeeded: the tokens were created")),
            (NOT_CREATED, _("Mark as failed: no token was created")),
        ],
        label=_("Outcome"),
        error_messages={"required": _("Select an outcome.")},
    )
    request_id = RequestIdField(required=False)

    def clean(self) -> None:
        adopts = self.cleaned_data.get("resolution") == self.ADOPT
        if adopts and self.cleaned_data.get("request_id") == "":
            self.add_error("request_id", _("Enter the request ID."))
