"""Forms of webhooks."""

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from console.audit_log.event_labels import EVENT_GROUPS
from console.forms.timestamps import TimestampField
from console.models import Delivery, Webhook
from console.web.idempotency import IdempotentForm
from console.web.labels import EFFECT_LABELS
from console.webhooks.actions import row_before_entry, row_before_time
from tenants.audit.positions import open_position
from tenants.crypto.vault import UnsealError
from tenants.outbound.safe_http import MAX_URL_CHARS, UrlNotAllowedError, validate_url

CHOOSE_ONE_TEXT = _("Select at least one.")


class WebhookForm(IdempotentForm):
    """Creates a webhook."""

    name = forms.CharField(
        label=_("Name"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("For example “SIEM, production”."),
    )
    url = forms.CharField(
        label=_("URL"),
        max_length=MAX_URL_CHARS,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "inputmode": "url", "spellcheck": "false"}
        ),
        help_text=_(
            "HTTPS only, port 443 or above 1023. Stored encrypted; only the host is shown."
        ),
    )
    effects = forms.MultipleChoiceField(
        label=_("Effects"),
        choices=[(name, capfirst(str(word))) for name, word in EFFECT_LABELS.items()],
        initial=list(EFFECT_LABELS),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": CHOOSE_ONE_TEXT},
    )
    groups = forms.MultipleChoiceField(
        label=_("Events"),
        choices=[(name, group.label) for name, group in EVENT_GROUPS.items()],
        initial=list(EVENT_GROUPS),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": CHOOSE_ONE_TEXT},
    )
    subjects = forms.BooleanField(
        label=_("Include subjects in plain text"),
        required=False,
        help_text=_("By default, subjects and values that contain them are omitted."),
    )

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"]
        try:
            validate_url(url)
        except UrlNotAllowedError as error:
            raise forms.ValidationError(str(error)) from None
        return url

    @property
    def origin(self) -> str:
        """The visible part of the URL, or ""."""
        if not (url := self.cleaned_data["url"]):
            return ""
        parsed = validate_url(url)
        return f"{parsed.scheme}://{parsed.netloc.decode()}"

    @property
    def settings(self) -> dict[str, Any]:
        """The webhook's columns that are shown and logged."""
        params = self.cleaned_data
        return {
            "name": params["name"],
            "effects": _join_unless_all(params["effects"], len(EFFECT_LABELS)),
            "groups": _join_unless_all(params["groups"], len(EVENT_GROUPS)),
            "subjects": params["subjects"],
        }


class EditWebhookForm(WebhookForm):
    """Edits a webhook; an empty URL keeps the current one."""

    def __init__(self, *args: Any, webhook: Webhook, **kwargs: Any) -> None:
        initial = {
            "name": webhook.name,
            "effects": webhook.effects.split() or list(EFFECT_LABELS),
            "groups": webhook.groups.split() or list(EVENT_GROUPS),
            "subjects": webhook.subjects,
        }
        kwargs["initial"] = initial | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        url = self.fields["url"]
        url.required = False
        url.label = _("New URL")
        url.help_text = _("Leave empty to keep %(origin)s.") % {"origin": webhook.origin}

    def clean_url(self) -> str:
        return super().clean_url() if self.cleaned_data["url"] else ""


class ReplayRangeForm(forms.Form):
    """Where a replay starts: an entry, a time or a delivery."""

    entry = forms.UUIDField(
        label=_("From entry"),
        required=False,
        help_text=_("The ID of an audit log entry."),
        error_messages={"invalid": _("Enter the ID of an entry.")},
    )
    at = TimestampField(label=_("Or start time"))

    delivery = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, webhook: Webhook, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.webhook = webhook

    def clean(self) -> None:
        """Set ``after``, the row before the start."""
        params = self.cleaned_data
        if self.errors:
            return
        match [name for name, value in params.items() if value is not None]:
            case ["entry"]:
                self.after = row_before_entry(self.webhook, params["entry"])
            case ["at"]:
                self.after = row_before_time(self.webhook, params["at"])
            case ["delivery"]:
                sent = Delivery.objects.filter(webhook=self.webhook, pk=params["delivery"])
                first = sent.values_list("first", flat=True).first()
                self.after = first - 1 if first else None
            case _:
                raise forms.ValidationError(_("Enter an entry or a time."))
        if self.after is None:
            raise forms.ValidationError(_("This organization has no such entry."))


class ConfirmReplayForm(IdempotentForm):
    """Confirms a replay."""

    after = forms.CharField(widget=forms.HiddenInput)  # sealed

    def __init__(self, webhook: Webhook, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.webhook = webhook

    def clean_after(self) -> int:
        try:
            return open_position(self.webhook.organization_id, self.cleaned_data["after"])
        except UnsealError:
            raise forms.ValidationError(_("Choose the start again.")) from None


def _join_unless_all(names: list[str], total: int) -> str:
    """Join the names; "" means all, future ones included."""
    return "" if len(names) == total else " ".join(names)
