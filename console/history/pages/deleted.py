"""What is still known of an object that is not there any more."""

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _

from console.documents.kinds import DocumentTarget
from console.forms.timestamps import timestamp_param
from console.history.comparison import other_services
from console.history.origin import list_recreations
from console.history.unresolved import list_unresolved
from console.history.versions import ObjectVersions, load_deleted
from console.web.access import ConsoleRequest
from console.web.responses import redirect_to, render_page
from tenants.audit.models import AuditEntry
from tenants.authlete.errors import ForbiddenError, NotFoundError, Outcome
from tenants.versions.models import Version
from tenants.versions.timeline import load_newest_versions

MAX_LISTED_CLIENTS = 100  # clients that the page of a service names
DELETE_OPERATIONS = (
    "client.delete",
    "client.gone_outside",
    "idp.remove_service",
    "service.gone_outside",
)


def deleted(
    request: ConsoleRequest,
    target: DocumentTarget,
    error: NotFoundError | ForbiddenError,
) -> HttpResponse:
    """Who deleted it and what it was last; raises ``error`` where it was not deleted,
    or nothing is known of it."""
    found = load_deleted(target, error)
    if found.failure or not found.last:
        raise error
    context = found.context | {
        "object_versions": found,
        "deletion_entry": _find_deletion(found),
        "last_at": timestamp_param(found.last.until),
        "unresolved_entries": list_unresolved(target, found.context["name"]),
        "recreations": list_recreations(target),
        "deleted_clients": [] if target.client_id else _clients_of_service(target),
    }
    if found.is_service_deleted:
        context["other_services"] = other_services(target)
    return render_page(request, target.template("deleted"), context, status=404)


def redirect_deleted(request: ConsoleRequest, target: DocumentTarget) -> HttpResponse:
    """Lead whoever would change what is gone to what is left of it."""
    messages.warning(request, _("It was deleted, so nothing can be restored."))
    return redirect_to(request, target.path("show"))


def _clients_of_service(target: DocumentTarget) -> list[Version]:
    """The clients that a service had, as they were seen last."""
    place = (target.workspace.region.name, target.service_id)
    kept = load_newest_versions(target.workspace.organization.pk, [place]).values()
    there = [one for one in kept if one.client_id and not one.is_deleted]
    return sorted(there, key=lambda one: (one.name.casefold(), one.client_id))[:MAX_LISTED_CLIENTS]


def _find_deletion(found: ObjectVersions) -> AuditEntry | None:
    """The newest entry that says so, of it or of its service: from here, or noticed."""
    place = found.target.audit_columns | ({"client": ""} if found.is_service_deleted else {})
    ended = AuditEntry.objects.filter(**place, operation__in=DELETE_OPERATIONS)
    fates = (Outcome.SUCCEEDED, Outcome.UNKNOWN)
    return ended.filter(outcome__in=fates).first()
