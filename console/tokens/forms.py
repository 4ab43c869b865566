"""The forms for a token's content and for a new token."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from console.forms.change_forms import ChangeReasonForm
from console.tokens.client_names import ClientNames
from console.tokens.query import TokenQuery
from console.tokens.token_ref import MIN_VALUE_BITS, TokenValueField, estimate_bits
from tenants.authlete.documents.enums import GRANT_TYPE
from tenants.authlete.documents.service import Service
from tenants.authlete.documents.tokens import (
    GRANTS_WITHOUT_REFRESH_TOKEN,
    GRANTS_WITHOUT_SUBJECT,
    MAX_SUBJECT_LENGTH,
    IssuedToken,
)

INVALID_PAIR = _("Write “%(line)s” as name=value.")
DUPLICATE_NAME = _("%(name)s is a duplicate.")

type Properties = list[dict[str, Any]]


class PairsField(forms.CharField):
    """Pairs of a name and a value, one per line."""

    widget = forms.Textarea

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"rows": 3, "autocomplete": "off", "spellcheck": "false"}
        super().__init__(required=False, widget=forms.Textarea(attrs), **kwargs)

    def clean(self, value: Any) -> dict[str, str]:
        pairs: dict[str, str] = {}
        for line in super().clean(value).splitlines():
            if not line.strip():
                continue
            name, equals, text = line.partition("=")
            if not (name.strip() and equals):
                raise forms.ValidationError(INVALID_PAIR, params={"line": line[:40]})
            if name.strip() in pairs:
                raise forms.ValidationError(DUPLICATE_NAME, params={"name": name.strip()[:40]})
            pairs[name.strip()] = text.strip()
        return pairs


class TokenContentForm(forms.Form):
    """The scopes and properties of a token."""

    scopes = forms.MultipleChoiceField(
        required=False, label=_("Scopes"), widget=forms.CheckboxSelectMultiple
    )
    shown = PairsField(
        label=_("Visible properties"),
        help_text=_("One name=value per line. Returned in the token response."),
    )
    hidden = PairsField(
        label=_("Hidden properties"),
        help_text=_("One name=value per line. Returned by introspection only."),
    )

    def __init__(self, *args: Any, scopes: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scopes"].choices = [(name, name) for name in scopes]  # type: ignore[attr-defined]

    def clean(self) -> None:
        both = {*self.cleaned_data.get("shown", ())} & {*self.cleaned_data.get("hidden", ())}
        for name in sorted(both):
            text = _("%(name)s is a visible property, too.") % {"name": name}
            self.add_error("hidden", text)

    @property
    def property_list(self) -> Properties:
        """The properties in Authlete's format."""
        return [
            {"key": name, "value": text, "hidden": kind == "hidden"}
            for kind in ("shown", "hidden")
            for name, text in self.cleaned_data[kind].items()
        ]


class NewTokenForm(TokenContentForm, ChangeReasonForm):
    """The values of a new token, and the reason."""

    grant_type = forms.ChoiceField(
        label=_("Grant type"), help_text=_("The grant that the token appears to come from.")
    )
    client = forms.CharField(
        label=_("Client"),
        max_length=200,
        widget=forms.TextInput({"list": "clients", "autocomplete": "off"}),
        help_text=_("Name, ID or alias."),
    )
    subject = forms.CharField(
        label=_("Subject"),
        required=False,
        max_length=MAX_SUBJECT_LENGTH,
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
        help_text=_(
            "The user's subject identifier. Required unless the grant type is client credentials or"
            " JWT bearer."
        ),
    )
    access_seconds = forms.IntegerField(
        label=_("Access token duration, in seconds"),
        required=False,
        min_value=1,
        max_value=2**31 - 1,
        help_text=_("Default: the service's setting."),
    )
    refresh_seconds = forms.IntegerField(
        label=_("Refresh token duration, in seconds"),
        required=False,
        min_value=1,
        max_value=2**31 - 1,
        help_text=_("Default: the service's setting."),
    )

    is_weak = False  # whether a value was rejected as guessable

    import_value = forms.BooleanField(
        required=False,
        label=_("Import an existing token value"),
        help_text=_("For tokens issued by another server. Default: Authlete generates a value."),
    )
    access_value = TokenValueField(
        label=_("Access token value"),
        help_text=_("Not stored or shown. If the service issues JWTs, the value inside the JWT."),
    )
    refresh_value = TokenValueField(
        label=_("Refresh token value"), help_text=_("Default: Authlete generates a value.")
    )
    allow_guessable = forms.BooleanField(required=False, label=_("Import a guessable value"))

    def __init__(
        self, *args: Any, service: Service, client_names: ClientNames, **kwargs: Any
    ) -> None:
        super().__init__(*args, scopes=scope_names(service), **kwargs)
        self.client_names = client_names
        grant_types = service.get("supportedGrantTypes")
        self.issues_refresh_tokens = (
            isinstance(grant_types, list) and "REFRESH_TOKEN" in grant_types
        )
        self.fields["grant_type"].choices = grant_choices(service)  # type: ignore[attr-defined]

    def clean_client(self) -> int:
        text: str = self.cleaned_data["client"]
        if number := TokenQuery(client=text).client_id:
            return number
        matches = self.client_names.find_exact(text)
        if len(matches) > 1:
            raise forms.ValidationError(_("Several clients match. Enter a client ID."))
        if not matches:
            raise forms.ValidationError(_("No client matches."))
        return matches[0][0]

    def clean_subject(self) -> str:
        subject: str = self.cleaned_data["subject"]
        if not subject.isascii():
            raise forms.ValidationError(_("Use only ASCII characters."))
        return subject

    def clean(self) -> None:
        super().clean()
        self._check_imported_values()
        kind = self.cleaned_data.get("grant_type")
        subject = self.cleaned_data.get("subject")
        if "subject" in self.errors or not kind:
            return
        if kind == "CLIENT_CREDENTIALS" and subject:
            self.add_error("subject", _("Leave this empty for client credentials."))
        elif kind not in GRANTS_WITHOUT_SUBJECT and not subject:
            self.add_error("subject", _("Enter a subject."))
        if kind in GRANTS_WITHOUT_REFRESH_TOKEN and self.cleaned_data.get("refresh_seconds"):
            text = _("This grant type has no refresh token.")
            self.add_error("refresh_seconds", text)

    def _check_imported_values(self) -> None:
        """Require the values again after an error, since the page doesn't show them.

        Otherwise the next submit would create a token with a generated value.
        """
        data = self.cleaned_data
        access, refresh = data.get("access_value"), data.get("refresh_value")
        if not data.get("import_value"):
            if access or refresh:
                self.add_error("import_value", _("Select this to import the values you entered."))
            return
        if not access and "access_value" not in self.errors:
            self.add_error("access_value", _("Enter the value to import."))
        if access and refresh and access == refresh:
            self.add_error("refresh_value", _("This is the value of the access token."))
        grant_type = data.get("grant_type")
        if refresh and (
            grant_type in GRANTS_WITHOUT_REFRESH_TOKEN or not self.issues_refresh_tokens
        ):
            text = _("This grant type or service has no refresh tokens.")
            self.add_error("refresh_value", text)
        for name, value in (("access_value", access), ("refresh_value", refresh)):
            if value and estimate_bits(value) < MIN_VALUE_BITS and not data.get("allow_guessable"):
                text = _(
                    "This value is guessable: it has at most %(bits)d bits of entropy, not"
                    " %(min_bits)d. To import it anyway, confirm below and enter it again."
                )
                numbers = {"bits": estimate_bits(value), "min_bits": MIN_VALUE_BITS}
                self.add_error(name, text % numbers)
                self.is_weak = True


def grant_choices(service: Service) -> list[tuple[str, str]]:
    """Return the service's grant types that can create a token."""
    grant_types = service.get("supportedGrantTypes")
    return [
        (str(grant_type), gettext(GRANT_TYPE.get(str(grant_type), str(grant_type))))
        for grant_type in (grant_types if isinstance(grant_types, list) else ())
        if grant_type != "REFRESH_TOKEN"
    ]


def scope_names(service: Service, token: IssuedToken | None = None) -> list[str]:
    """Return the scopes of the service, and those that the token has besides."""
    names = [
        str(scope["name"]) for scope in service.get_objects("supportedScopes") if scope.get("name")
    ]
    granted = token.scopes or () if token else ()
    return list(dict.fromkeys([*names, *granted]))
