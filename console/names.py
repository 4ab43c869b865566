"""The words that people read for our fixed values, in their language."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tenants.authlete.errors import Outcome
from tenants.authlete.operation import Effect
from tenants.roles import Need, Right, Role

OUTCOMES: Mapping[str, str | Promise] = {
    Outcome.DONE: _("done"),
    Outcome.REFUSED: _("refused"),
    Outcome.NOT_SENT: _("not sent"),
    Outcome.UNKNOWN: _("unknown"),
    Outcome.NOT_DONE: _("not done"),
}
EFFECTS: Mapping[str, str | Promise] = {
    Effect.READ: _("read"),
    Effect.REVEAL: _("reveal"),
    Effect.CHANGE: _("change"),
    Effect.DESTROY: _("destroy"),
}
ROLES: Mapping[str, str | Promise] = {
    Role.ADMIN: _("Administrator"),
    Role.EDITOR: _("Editor"),
    Role.HELP_DESK: _("Help desk"),
    Role.AUDITOR: _("Auditor"),
    Role.VIEWER: _("Viewer"),
}
NEEDS: Mapping[Need, str | Promise] = {
    Effect.READ: _("See services, clients and their settings"),
    Effect.CHANGE: _("Change settings, create services and clients"),
    Effect.DESTROY: _("Delete services and clients, revoke tokens"),
    Effect.REVEAL: _("See a secret once, rotate secrets"),
    Right.DESK: _("Look a subject up, and revoke what acts for them"),
    Right.RECORD: _("Read the audit record and export it"),
    Right.MANAGE: _("Manage members and credentials"),
}
