"""What is still known of an object that is not there any more."""

from django.http import HttpResponse

from console.access import ConsoleRequest
from console.editing.kind import Target
from console.editing.past import address_of, left
from console.page import answer
from tenants.audit.models import AuditEntry
from tenants.authlete.errors import Forbidden, NotFound

ENDINGS = (
    "client.delete",
    "client.gone_outside",
    "idp.remove_service",
    "service.gone_outside",
)


def gone(
    request: ConsoleRequest, target: Target, error: NotFound | Forbidden
) -> HttpResponse:
    """Who deleted it and what it was last; raises ``error`` where it was not deleted,
    or nothing is known of it."""
    found = left(target, error)
    if found.failure or not found.last:
        raise error
    context = found.context | {
        "found": found,
        "ending": _ending(target),
        "last_at": address_of(found.last.until),
    }
    return answer(request, target.template("gone"), context, status=404)


def _ending(target: Target) -> AuditEntry | None:
    """The newest entry that says so: from here, or noticed."""
    ended = AuditEntry.objects.filter(**target.at, operation__in=ENDINGS)
    fates = (AuditEntry.Outcome.DONE, AuditEntry.Outcome.UNKNOWN)
    return ended.filter(outcome__in=fates).first()
