"""What each role may do, from the table that decides it."""

from collections.abc import Iterator

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from console.web.labels import PERMISSION_LABELS, ROLE_LABELS
from tenants.organizations.roles import PERMISSIONS_BY_ROLE, ROLES_REQUIRING_2FA, Role


def role_labels() -> list[str | Promise]:
    """The heads of the table's columns."""
    return [ROLE_LABELS[role] for role in Role]


def permission_rows() -> Iterator[tuple[str | Promise, list[tuple[str | Promise, bool]]]]:
    """What may be done, and for each role whether it may."""
    for need, words in PERMISSION_LABELS.items():
        yield (
            words,
            [(ROLE_LABELS[role], need in PERMISSIONS_BY_ROLE[role]) for role in Role],
        )
    yield (
        _("Must sign in with a second factor"),
        [(ROLE_LABELS[role], role in ROLES_REQUIRING_2FA) for role in Role],
    )
