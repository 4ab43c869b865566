from django.http import HttpResponse

from console.access import ConsoleRequest, Workspace, workspace_page
from console.editing import pages
from console.editing.sending import pretty
from console.editing.services import target_of
from console.page import answer
from tenants.authlete.client import SECONDS
from tenants.authlete.deadline import Deadline
from tenants.authlete.errors import AuthleteError
from tenants.authlete.operation import Effect


@workspace_page(Effect.READ)
def fields(
    request: ConsoleRequest, workspace: Workspace, service_id: int
) -> HttpResponse:
    return pages.fields(request, target_of(workspace, service_id))


@workspace_page(Effect.READ)
def document(
    request: ConsoleRequest, workspace: Workspace, service_id: int
) -> HttpResponse:
    return pages.document(request, target_of(workspace, service_id))


@workspace_page(Effect.READ)
def history(
    request: ConsoleRequest, workspace: Workspace, service_id: int
) -> HttpResponse:
    return pages.history(request, target_of(workspace, service_id))


@workspace_page(Effect.READ)
def saved(
    request: ConsoleRequest, workspace: Workspace, service_id: int, entry: str
) -> HttpResponse:
    return pages.saved(request, target_of(workspace, service_id), entry)


@workspace_page(Effect.READ)
def discovery(
    request: ConsoleRequest, workspace: Workspace, service_id: int
) -> HttpResponse:
    """What the service's discovery document and key set say, as Authlete makes them."""
    api = workspace.authlete.within(Deadline(SECONDS)).service(service_id)
    context = target_of(workspace, service_id).context(api.get())
    try:
        context["text"] = pretty(api.configuration())
    except AuthleteError as error:
        context["error"] = error
    try:
        published = api.jwks()
        context["published"] = published
        context["keys"] = pretty({"keys": published.keys}) if published.keys else ""
    except AuthleteError as error:
        context["jwks_error"] = error
    return answer(request, "services/discovery.html", context)
