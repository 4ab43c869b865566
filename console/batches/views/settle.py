from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console import once
from console.access import (
    ConsoleRequest,
    Member,
    Workspace,
    organization_page,
    workspace_page,
)
from console.batches import settling
from console.batches.forms import AdoptForm, SettleForm
from console.batches.keeping import Moved
from console.batches.views.show import one_of, path_of
from console.models import Chunk, Sending
from console.page import answer, go
from console.stepup import step_up
from tenants.authlete.errors import NotFound
from tenants.authlete.operation import Effect

UNHEARD = gettext_lazy("Authlete knows no batch of this ID in this service.")


@workspace_page(Effect.REVEAL)
def adopt(
    request: ConsoleRequest, workspace: Workspace, service_id: int
) -> HttpResponse:
    """Watch a batch that was made elsewhere, by the id of its request."""
    member = workspace.member
    service = workspace.authlete.service(service_id).get()
    form = AdoptForm(request.POST or None)
    if form.is_valid():
        listed = reverse("batches:index", args=[member.organization.slug])
        if not once.claim(request, form):
            return once.again(request, form, listed)
        asked = form.cleaned_data["request_id"]
        try:
            batch = settling.adopt(workspace, service_id, service.service_name, asked)
            return once.came_to(request, form, path_of("show", batch))
        except NotFound:
            once.failed(request, form)
            form.add_error("request_id", UNHEARD)
    context = {
        "member": member,
        "workspace": workspace,
        "service": service,
        "service_id": service_id,
        "form": form,
        "once": once.fresh(),
    }
    status = 422 if form.errors else 200
    return answer(request, "batches/adopt.html", context, status=status)


@organization_page(Effect.REVEAL)
@step_up
def settle(
    request: ConsoleRequest, member: Member, batch: UUID, position: int
) -> HttpResponse:
    """What is known of a part whose reply was lost; then say what became of it."""
    found = one_of(member, batch)
    path = path_of("show", found)
    mine = Sending.objects.filter(batch=found, is_dry=False, position=position)
    sending = mine.first()
    if sending is None:
        raise Http404
    if sending.fate != Sending.Fate.UNKNOWN:
        return go(request, path)
    authlete = member.connect(found.region)
    form = SettleForm(request.POST or None)
    if form.is_valid():
        if not once.claim(request, form):
            return once.again(request, form, path)
        try:
            settling.settle(member, found, sending, form, authlete)
            return once.came_to(request, form, path)
        except Moved:
            messages.info(request, _("Nothing was changed: the batch has moved on."))
            return once.came_to(request, form, path)
        except NotFound:
            once.failed(request, form)
            form.add_error("request_id", UNHEARD)
    counts, error = settling.counted(found, sending, authlete)
    context = {
        "member": member,
        "batch": found,
        "sending": sending,
        "chunk": Chunk.objects.filter(batch=found, position=position).first(),
        "counts": counts,
        "error": error,
        "form": form,
        "once": once.fresh(),
    }
    status = 422 if form.errors else 200
    return answer(request, "batches/settle.html", context, status=status)
