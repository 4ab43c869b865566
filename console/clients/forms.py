"""Forms of clients."""

from collections.abc import Collection, Iterable
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console.audit_log.change_descriptions import CLIENT_SETTINGS
from console.clients.creation.drafts import InitialClient
from console.clients.key_pairs import KEY_PAIR_ALGORITHMS
from console.forms.change_forms import ChangeReasonForm
from console.forms.settings_form import SettingsForm, form_for
from console.forms.value_text import translate
from console.web.idempotency import IdempotentForm
from tenants.authlete.documents.client import SECTIONS, Client
from tenants.authlete.documents.client.rules import check_client
from tenants.authlete.json.splice import UNSET


def build_new_client_form(
    initial: InitialClient,
    form_key: str,
    data: QueryDict | None = None,
    edits: dict[str, object] | None = None,
) -> SettingsForm:
    """Build the form for a new client; validates it with the preset's settings."""
    sections = [
        section
        for section in SECTIONS.values()
        if any(setting.name in initial.form_settings for setting in section.settings())
    ]
    document = Client.model_validate({"clientId": 0, **initial.document})
    form = form_for(sections)(
        data, document=None if data else document, object_key=form_key, edits=edits
    )
    form.show_only(initial.form_settings)
    if form.is_valid():
        _check_new_client(form, initial)
    return form


def form_edits(form: SettingsForm) -> dict[str, object]:
    """Return the entered values; None for emptied ones."""
    return {n: None if v is UNSET else v for n, v in form.edits.items()}


def _check_new_client(form: SettingsForm, initial: InitialClient) -> None:
    created = initial.build_document(form_edits(form))
    if not created.get("clientName"):
        form.add_error("client_name", _("Enter a name."))
    if initial.copy:
        return  # the original works like this, or does not
    for finding in check_client(created):
        first = CLIENT_SETTINGS[finding.fields[0]][1].name
        if first in initial.form_settings:
            form.add_error(first, translate(finding.message))


class LockForm(ChangeReasonForm):
    """The requested lock state, whatever the current one; and the reason."""

    locked = forms.ChoiceField(choices=[("yes", ""), ("no", "")], widget=forms.HiddenInput)


class RequestableScopesForm(forms.Form):
    """The scopes that a client can request: any, none, or the selected ones."""

    limit = forms.ChoiceField(
        label=gettext_lazy("Requestable scopes"),
        choices=[("any", ""), ("none", ""), ("these", "")],
        error_messages={"required": gettext_lazy("Choose an option.")},
    )
    scope = forms.MultipleChoiceField(required=False, label=gettext_lazy("Scopes"))

    def __init__(self, *args: Any, selectable_scopes: Iterable[str]) -> None:
        super().__init__(*args)
        self.fields["scope"].choices = [(name, "") for name in selectable_scopes]  # type: ignore[attr-defined]

    def clean(self) -> None:
        data = self.cleaned_data
        if data.get("limit") == "these" and data.get("scope") == []:
            self.add_error("scope", _('Select at least one scope, or choose "No scopes".'))

    @property
    def requestable_scopes(self) -> list[str] | None:
        """As Authlete has it: None for any, an empty list for none."""
        ticked: list[str] = self.cleaned_data["scope"]
        return {"any": None, "none": [], "these": ticked}[self.cleaned_data["limit"]]


class KeyPairForm(IdempotentForm):
    """The algorithm and key ID of a new key pair."""

    alg = forms.ChoiceField(
        label=gettext_lazy("Algorithm"), choices=list(KEY_PAIR_ALGORITHMS.items())
    )
    kid = forms.RegexField(
        r"^[\w.:~-]{1,100}\Z",
        required=False,
        label=gettext_lazy("Key ID"),
        help_text=gettext_lazy("Default: the thumbprint (RFC 7638)."),
        error_messages={"invalid": gettext_lazy("Use letters, digits and - _ . : ~ only.")},
    )

    def __init__(self, *args: Any, used_ids: Collection[str]) -> None:
        super().__init__(*args)
        self.used_ids = used_ids

    def clean_kid(self) -> str:
        kid: str = self.cleaned_data["kid"]
        if kid in self.used_ids:
            raise forms.ValidationError(_("The JWK Set already has a key with this ID."))
        return kid
