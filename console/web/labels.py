"""The words that people read for our fixed values, in their language."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tenants.authlete.errors import Outcome
from tenants.authlete.operation import Effect
from tenants.organizations.roles import ConsolePermission, Permission, Role

OUTCOME_LABELS: Mapping[str, str | Promise] = {
    Outcome.SUCCEEDED: _("done"),
    Outcome.REJECTED: _("refused"),
    Outcome.NOT_SENT: _("not sent"),
    Outcome.UNKNOWN: _("unknown"),
    Outcome.FAILED: _("not done"),
}
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
    Effect.READ: _("See services, clients and their settings"),
    Effect.CHANGE: _("Change settings, create services and clients"),
    Effect.DESTROY: _("Delete services and clients, revoke tokens"),
    Effect.REVEAL: _("See a secret once, rotate secrets"),
    ConsolePermission.USERS: _("Look a subject up, and revoke what acts for them"),
    ConsolePermission.AUDIT_LOG: _("Read the audit record and export it"),
    ConsolePermission.ADMINISTRATION: _("Manage members and credentials"),
}
