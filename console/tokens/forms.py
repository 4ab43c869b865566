"""The forms that say what a token is to hold, and what a new one is."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from console.forms.change_forms import ChangeReasonForm
from console.tokens.client_names import ClientNames
from console.tokens.query import TokenQuery
from console.tokens.token_value import MIN_VALUE_BITS, TokenValueField, estimate_bits
from tenants.authlete.documents.enums import GRANT_TYPE
from tenants.authlete.documents.service import Service
from tenants.authlete.documents.tokens import (
    GRANTS_WITHOUT_REFRESH_TOKEN,
    GRANTS_WITHOUT_SUBJECT,
    MAX_SUBJECT_LENGTH,
    IssuedToken,
)

INVALID_PAIR = _("%(line)s is no pair: write a name, an equals sign and a value.")
DUPLICATE_NAME = _("%(name)s is there twice.")

type Properties = list[dict[str, Any]]


class PairsField(forms.CharField):
    """Pairs of a name and a value, one a line."""

    widget = forms.Textarea

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"rows": 3, "autocomplete": "off", "spellcheck": "false"}
        super().__init__(required=False, widget=forms.Textarea(attrs), **kwargs)

    def clean(self, value: Any) -> dict[str, str]:
        found: dict[str, str] = {}
        for line in super().clean(value).splitlines():
            if not line.strip():
                continue
            name, equals, text = line.partition("=")
            if not (name.strip() and equals):
                raise forms.ValidationError(INVALID_PAIR, params={"line": line[:40]})
            if name.strip() in found:
                raise forms.ValidationError(DUPLICATE_NAME, params={"name": name.strip()[:40]})
            found[name.strip()] = text.strip()
        return found


class TokenContentForm(forms.Form):
    """The scopes and properties of a token."""

    scopes = forms.MultipleChoiceField(
        required=False, label=_("Scopes"), widget=forms.CheckboxSelectMultiple
    )
    shown = PairsField(
        label=_("Properties that the client is told"),
        help_text=_("One a line: name=value. They come with the token's response."),
    )
    hidden = PairsField(
        label=_("Hidden properties"),
        help_text=_("Told by introspection alone, and never to the client."),
    )

    def __init__(self, *args: Any, scopes: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scopes"].choices = [(name, name) for name in scopes]  # type: ignore[attr-defined]

    def clean(self) -> None:
        both = {*self.cleaned_data.get("shown", ())} & {*self.cleaned_data.get("hidden", ())}
        for name in sorted(both):
            text = _("%(name)s is told to the client as well.") % {"name": name}
            self.add_error("hidden", text)

    @property
    def property_list(self) -> Properties:
        """The properties as Authlete takes them."""
        return [
            {"key": name, "value": text, "hidden": kind == "hidden"}
            for kind in ("shown", "hidden")
            for name, text in self.cleaned_data[kind].items()
        ]


class NewTokenForm(TokenContentForm, ChangeReasonForm):
    """What a new token is to be, and why it is made."""

    grant_type = forms.ChoiceField(
        label=_("Grant type"),
        help_text=_("As if the client had got the token by this."),
    )
    client = forms.CharField(
        label=_("Client"),
        max_length=200,
        widget=forms.TextInput({"list": "clients", "autocomplete": "off"}),
        help_text=_("Its name, ID or alias."),
    )
    subject = forms.CharField(
        label=_("Subject"),
        required=False,
        max_length=MAX_SUBJECT_LENGTH,
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
        help_text=_(
            "Whom the token acts for, as the service knows them. None for client"
            " credentials; optional for a JWT bearer; else one is needed."
        ),
    )
    lives = forms.IntegerField(
        label=_("Access token lives, in seconds"),
        required=False,
        min_value=1,
        max_value=2**31 - 1,
        help_text=_("Empty: as long as the service says."),
    )
    refresh_lives = forms.IntegerField(
        label=_("Refresh token lives, in seconds"),
        required=False,
        min_value=1,
        max_value=2**31 - 1,
        help_text=_(
            "Empty: as long as the service says. None comes with client credentials"
            " and the implicit grant, or where the service has no refresh tokens."
        ),
    )

    is_weak = False  # a value was refused for it

    brings = forms.BooleanField(
        required=False,
        label=_("It exists already: import its value"),
        help_text=_(
            "For a token that another server has issued and that is to go on working."
            " Otherwise Authlete draws one that nobody can guess."
        ),
    )
    access_value = TokenValueField(
        label=_("Value of the access token"),
        help_text=_(
            "It goes to Authlete in this one call, and is kept and shown nowhere. Where"
            " the service signs its tokens as JWTs, this is the value inside."
        ),
    )
    refresh_value = TokenValueField(
        label=_("Value of the refresh token"),
        help_text=_("Empty: Authlete draws one, where one comes with the token."),
    )
    weak = forms.BooleanField(required=False, label=_("Import it all the same"))

    def __init__(
        self, *args: Any, service: Service, client_names: ClientNames, **kwargs: Any
    ) -> None:
        super().__init__(*args, scopes=scope_names(service), **kwargs)
        self.client_names = client_names
        listed = service.get("supportedGrantTypes")
        self.issues_refresh_tokens = isinstance(listed, list) and "REFRESH_TOKEN" in listed
        self.fields["grant_type"].choices = grant_choices(service)  # type: ignore[attr-defined]

    def clean_client(self) -> int:
        text: str = self.cleaned_data["client"]
        if number := TokenQuery(client=text).client_id:
            return number
        meant = self.client_names.find_exact(text)
        if len(meant) > 1:
            raise forms.ValidationError(_("Several clients fit. Enter the ID of one."))
        if not meant:
            raise forms.ValidationError(_("No client is called that."))
        return meant[0][0]

    def clean_subject(self) -> str:
        subject: str = self.cleaned_data["subject"]
        if not subject.isascii():
            raise forms.ValidationError(_("Authlete takes ASCII characters alone."))
        return subject

    def clean(self) -> None:
        super().clean()
        self._check_imported_values()
        kind = self.cleaned_data.get("grant_type")
        subject = self.cleaned_data.get("subject")
        if "subject" in self.errors or not kind:
            return
        if kind == "CLIENT_CREDENTIALS" and subject:
            self.add_error("subject", _("Leave it empty: a client acts for itself."))
        elif kind not in GRANTS_WITHOUT_SUBJECT and not subject:
            self.add_error("subject", _("Enter whom the token acts for."))
        if kind in GRANTS_WITHOUT_REFRESH_TOKEN and self.cleaned_data.get("refresh_lives"):
            text = _("No refresh token comes with this grant type.")
            self.add_error("refresh_lives", text)

    def _check_imported_values(self) -> None:
        """Whoever sends the form again after a mistake has to enter the values anew:
        otherwise another token would be made than was meant."""
        data = self.cleaned_data
        access, refresh = data.get("access_value"), data.get("refresh_value")
        if not data.get("brings"):
            if access or refresh:
                self.add_error("brings", _("Choose it, or leave the values empty."))
            return
        if not access and "access_value" not in self.errors:
            self.add_error("access_value", _("Enter the value that is to be imported."))
        if access and refresh and access == refresh:
            self.add_error("refresh_value", _("The access token has this value."))
        alone = (
            data.get("grant_type") in GRANTS_WITHOUT_REFRESH_TOKEN or not self.issues_refresh_tokens
        )
        if refresh and alone:
            text = _("No refresh token comes with this grant type, or service.")
            self.add_error("refresh_value", text)
        for name, value in (("access_value", access), ("refresh_value", refresh)):
            if value and estimate_bits(value) < MIN_VALUE_BITS and not data.get("weak"):
                text = _(
                    "It can be guessed: it has %(bits)d bits at most, and %(enough)d"
                    " are safe. Say below that it is meant, and enter it once more."
                )
                told = {"bits": estimate_bits(value), "enough": MIN_VALUE_BITS}
                self.add_error(name, text % told)
                self.is_weak = True


def grant_choices(service: Service) -> list[tuple[str, str]]:
    """The grant types of the service by which a token can be made."""
    listed = service.get("supportedGrantTypes")
    return [
        (str(one), gettext(GRANT_TYPE.get(str(one), str(one))))
        for one in (listed if isinstance(listed, list) else ())
        if one != "REFRESH_TOKEN"
    ]


def scope_names(service: Service, token: IssuedToken | None = None) -> list[str]:
    """The scopes of the service, and those that the token has all the same."""
    listed = service.get("supportedScopes")
    names = [
        one.get("name")
        for one in (listed if isinstance(listed, list) else ())
        if isinstance(one, dict)
    ]
    held = token.scopes or () if token else ()
    return list(dict.fromkeys([*(str(one) for one in names if one), *held]))
