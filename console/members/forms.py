"""The table of role permissions."""

from collections.abc import Iterator

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from console.web.labels import PERMISSION_LABELS, ROLE_LABELS
from tenants.organizations.members import MAX_EMAIL_CHARS, clean_email
from tenants.organizations.roles import PERMISSIONS_BY_ROLE, ROLES_REQUIRING_2FA, Role

ROLE_CHOICES = [(role.value, ROLE_LABELS[role]) for role in Role]


class RoleForm(forms.Form):
    """Chooses a member's role."""

    role = forms.ChoiceField(
        label=_("Role"), choices=ROLE_CHOICES, help_text=_("See the permissions below.")
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


def role_labels() -> list[str | Promise]:
    """Return the column headings."""
    return [ROLE_LABELS[role] for role in Role]


def permission_rows() -> Iterator[tuple[str | Promise, list[tuple[str | Promise, bool]]]]:
    """Yield each permission with whether each role has it."""
    for need, words in PERMISSION_LABELS.items():
        yield (words, [(ROLE_LABELS[role], need in PERMISSIONS_BY_ROLE[role]) for role in Role])
    yield (_("2FA required"), [(ROLE_LABELS[role], role in ROLES_REQUIRING_2FA) for role in Role])
