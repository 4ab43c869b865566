"""The actions on many clients."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from tenants.authlete.operation import Effect

LOCK, UNLOCK, SET, ROTATE = "lock", "unlock", "set", "rotate"


@dataclass(frozen=True, slots=True)
class BulkAction:
    """An action that a job runs on each selected client."""

    name: str
    job_kind: str  # of the job
    effect: Effect  # that the person's role must allow
    icon: str
    label: str | Promise
    description: str | Promise
    _title: str | Promise  # with a count

    def title(self, count: int) -> str:
        """Return the title for ``count`` clients."""
        return str(self._title % {"count": count})


BULK_ACTIONS: Mapping[str, BulkAction] = {
    one.name: one
    for one in (
        BulkAction(
            LOCK,
            "client.lock",
            Effect.CHANGE,
            "lock",
            _("Lock"),
            _(
                "The clients can't get new tokens until they are unlocked. Existing tokens are "
                "not revoked."
            ),
            ngettext_lazy("Lock %(count)d client", "Lock %(count)d clients", "count"),
        ),
        BulkAction(
            UNLOCK,
            "client.unlock",
            Effect.CHANGE,
            "unlock",
            _("Unlock"),
            _("The clients can be used again."),
            ngettext_lazy("Unlock %(count)d client", "Unlock %(count)d clients", "count"),
        ),
        BulkAction(
            SET,
            "client.set",
            Effect.CHANGE,
            "edit",
            _("Change a setting"),
            _("Set the same value for all clients, or add and remove list entries."),
            ngettext_lazy("Set %(count)d client", "Set %(count)d clients", "count"),
        ),
        BulkAction(
            ROTATE,
            "client.stage_rotation",
            Effect.REVEAL,
            "key",
            _("Stage new secrets"),
            _(
                "Generate a new secret for each client. The current secret works until you "
                "activate the new one on the client's page."
            ),
            ngettext_lazy(
                "Start %(count)d staged rotation",
                "Start %(count)d staged rotations",
                "count",
            ),
        ),
    )
}
