"""What is pasted is never written back into a page: it goes on sealed, or not."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from pydantic import SecretStr

from console.access import Member
from console.editing.forms import WhyForm
from console.tokens.checking import carried
from console.tokens.checking.carried import Found, Lapsed
from console.tokens.checking.pasted import Pasted, pasted
from console.tokens.checking.places import Place

LAPSED = _(
    "What you pasted goes on for ten minutes and no longer, and those are over. Paste"
    " it once more."
)


class PastedForm(forms.Form):
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

    def __init__(self, data: Any, member: Member, places: Sequence[Place]) -> None:
        super().__init__(data)
        self.member = member
        self.pasted: Pasted | None = None
        self.offer(places)

    def clean(self) -> None:
        if "token" in self.errors:
            return
        try:
            text = self.cleaned_data["token"] or self._carried()
            self.pasted = pasted(text)
        except forms.ValidationError as error:
            self.add_error("token", error)

    def offer(self, places: Sequence[Place]) -> None:
        """Let one of these be chosen."""
        self._places = {one.key: one for one in places}
        self.fields["place"].choices = _choices(places)  # type: ignore[attr-defined]

    @property
    def chosen(self) -> Place | None:
        """The service that was chosen."""
        return self._places.get(self.cleaned_data.get("place", ""))

    @property
    def resealed(self) -> str:
        """What was pasted, sealed for the next page; empty where it was no token."""
        return carried.seal(self.member, self.pasted.value) if self.pasted else ""

    def _carried(self) -> str:
        sealed = self.cleaned_data.get("sealed")
        if not sealed:
            return ""
        try:
            return carried.opened(self.member, sealed).get_secret_value()
        except Lapsed:
            raise forms.ValidationError(LAPSED) from None


class CheckForm(PastedForm):
    anyway = forms.BooleanField(required=False, widget=forms.HiddenInput)


class VerifyForm(PastedForm):
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

    def __init__(self, data: Any, member: Member, places: Sequence[Place]) -> None:
        super().__init__(data, member, places)
        self.fields["token"].label = _("Signed JWT (JWS)")

    def clean(self) -> None:
        super().clean()
        if self.pasted and self.pasted.jwt is None:
            self.pasted = None
            self.add_error("token", _("This is no JWT: it has no header to read."))

    def clean_mandatory(self) -> list[str]:
        return str(self.cleaned_data["mandatory"]).split()


class RevokeForm(WhyForm):
    """Why, and the token, sealed with where it was found."""

    sealed = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, member: Member) -> None:
        super().__init__(data)
        self.member = member
        self.token = SecretStr("")
        self.about: Found | None = None  # None: it does not open any more

    def clean(self) -> None:
        try:
            sealed = self.cleaned_data.get("sealed", "")
            self.token, self.about = carried.found(self.member, sealed)
        except Lapsed:
            self.add_error(None, LAPSED)

    @property
    def resealed(self) -> str:
        """The same, sealed for the next try."""
        return carried.seal(self.member, self.token, self.about) if self.about else ""


def _choices(places: Iterable[Place]) -> list[Any]:
    """Services by region, after the words for none."""
    groups = groupby(places, key=lambda one: one.region.title)
    return [
        ("", _("Told by its issuer")),
        *(
            (title, [(one.key, one.name or str(one.service_id)) for one in group])
            for title, group in groups
        ),
    ]
