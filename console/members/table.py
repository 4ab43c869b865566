"""What each role may do, from the table that decides it."""

from collections.abc import Iterator

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from console.names import ROLES
from tenants.authlete.operation import Effect
from tenants.roles import ALLOWED, WITH_SECOND_FACTOR, Need, Right, Role

NEEDS: dict[Need, str | Promise] = {
    Effect.READ: _("See services, clients and their settings"),
    Effect.CHANGE: _("Change settings, create services and clients"),
    Effect.DESTROY: _("Delete services and clients, revoke tokens"),
    Effect.REVEAL: _("See a secret once, rotate secrets"),
    Right.DESK: _("Look a subject up, and revoke what acts for them"),
    Right.RECORD: _("Read the audit record and export it"),
    Right.MANAGE: _("Manage members and credentials"),
}


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
