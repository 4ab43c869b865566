"""Translatable labels of outcomes, effects, roles and permissions."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tenants.authlete.operation import Effect
from tenants.authlete.outcome import Outcome
from tenants.organizations.roles import ConsolePermission, Permission, Role

OUTCOME_LABELS: Mapping[str, str | Promise] = {outcome: _(outcome.label) for outcome in Outcome}
EFFECT_LABELS: Mapping[str, str | Promise] = {
    Effect.READ: _("read"),
    Effect.REVEAL: _("reveal"),
    Effect.CHANGE: _("change"),
    Effect.DESTROY: _("destroy"),
}
ROLE_LABELS: Mapping[str, str | Promise] = {
    Role.ADMIN: _("Administrator"),
    Role.EDITOR: _("Editor"),
    Role.HELP_DESK: _("Help desk"),
    Role.AUDITOR: _("Auditor"),
    Role.VIEWER: _("Viewer"),
}
PERMISSION_LABELS: Mapping[Permission, str | Promise] = {
    Effect.READ: _("View services, clients and settings"),
    Effect.CHANGE: _("Edit settings, create services and clients"),
    Effect.DESTROY: _("Delete services and clients, revoke tokens"),
    Effect.REVEAL: _("Reveal and rotate secrets"),
    ConsolePermission.USERS: _("Find users and revoke their connected apps"),
    ConsolePermission.AUDIT_LOG: _("Read and export the audit log"),
    ConsolePermission.ADMINISTRATION: _("Manage members and credentials"),
}
