from django import forms
from django.utils.translation import gettext_lazy as _

from console.names import ROLES
from tenants.members import LONGEST, check_email
from tenants.roles import Role

CHOICES = [(role.value, ROLES[role]) for role in Role]


class RoleForm(forms.Form):
    role = forms.ChoiceField(
        label=_("Role"),
        choices=CHOICES,
        help_text=_("What each role may do is listed below."),
    )


class NewMemberForm(RoleForm):
    email = forms.CharField(
        label=_("Email address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        help_text=_("What they sign in with."),
    )
    name = forms.CharField(
        label=_("Name"),
        max_length=LONGEST,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("As others read it. Kept as it is when they are known already."),
    )
    field_order = ["email", "name", "role"]

    def clean_email(self) -> str:
        return check_email(self.cleaned_data["email"])
