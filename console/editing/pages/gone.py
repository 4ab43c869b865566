"""What is still known of an object that is not there any more."""

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _

from console.access import ConsoleRequest
from console.editing.beside import offered_services
from console.editing.kind import Target
from console.editing.making import made_again
from console.editing.moments import address_of
from console.editing.past import Known, left
from console.editing.unsettled import unsettled
from console.page import answer, go
from tenants.audit.models import AuditEntry
from tenants.authlete.errors import Forbidden, NotFound
from tenants.versions.models import Version
from tenants.versions.reading import newest

LISTED = 100  # clients that the page of a service names
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
        "ending": _ending(found),
        "last_at": address_of(found.last.until),
        "unsettled": unsettled(target, found.context["name"]),
        "again": made_again(target),
        "inside": [] if target.client_id else _inside(target),
    }
    if found.without_service:
        context["elsewhere"] = offered_services(target)
    return answer(request, target.template("gone"), context, status=404)


def gone_meanwhile(request: ConsoleRequest, target: Target) -> HttpResponse:
    """Lead whoever would change what is gone to what is left of it."""
    messages.warning(request, _("It was deleted, so nothing can be put back into it."))
    return go(request, target.path("show"))


def _inside(target: Target) -> list[Version]:
    """The clients that a service had, as they were seen last."""
    place = (target.workspace.region.name, target.service_id)
    kept = newest(target.workspace.organization.pk, [place]).values()
    there = [one for one in kept if one.client_id and not one.is_gone]
    return sorted(there, key=lambda one: (one.name.casefold(), one.client_id))[:LISTED]


def _ending(found: Known) -> AuditEntry | None:
    """The newest entry that says so, of it or of its service: from here, or noticed."""
    place = found.target.at | ({"client": ""} if found.without_service else {})
    ended = AuditEntry.objects.filter(**place, operation__in=ENDINGS)
    fates = (AuditEntry.Outcome.DONE, AuditEntry.Outcome.UNKNOWN)
    return ended.filter(outcome__in=fates).first()
