"""The forms that change a key set, and the one that starts a rollover."""

from collections.abc import Collection, Sequence
from math import ceil
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from console.forms.change_forms import ChangeReasonForm
from console.keys.jwks.generation import DECRYPTION_ALGORITHMS, SIGNING_ALGORITHMS
from console.keys.jwks.key_sets import KeySet
from console.keys.rollover.signing_settings import SigningSetting, longest_lifetime

SECONDS_PER_HOUR = 3600  # seconds
MAX_KID_LENGTH = 100  # characters; a limit of ours
MAX_WAIT_HOURS = 24 * 90  # that a rollover may wait at most
DEFAULT_CACHE_HOURS = 24  # hours that verifiers keep key sets, unless somebody knows better

CONFLICT_MESSAGE = _(
    "Someone changed this service since the page was opened. Nothing was sent. Look at"
    " the keys once more, then send it again."
)


class VersionForm(ChangeReasonForm):
    """Why, and the version of the service that the page was made of."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, version: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.current_version = version

    def clean(self) -> None:
        if self.cleaned_data.get("version") != self.current_version:
            self.add_error(None, CONFLICT_MESSAGE)


class KidField(forms.RegexField):
    """A new key's ID, in letters that need no quoting anywhere."""

    default_error_messages = {"invalid": _("Use letters, digits, and the marks - . _ ~ : alone.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(r"^[A-Za-z0-9._~:-]+\Z", max_length=MAX_KID_LENGTH, **kwargs)


class NewJwkForm(VersionForm):
    """What kind of key is made, and what it is called."""

    alg = forms.ChoiceField(
        label=_("Algorithm"),
        choices=[
            (_("Signs"), list(SIGNING_ALGORITHMS.items())),
            (
                _("Decrypts what is sent to the service"),
                list(DECRYPTION_ALGORITHMS.items()),
            ),
        ],
        help_text=_(
            "It decides the kind of key: a P curve for ES, Ed25519 for EdDSA, 3072 bits"
            " of RSA for all others. A key signs or decrypts, never both."
        ),
    )
    kid = KidField(
        label=_("Key ID"),
        required=False,
        help_text=_("Without one it is called by its thumbprint. It stays public."),
    )
    field_order = ("alg", "kid", "reason", "ticket")

    def __init__(self, *args: Any, keys: KeySet, used_kids: Collection[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.used_kids = used_kids
        if keys.member != "jwks":
            self.fields["alg"].choices = SIGNING_ALGORITHMS.items()  # type: ignore[attr-defined]

    def clean_kid(self) -> str:
        return _validate_unused(self.used_kids, self.cleaned_data["kid"])


class StartRolloverForm(VersionForm):
    """Which settings move to a new key, what that is called, and the two waits."""

    settings = forms.MultipleChoiceField(
        label=_("What moves to the new key"),
        error_messages={"required": _("Choose at least one setting.")},
    )
    kid = KidField(
        label=_("ID of the new key"),
        help_text=_("Verifiers find the key by it, so no other key may have it."),
    )
    caches = forms.IntegerField(
        label=_("Hours between publishing and switching"),
        min_value=0,
        max_value=MAX_WAIT_HOURS,
        initial=DEFAULT_CACHE_HOURS,
        help_text=_(
            "As long as the slowest verifier keeps the key set before it fetches it"
            " anew. Where nobody knows, a day is a safe guess."
        ),
    )
    tokens = forms.IntegerField(
        label=_("Hours between switching and retiring"),
        min_value=0,
        max_value=MAX_WAIT_HOURS,
    )
    short = forms.BooleanField(
        label=_("Retire it all the same"),
        required=False,
        help_text=_("Tokens that were signed before the switch fail from then on."),
    )

    def __init__(
        self,
        *args: Any,
        signings: Sequence[SigningSetting],
        used_kids: Collection[str],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.used_kids = used_kids
        self.signings = signings
        field = self.fields["settings"]
        field.choices = [(one.member, one.label) for one in signings]  # type: ignore[attr-defined]
        field.initial = [one.member for one in signings]
        # One more, since clocks differ and nobody watches the minute.
        hours = ceil(longest_lifetime(signings) / SECONDS_PER_HOUR) + 1
        self.fields["tokens"].initial = hours

    def clean_settings(self) -> list[str]:
        chosen: list[str] = self.cleaned_data["settings"]
        for one in self.signings:
            if not one.is_unset and one.member not in chosen:
                raise forms.ValidationError(
                    _("All that name the old key have to move, or it could not go.")
                )
        return chosen

    def clean_kid(self) -> str:
        return _validate_unused(self.used_kids, self.cleaned_data["kid"])

    def clean(self) -> None:
        super().clean()
        chosen = self.cleaned_data.get("settings", [])
        lived = longest_lifetime([one for one in self.signings if one.member in chosen])
        tokens = self.cleaned_data.get("tokens")
        if tokens is None or self.cleaned_data.get("short"):
            return
        if tokens * SECONDS_PER_HOUR < lived:
            self.add_error(
                "tokens",
                _("What the old key signs lasts longer. Wait longer, or say so below."),
            )


class ConfirmForm(ChangeReasonForm):
    """That every superior has the new key, and why that is known."""

    known = forms.BooleanField(
        label=_("Every superior serves a statement with the new key"),
        error_messages={"required": _("Without it, the old key goes on signing. Tell them first.")},
    )
    field_order = ("known", "reason", "ticket")


class ConfirmTrustForm(ConfirmForm):
    """That the new key is trusted, so that the old one may go for good."""

    known = forms.BooleanField(
        label=_("Chains through every superior were built with the new key"),
        error_messages={"required": _("Without it, the old key stays. Build the chains first.")},
    )


def _validate_unused(used_kids: Collection[str], kid: str) -> str:
    if kid in used_kids:
        raise forms.ValidationError(_("Another key of this service has this ID."))
    return kid
