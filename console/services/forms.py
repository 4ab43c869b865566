"""Forms of services."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from pydantic import ValidationError

from console.audit_log.change_descriptions import SERVICE_SETTINGS
from console.services.presets import SERVICE_PRESETS
from console.web.paths import parse_service_ref
from tenants.authlete.documents.service import SECTIONS
from tenants.organizations.regions import Region

# Sources of a new service, besides the archetypes: another or a deleted service.
COPY, AGAIN = "copy", "again"


class NewServiceForm(forms.Form):
    """Region, name, issuer and starting point of a new service."""

    region = forms.ChoiceField(label=_("Region"))
    service_name = forms.CharField(label=_("Name"), max_length=100)
    issuer = forms.CharField(label=_("Issuer"), max_length=2000)
    start = forms.ChoiceField(
        label=_("Start from"), choices=[(slug, "") for slug in (*SERVICE_PRESETS, COPY, AGAIN)]
    )
    original = forms.CharField(required=False, label=_("Original"))

    def __init__(self, *args: Any, regions: Sequence[Region]) -> None:
        super().__init__(*args)
        choices = [(region.name, region.title) for region in regions]
        self.fields["region"].choices = choices  # type: ignore[attr-defined]

    def clean_issuer(self) -> str:
        """Validate the issuer like the setting."""
        issuer: str = self.cleaned_data["issuer"]
        slug, setting = SERVICE_SETTINGS["issuer"]
        try:
            SECTIONS[slug].validate_setting(setting.name, issuer)
        except ValidationError as error:
            raise forms.ValidationError([problem["msg"] for problem in error.errors()]) from None
        return issuer

    def clean_original(self) -> str:
        original: str = self.cleaned_data["original"]
        if original and not parse_service_ref(original):
            raise forms.ValidationError(_("Service not found."))
        return original

    def clean(self) -> None:
        start = self.cleaned_data.get("start")
        if start == COPY and not self.data.get("original"):
            self.add_error("original", _("Choose the service to copy."))
