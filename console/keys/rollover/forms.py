"""The forms that start a rollover and confirm its steps."""

from collections.abc import Collection, Sequence
from math import ceil
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from console.forms.change_forms import ChangeReasonForm
from console.keys.jwks.forms import KidField, VersionForm, check_kid_unused
from console.keys.rollover.signing_settings import SigningSetting, longest_lifetime

SECONDS_PER_HOUR = 3600
MAX_WAIT_HOURS = 24 * 90
DEFAULT_CACHE_HOURS = 24


class StartRolloverForm(VersionForm):
    """The settings that move to a new key, its ID, and the two waiting times."""

    settings = forms.MultipleChoiceField(
        label=_("Settings to move to the new key"),
        error_messages={"required": _("Select at least one setting.")},
    )
    kid = KidField(label=_("New key ID"))
    caches = forms.IntegerField(
        label=_("Wait for caches, in hours"),
        min_value=0,
        max_value=MAX_WAIT_HOURS,
        initial=DEFAULT_CACHE_HOURS,
        help_text=_("How long verifiers may cache the JWK Set. Default: 24."),
    )
    tokens = forms.IntegerField(
        label=_("Wait for tokens to expire, in hours"),
        min_value=0,
        max_value=MAX_WAIT_HOURS,
        help_text=_(
            "Default: the longest lifetime set for the service or a scope, plus one hour. Tokens"
            " created by hand or in a batch may be valid longer."
        ),
    )
    short = forms.BooleanField(
        label=_("Retire the old key earlier"),
        required=False,
        help_text=_("Unexpired tokens signed with the old key will be rejected."),
    )

    def __init__(
        self,
        *args: Any,
        signing_settings: Sequence[SigningSetting],
        used_kids: Collection[str],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.used_kids = used_kids
        self.signing_settings = signing_settings
        field = self.fields["settings"]
        field.choices = [(setting.member, setting.label) for setting in signing_settings]  # type: ignore[attr-defined]
        field.initial = [setting.member for setting in signing_settings]
        # One hour more, since clocks differ.
        hours = ceil(longest_lifetime(signing_settings) / SECONDS_PER_HOUR) + 1
        self.fields["tokens"].initial = hours

    def clean_settings(self) -> list[str]:
        selected: list[str] = self.cleaned_data["settings"]
        for setting in self.signing_settings:
            if not setting.is_unset and setting.member not in selected:
                raise forms.ValidationError(_("Select every setting that names the old key."))
        return selected

    def clean_kid(self) -> str:
        return check_kid_unused(self.used_kids, self.cleaned_data["kid"])

    def clean(self) -> None:
        super().clean()
        selected = self.cleaned_data.get("settings", [])
        lifetime = longest_lifetime(
            [setting for setting in self.signing_settings if setting.member in selected]
        )
        tokens = self.cleaned_data.get("tokens")
        if tokens is None or self.cleaned_data.get("short"):
            return
        if tokens * SECONDS_PER_HOUR < lifetime:
            text = _(
                "Tokens signed with the old key are valid longer. Wait longer, or confirm below."
            )
            self.add_error("tokens", text)


class ConfirmForm(ChangeReasonForm):
    """The confirmation that every superior has the new key."""

    known = forms.BooleanField(
        label=_("Every superior's statement has the new key"),
        error_messages={"required": _("The old key signs until you confirm this.")},
    )
    field_order = ("known", "reason", "ticket")


class ConfirmTrustForm(ConfirmForm):
    """The confirmation that the new key is trusted, so the old one can be retired."""

    known = forms.BooleanField(
        label=_("Trust chains through every superior work with the new key"),
        error_messages={"required": _("The old key isn't retired until you confirm this.")},
    )
