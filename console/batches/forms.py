"""The forms of batches."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from console.forms.change_forms import ChangeReasonForm
from console.web.idempotency import IdempotentForm
from console.web.uploads import OversizedUpload

# An id of a request, as it may stand in a path; dots alone would be a step in it.
REQUEST_ID_PATTERN = r"\A(?!\.+\Z)[A-Za-z0-9_.~-]{1,100}\Z"


class FileForm(IdempotentForm):
    """A file of tokens."""

    file = forms.FileField(
        label=_("File"),
        allow_empty_file=True,  # which is a fault of its first line
        error_messages={"required": _("Choose a file.")},
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if isinstance(file, OversizedUpload):
            raise forms.ValidationError(
                _("A file has %(most)s MB at most. Split it, and upload its parts."),
                params={"most": settings.UPLOAD_MAX_MB},
            )
        return file


class SubmitForm(ChangeReasonForm):
    """Why the tokens are made, and of which file."""

    mark = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, mark: str) -> None:
        super().__init__(*args)
        self._expected_mark = mark

    def clean_mark(self) -> str:
        mark: str = self.cleaned_data["mark"]
        if mark != self._expected_mark:
            raise forms.ValidationError(
                _("Another file was uploaded meanwhile. Nothing was submitted.")
            )
        return mark


class AdoptForm(IdempotentForm):
    """The id of a batch that was made elsewhere."""

    request_id = forms.RegexField(
        REQUEST_ID_PATTERN,
        label=_("Request ID"),
        error_messages={
            "required": _("Enter the requestId that Authlete answered."),
            "invalid": _("This is no ID of a request."),
        },
    )


class ResolvePartForm(ChangeReasonForm):
    """What became of tokens whose reply was lost."""

    ADOPT, CREATED, NOT_CREATED = "adopt", "made", "not made"

    verdict = forms.ChoiceField(
        choices=[
            (ADOPT, _("I know the ID of its request: watch it")),
            (CREATED, _("The tokens were made")),
            (NOT_CREATED, _("No token was made")),
        ],
        label=_("What became of it"),
        error_messages={"required": _("Choose what became of it.")},
    )
    request_id = forms.RegexField(
        REQUEST_ID_PATTERN,
        required=False,
        label=_("Request ID"),
        error_messages={"invalid": _("This is no ID of a request.")},
    )

    def clean(self) -> None:
        adopts = self.cleaned_data.get("verdict") == self.ADOPT
        if adopts and self.cleaned_data.get("request_id") == "":
            self.add_error("request_id", _("Enter the ID."))
