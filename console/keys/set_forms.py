"""The forms that change a key set, and the one that starts a rollover."""

from collections.abc import Collection, Sequence
from math import ceil
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from console.editing.forms import WhyForm
from console.keys.generating import DECRYPTING, SIGNING
from console.keys.sets import KeySet
from console.keys.signing import Signing, longest

HOUR = 3600  # seconds
KID = 100  # characters; a limit of ours
HOURS = 24 * 90  # that a rollover may wait at most
CACHES = 24  # hours that verifiers keep key sets, unless somebody knows better

OVERTAKEN = _(
    "Someone changed this service since the page was opened. Nothing was sent. Look at"
    " the keys once more, then send it again."
)


class VersionForm(WhyForm):
    """Why, and the version of the service that the page was made of."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, version: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = version

    def clean(self) -> None:
        if self.cleaned_data.get("version") != self.now:
            self.add_error(None, OVERTAKEN)


class KidField(forms.RegexField):
    """A new key's ID, in letters that need no quoting anywhere."""

    default_error_messages = {
        "invalid": _("Use letters, digits, and the marks - . _ ~ : alone.")
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(r"^[A-Za-z0-9._~:-]+\Z", max_length=KID, **kwargs)


class NewKeyForm(VersionForm):
    """What kind of key is made, and what it is called."""

    alg = forms.ChoiceField(
        label=_("Algorithm"),
        choices=[
            (_("Signs"), list(SIGNING.items())),
            (_("Decrypts what is sent to the service"), list(DECRYPTING.items())),
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

    def __init__(
        self, *args: Any, keys: KeySet, taken: Collection[str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.taken = taken
        if keys.member != "jwks":
            self.fields["alg"].choices = SIGNING.items()  # type: ignore[attr-defined]

    def clean_kid(self) -> str:
        return _free(self.taken, self.cleaned_data["kid"])


class RollForm(VersionForm):
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
        max_value=HOURS,
        initial=CACHES,
        help_text=_(
            "As long as the slowest verifier keeps the key set before it fetches it"
            " anew. Where nobody knows, a day is a safe guess."
        ),
    )
    tokens = forms.IntegerField(
        label=_("Hours between switching and retiring"),
        min_value=0,
        max_value=HOURS,
    )
    short = forms.BooleanField(
        label=_("Retire it all the same"),
        required=False,
        help_text=_("Tokens that were signed before the switch fail from then on."),
    )

    def __init__(
        self,
        *args: Any,
        signings: Sequence[Signing],
        taken: Collection[str],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.taken = taken
        self.signings = signings
        field = self.fields["settings"]
        field.choices = [(one.member, one.label) for one in signings]  # type: ignore[attr-defined]
        field.initial = [one.member for one in signings]
        # One more, since clocks differ and nobody watches the minute.
        hours = ceil(longest(signings) / HOUR) + 1
        self.fields["tokens"].initial = hours

    def clean_settings(self) -> list[str]:
        chosen: list[str] = self.cleaned_data["settings"]
        for one in self.signings:
            if not one.names_none and one.member not in chosen:
                raise forms.ValidationError(
                    _("All that name the old key have to move, or it could not go.")
                )
        return chosen

    def clean_kid(self) -> str:
        return _free(self.taken, self.cleaned_data["kid"])

    def clean(self) -> None:
        super().clean()
        chosen = self.cleaned_data.get("settings", [])
        lived = longest([one for one in self.signings if one.member in chosen])
        tokens = self.cleaned_data.get("tokens")
        if tokens is None or self.cleaned_data.get("short"):
            return
        if tokens * HOUR < lived:
            self.add_error(
                "tokens",
                _("What the old key signs lasts longer. Wait longer, or say so below."),
            )


class ConfirmForm(WhyForm):
    """That every superior has the new key, and why that is known."""

    known = forms.BooleanField(
        label=_("Every superior serves a statement with the new key"),
        error_messages={
            "required": _("Without it, the old key goes on signing. Tell them first.")
        },
    )
    field_order = ("known", "reason", "ticket")


class TrustedForm(ConfirmForm):
    """That the new key is trusted, so that the old one may go for good."""

    known = forms.BooleanField(
        label=_("Chains through every superior were built with the new key"),
        error_messages={
            "required": _("Without it, the old key stays. Build the chains first.")
        },
    )


def _free(taken: Collection[str], kid: str) -> str:
    if kid in taken:
        raise forms.ValidationError(_("Another key of this service has this ID."))
    return kid
