"""What each role may do, from the table that decides it."""

from collections.abc import Iterator

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from console.names import NEEDS, ROLES
from tenants.roles import ALLOWED, WITH_SECOND_FACTOR, Role


def roles() -> list[str | Promise]:
    """The heads of the table's columns."""
    return [ROLES[role] for role in Role]


def rows() -> Iterator[tuple[str | Promise, list[tuple[str | Promise, bool]]]]:
    """What may be done, and for each role whether it may."""
    for need, words in NEEDS.items():
        yield words, [(ROLES[role], need in ALLOWED[role]) for role in Role]
    yield (
        _("Must sign in with a second factor"),
        [(ROLES[role], role in WITH_SECOND_FACTOR) for role in Role],
    )
