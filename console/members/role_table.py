"""The table of role permissions."""

from collections.abc import Iterator

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from console.web.labels import PERMISSION_LABELS, ROLE_LABELS
from tenants.organizations.roles import PERMISSIONS_BY_ROLE, ROLES_REQUIRING_2FA, Role


def role_labels() -> list[str | Promise]:
    """Return the column headings."""
    return [ROLE_LABELS[role] for role in Role]


def permission_rows() -> Iterator[tuple[str | Promise, list[tuple[str | Promise, bool]]]]:
    """Yield each permission with whether each role has it."""
    for need, words in PERMISSION_LABELS.items():
        yield (
            words,
            [(ROLE_LABELS[role], need in PERMISSIONS_BY_ROLE[role]) for role in Role],
        )
    yield (
        _("2FA required"),
        [(ROLE_LABELS[role], role in ROLES_REQUIRING_2FA) for role in Role],
    )
