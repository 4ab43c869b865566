"""What is pasted is never written back into a page: it goes on sealed, or not."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from pydantic import SecretStr

from console.forms.change_forms import ChangeReasonForm
from console.tokens.lookup import sealed_token
from console.tokens.lookup.issuers import IssuingService
from console.tokens.lookup.pasted_token import PastedToken, parse_pasted_token
from console.tokens.lookup.sealed_token import SealExpiredError, TokenLocation
from console.web.access import Member

EXPIRED_MESSAGE = _(
    "What you pasted goes on for ten minutes and no longer, and those are over. Paste it once more."
)


class PastedTokenForm(forms.Form):
    """A token or JWS, pasted, or sealed by the page before; and a service."""

    token = forms.CharField(
        required=False,
        strip=False,
        label=_("Token"),
        widget=forms.PasswordInput(
            render_value=False,
            attrs={"autocomplete": "off", "spellcheck": "false", "class": "mono"},
        ),
    )
    sealed = forms.CharField(required=False, widget=forms.HiddenInput)
    place = forms.ChoiceField(required=False, label=_("Service"))

    def __init__(self, data: Any, member: Member, services: Sequence[IssuingService]) -> None:
        super().__init__(data)
        self.member = member
        self.pasted: PastedToken | None = None
        self.set_services(services)

    def clean(self) -> None:
        if "token" in self.errors:
            return
        try:
            text = self.cleaned_data["token"] or self._unseal()
            self.pasted = parse_pasted_token(text)
        except forms.ValidationError as error:
            self.add_error("token", error)

    def set_services(self, services: Sequence[IssuingService]) -> None:
        """Let one of these be chosen."""
        self._services = {one.key: one for one in services}
        self.fields["place"].choices = _service_choices(services)  # type: ignore[attr-defined]

    @property
    def service(self) -> IssuingService | None:
        """The service that was chosen."""
        return self._services.get(self.cleaned_data.get("place", ""))

    @property
    def resealed(self) -> str:
        """What was pasted, sealed for the next page; empty where it was no token."""
        return sealed_token.seal_token(self.member, self.pasted.value) if self.pasted else ""

    def _unseal(self) -> str:
        sealed = self.cleaned_data.get("sealed")
        if not sealed:
            return ""
        try:
            return sealed_token.unseal_token(self.member, sealed).get_secret_value()
        except SealExpiredError:
            raise forms.ValidationError(EXPIRED_MESSAGE) from None


class LookupForm(PastedTokenForm):
    anyway = forms.BooleanField(required=False, widget=forms.HiddenInput)


class VerifyJwsForm(PastedTokenForm):
    """A JWS, and what it has to say to be valid."""

    by_client = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=2**63 - 1,
        label=_("Signed by the client"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=_("A client's ID. Empty where the service itself has signed it."),
    )
    mandatory = forms.CharField(
        required=False,
        max_length=400,
        label=_("Claims that it must have"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("Their names, separated by spaces, like: exp aud."),
    )
    skew = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=86_400,
        label=_("Seconds that clocks may differ"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def __init__(self, data: Any, member: Member, places: Sequence[IssuingService]) -> None:
        super().__init__(data, member, places)
        self.fields["token"].label = _("Signed JWT (JWS)")

    def clean(self) -> None:
        super().clean()
        if self.pasted and self.pasted.jwt is None:
            self.pasted = None
            self.add_error("token", _("This is no JWT: it has no header to read."))

    def clean_mandatory(self) -> list[str]:
        return str(self.cleaned_data["mandatory"]).split()


class RevokeFoundTokenForm(ChangeReasonForm):
    """Why, and the token, sealed with where it was found."""

    sealed = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, member: Member) -> None:
        super().__init__(data)
        self.member = member
        self.token = SecretStr("")
        self.location: TokenLocation | None = None  # None: it does not open any more

    def clean(self) -> None:
        try:
            sealed = self.cleaned_data.get("sealed", "")
            self.token, self.location = sealed_token.unseal_located_token(self.member, sealed)
        except SealExpiredError:
            self.add_error(None, EXPIRED_MESSAGE)

    @property
    def resealed(self) -> str:
        """The same, sealed for the next try."""
        return (
            sealed_token.seal_token(self.member, self.token, self.location) if self.location else ""
        )


def _service_choices(services: Iterable[IssuingService]) -> list[Any]:
    """Services by region, after the words for none."""
    groups = groupby(services, key=lambda one: one.region.title)
    return [
        ("", _("Told by its issuer")),
        *(
            (title, [(one.key, one.name or str(one.service_id)) for one in group])
            for title, group in groups
        ),
    ]
