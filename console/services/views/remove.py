from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from console.access import ConsoleRequest, Workspace, workspace_page
from console.page import answer, go
from console.services import drafts
from console.services.forms import RemoveForm
from tenants.authlete.errors import AuthleteError, NotFound
from tenants.authlete.operation import Effect


@workspace_page(Effect.DESTROY)
def remove(
    request: ConsoleRequest, workspace: Workspace, service_id: int
) -> HttpResponse:
    """What dies with a service; then delete it, its name typed."""
    service = workspace.authlete.service(service_id).get()
    name = service.service_name or str(service_id)
    form = RemoveForm(request.POST or None, name=name)
    failure = None
    if form.is_valid():
        authlete = workspace.member.connect(
            workspace.region.name,
            reason=form.cleaned_data["reason"],
            ticket=form.cleaned_data["ticket"],
        )
        try:
            authlete.idp.remove_service(service_id, label=name)
        except NotFound:
            messages.info(request, _("The service was gone already."))
        except AuthleteError as error:
            failure = error
        else:
            messages.success(request, _("Deleted %(name)s.") % {"name": name})
        if failure is None:
            drafts.forget(workspace, service_id)
            return go(
                request, reverse("services:index", args=[workspace.organization.slug])
            )
    context = {
        "workspace": workspace,
        "service": service,
        "name": name,
        "form": form,
        "failure": failure,
        "can_delete": workspace.region in workspace.member.creatable(),
    }
    return answer(request, "services/remove.html", context)
