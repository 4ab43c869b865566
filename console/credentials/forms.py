"""Forms for credentials, and the state of each region's credential."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as _n

from console.forms.timestamps import DayField
from tenants.authlete.credential_check import TEXTS_BY_PROBLEM, CredentialProblem
from tenants.crypto.vault import UnsealError
from tenants.models import Credential, Organization
from tenants.organizations.api_clients import fingerprint_credential
from tenants.organizations.regions import Region, get_regions

MAX_TOKEN_CHARS = 4096  # characters of a token


class CredentialForm(forms.Form):
    """A credential; the token is never shown again, not even after an error."""

    token = forms.CharField(
        label=gettext_lazy("Organization access token"),
        max_length=MAX_TOKEN_CHARS,
        widget=forms.PasswordInput(
            render_value=False, attrs={"autocomplete": "off", "spellcheck": "false"}
        ),
    )
    number = forms.IntegerField(
        label=gettext_lazy("Organization ID"),
        min_value=1,
        max_value=2**63 - 1,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=gettext_lazy(
            "Required to create and delete services. It's the number after /org/ in the address"
            " of Authlete's console."
        ),
    )
    expires_on = DayField(
        label=gettext_lazy("Token expiry date"),
        required=False,
        help_text=gettext_lazy(
            "From Authlete's console. Administrators get a reminder before it. Leave "
            "empty if the token doesn't expire."
        ),
    )
    anyway = forms.BooleanField(label=gettext_lazy("Save without testing"), required=False)

    def __init__(self, data: Any, credential: Credential | None) -> None:
        details = (
            {"number": credential.number, "expires_on": credential.expires_on} if credential else {}
        )
        super().__init__(data, initial=details)
        self.credential = credential
        del self.fields["anyway"]
        if credential:
            self.fields["token"].required = False
            self.fields["token"].help_text = gettext_lazy("Leave empty to keep the current token.")

    def add_force_field(self) -> None:
        """Offer to save without testing."""
        self.fields["anyway"] = self.base_fields["anyway"]

    def clean_expires_on(self) -> date | None:
        day: date | None = self.cleaned_data["expires_on"]
        if day and day < timezone.localdate():
            raise forms.ValidationError(gettext_lazy("Enter a future date."))
        return day

    @property
    def is_forced(self) -> bool:
        return bool(self.data.get("anyway"))


class RemoveCredentialForm(forms.Form):
    """Confirms removal by the region's name."""

    name = forms.CharField(max_length=40, widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def __init__(self, data: Any, region: Region) -> None:
        super().__init__(data)
        self.region = region
        label = gettext("Type %(name)s to confirm")
        self.fields["name"].label = label % {"name": region.name}

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"])
        if name.casefold() != self.region.name.casefold():
            raise forms.ValidationError(
                gettext_lazy("This doesn't match the region's name. Nothing was removed.")
            )
        return name


PROBLEM_BADGES = {
    CredentialProblem.PARTIAL_VIEW: (_n("Limited access"), "warn"),
    CredentialProblem.READ_ONLY: (_n("Read-only"), "warn"),
    CredentialProblem.UNREACHABLE: (_n("Not tested"), "warn"),
    CredentialProblem.RATE_LIMITED: (_n("Not tested"), "warn"),
    CredentialProblem.SERVER_ERROR: (_n("Not tested"), "warn"),
}


@dataclass(frozen=True, slots=True)
class CredentialStatus:
    """A region and the state of its credential."""

    region: Region
    credential: Credential | None
    fingerprint: str  # the token's fingerprint
    label: str
    badge: str  # ok, warn, bad, idle
    problem: str  # in words
    advice: str


def load_statuses(organization: Organization) -> list[CredentialStatus]:
    """Return configured regions in order, then former ones with credentials."""
    credentials = {
        credential.region: credential for credential in organization.credential_set.all()
    }
    configured = get_regions()
    regions = [Region(name, "") for name in credentials if name not in configured]
    return [
        CredentialStatus(
            region, credentials.get(region.name), *_describe(credentials.get(region.name))
        )
        for region in (*configured.values(), *regions)
    ]


def _describe(credential: Credential | None) -> tuple[str, str, str, str, str]:
    """Return fingerprint, label, badge, problem and advice for a credential."""
    if credential is None:
        return "", _("No credential"), "idle", "", ""
    try:
        fingerprint = fingerprint_credential(credential).hex
    except UnsealError:
        problem_text = _("Its key is missing from VAULT_KEYS.")
        help = _("Restore the key, or replace the credential.")
        return "", _("Can't be decrypted"), "bad", problem_text, help
    if credential.problem in set(CredentialProblem):
        problem = CredentialProblem(credential.problem)
        word, kind = PROBLEM_BADGES.get(problem, (_("Failing"), "bad"))
        problem_text, help = TEXTS_BY_PROBLEM[problem]
        return fingerprint, _(word), kind, _(problem_text), _(help)
    if credential.tried_at is None or credential.problem:
        return fingerprint, _("Not tested"), "idle", "", ""
    return fingerprint, _("Credential OK"), "ok", "", ""
