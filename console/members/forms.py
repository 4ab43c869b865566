from django import forms
from django.utils.translation import gettext_lazy as _

from console.web.labels import ROLE_LABELS
from tenants.organizations.members import MAX_EMAIL_CHARS, clean_email
from tenants.organizations.roles import Role

ROLE_CHOICES = [(role.value, ROLE_LABELS[role]) for role in Role]


class RoleForm(forms.Form):
    """Chooses a member's role."""

    role = forms.ChoiceField(
        label=_("Role"),
        choices=ROLE_CHOICES,
        help_text=_("See the permissions below."),
    )


class NewMemberForm(RoleForm):
    """Adds a member."""

    email = forms.CharField(
        label=_("Email address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        help_text=_("Used to sign in."),
    )
    name = forms.CharField(
        label=_("Name"),
        max_length=MAX_EMAIL_CHARS,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("Display name. Ignored if the person already has an account."),
    )
    field_order = ["email", "name", "role"]

    def clean_email(self) -> str:
        return clean_email(self.cleaned_data["email"])
