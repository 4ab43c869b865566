from django.http import HttpResponse
from django.utils.text import slugify

from console.access import ConsoleRequest, Workspace, workspace_page
from console.page import answer
from console.services import overview
from console.services.reviewing import pretty
from tenants.authlete.client import SECONDS
from tenants.authlete.deadline import Deadline
from tenants.authlete.errors import AuthleteError
from tenants.authlete.operation import Effect


@workspace_page(Effect.READ)
def document(
    request: ConsoleRequest, workspace: Workspace, service_id: int
) -> HttpResponse:
    """The whole document with its secrets sealed, to read, copy or download."""
    service = workspace.authlete.service(service_id).get()
    text = pretty(service.wire())
    if "download" in request.GET:
        name = slugify(f"{service.service_name}-{workspace.region.name}-{service_id}")
        response = HttpResponse(text + "\n", content_type="application/json")
        response["Content-Disposition"] = f'attachment; filename="{name}.json"'
        return response
    context = {"workspace": workspace, "service": service, "text": text}
    return answer(request, "services/document.html", context)


@workspace_page(Effect.READ)
def history(
    request: ConsoleRequest, workspace: Workspace, service_id: int
) -> HttpResponse:
    """Who changed this service, newest first, each change in sentences."""
    service = workspace.authlete.service(service_id).get()
    page = overview.past(workspace, service, request.GET.get("cursor", ""))
    context = {
        "workspace": workspace,
        "service": service,
        "lines": page.lines,
        "previous": f"?cursor={page.newer}" if page.newer else "",
        "next": f"?cursor={page.older}" if page.older else "",
    }
    return answer(request, "services/history.html", context, part="entries")


@workspace_page(Effect.READ)
def discovery(
    request: ConsoleRequest, workspace: Workspace, service_id: int
) -> HttpResponse:
    """What the service's discovery document and key set say, as Authlete makes them."""
    api = workspace.authlete.within(Deadline(SECONDS)).service(service_id)
    service = api.get()
    context = {"workspace": workspace, "service": service}
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
