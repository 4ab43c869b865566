"""Roles and their permissions."""

from enum import StrEnum

from tenants.authlete.operation import Effect


class ConsolePermission(StrEnum):
    """Permissions beside the effects on Authlete's objects."""

    USERS = "desk"  # find users and revoke connected apps
    AUDIT_LOG = "record"  # read the whole audit record
    ADMINISTRATION = "manage"  # members and credentials


type Permission = Effect | ConsolePermission


class Role(StrEnum):
    """A member's role, see `PERMISSIONS_BY_ROLE`."""

    ADMIN = "admin"
    EDITOR = "editor"
    HELP_DESK = "help desk"
    AUDITOR = "auditor"
    VIEWER = "viewer"

    def has_permission(self, permission: Permission) -> bool:
        return permission in PERMISSIONS_BY_ROLE[self]


PERMISSIONS_BY_ROLE: dict[Role, frozenset[Permission]] = {
    Role.ADMIN: frozenset([*Effect, *ConsolePermission]),
    Role.EDITOR: frozenset([Effect.READ, Effect.CHANGE]),
    Role.HELP_DESK: frozenset([ConsolePermission.USERS]),
    Role.AUDITOR: frozenset([Effect.READ, ConsolePermission.AUDIT_LOG]),
    Role.VIEWER: frozenset([Effect.READ]),
}


# Who can change anything signs in with a second factor.
ROLES_REQUIRING_2FA = frozenset(
    role
    for role, needs in PERMISSIONS_BY_ROLE.items()
    if needs
    & {
        Effect.CHANGE,
        Effect.DESTROY,
        Effect.REVEAL,
        ConsolePermission.USERS,
        ConsolePermission.ADMINISTRATION,
    }
)
