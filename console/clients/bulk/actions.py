"""What can be done with many clients at once."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from tenants.authlete.operation import Effect

LOCK, UNLOCK, SET, ROTATE = "lock", "unlock", "set", "rotate"


@dataclass(frozen=True, slots=True)
class BulkAction:
    """One thing that a job does with each of them."""

    name: str
    job_kind: str  # of the job
    effect: Effect  # that the person's role must allow
    icon: str
    label: str | Promise
    description: str | Promise
    _title: str | Promise  # with a count

    def title(self, count: int) -> str:
        """What it is called with so many clients."""
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
                "They get no new tokens and no answers from their service until they"
                " are unlocked. Tokens that they hold are not deleted."
            ),
            ngettext_lazy("Lock %(count)d client", "Lock %(count)d clients", "count"),
        ),
        BulkAction(
            UNLOCK,
            "client.unlock",
            Effect.CHANGE,
            "unlock",
            _("Unlock"),
            _("They can be used again, with the settings that they have."),
            ngettext_lazy("Unlock %(count)d client", "Unlock %(count)d clients", "count"),
        ),
        BulkAction(
            SET,
            "client.set",
            Effect.CHANGE,
            "edit",
            _("Set one setting"),
            _(
                "Give all of them the same value, or add to a list and take out of it."
                " Nothing else about them changes."
            ),
            ngettext_lazy("Set %(count)d client", "Set %(count)d clients", "count"),
        ),
        BulkAction(
            ROTATE,
            "client.stage_rotation",
            Effect.REVEAL,
            "key",
            _("Start staged rotations"),
            _(
                "A new secret is made for each and waits here, sealed, to be seen once,"
                " on the page of its client. The one in use goes on working until"
                " somebody activates the new one there."
            ),
            ngettext_lazy(
                "Start %(count)d staged rotation",
                "Start %(count)d staged rotations",
                "count",
            ),
        ),
    )
}
