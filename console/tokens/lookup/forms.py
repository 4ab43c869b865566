"""The forms for a pasted token; pages pass it on encrypted and never show it."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from pydantic import SecretStr

from console.forms.change_forms import ChangeReasonForm
from console.tokens.lookup import pasted_token
from console.tokens.lookup.issuers import IssuingService
from console.tokens.lookup.pasted_token import (
    PastedToken,
    SealExpiredError,
    TokenLocation,
    parse_pasted_token,
)
from console.web.access import Member

EXPIRED_MESSAGE = _(
    "The token you pasted was kept for ten minutes only. Nothing was done. Paste it again."
)


class PastedTokenForm(forms.Form):
    """A pasted token, or one sealed by the previous page, and a service."""

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
    service = forms.ChoiceField(required=False, label=_("Service"))

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
        """Set the services to select from."""
        self._services = {service.key: service for service in services}
        self.fields["service"].choices = _service_choices(services)  # type: ignore[attr-defined]

    @property
    def selected_service(self) -> IssuingService | None:
        """The selected service."""
        return self._services.get(self.cleaned_data.get("service", ""))

    @property
    def resealed(self) -> str:
        """The token, sealed for the next page; empty if invalid."""
        return pasted_token.seal_token(self.member, self.pasted.value) if self.pasted else ""

    def _unseal(self) -> str:
        sealed = self.cleaned_data.get("sealed")
        if not sealed:
            return ""
        try:
            return pasted_token.unseal_token(self.member, sealed).get_secret_value()
        except SealExpiredError:
            raise forms.ValidationError(EXPIRED_MESSAGE) from None


class LookupForm(PastedTokenForm):
    """A token to look up; ``anyway`` confirms the lookup of an expired one."""

    anyway = forms.BooleanField(required=False, widget=forms.HiddenInput)


class VerifyJwsForm(PastedTokenForm):
    """A JWT to verify, and the conditions for it to be valid."""

    client_id = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=2**63 - 1,
        label=_("Signing client ID"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=_("Default: the service itself."),
    )
    mandatory_claims = forms.CharField(
        required=False,
        max_length=400,
        label=_("Required claims"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("Names separated by spaces, for example: exp aud"),
    )
    clock_skew_seconds = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=86_400,
        label=_("Allowed clock skew, in seconds"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def __init__(self, data: Any, member: Member, services: Sequence[IssuingService]) -> None:
        super().__init__(data, member, services)
        self.fields["token"].label = _("Signed JWT")

    def clean(self) -> None:
        super().clean()
        if self.pasted and self.pasted.jwt is None:
            self.pasted = None
            self.add_error("token", _("This isn't a JWT."))

    def clean_mandatory_claims(self) -> list[str]:
        return str(self.cleaned_data["mandatory_claims"]).split()


class RevokeFoundTokenForm(ChangeReasonForm):
    """The reason, and the sealed token with its location."""

    sealed = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, member: Member) -> None:
        super().__init__(data)
        self.member = member
        self.token = SecretStr("")
        self.location: TokenLocation | None = None  # None if the seal expired

    def clean(self) -> None:
        try:
            sealed = self.cleaned_data.get("sealed", "")
            self.token, self.location = pasted_token.unseal_located_token(self.member, sealed)
        except SealExpiredError:
            self.add_error(None, EXPIRED_MESSAGE)

    @property
    def resealed(self) -> str:
        """The token and its location, sealed for another attempt."""
        if not self.location:
            return ""
        return pasted_token.seal_token(self.member, self.token, self.location)


def _service_choices(services: Iterable[IssuingService]) -> list[Any]:
    """Return the services grouped by region."""
    groups = groupby(services, key=lambda service: service.region.title)
    return [
        ("", _("Service of the issuer")),
        *(
            (title, [(service.key, service.name or str(service.service_id)) for service in group])
            for title, group in groups
        ),
    ]
