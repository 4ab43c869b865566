from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console.batches import reconciliation
from console.batches.forms import AdoptForm, ResolvePartForm
from console.batches.storage import BatchConflictError
from console.batches.views.show import batch_path, get_batch
from console.models import Chunk, Sending
from console.web.access import (
    ConsoleRequest,
    Member,
    Workspace,
    organization_page,
    workspace_page,
)
from console.web.idempotency import idempotent
from console.web.responses import redirect_to, render_page
from console.web.step_up import step_up
from tenants.authlete.errors import NotFoundError
from tenants.authlete.operation import Effect

UNKNOWN_BATCH = gettext_lazy("Authlete knows no batch of this ID in this service.")


@workspace_page(Effect.REVEAL)
def adopt(request: ConsoleRequest, workspace: Workspace, service_id: int) -> HttpResponse:
    """Watch a batch that was made elsewhere, by the id of its request."""
    member = workspace.member
    service = workspace.authlete.service(service_id).get()
    form = AdoptForm(request.POST or None)
    if form.is_valid():
        listed = reverse("batches:index", args=[member.organization.slug])
        asked = form.cleaned_data["request_id"]
        try:
            with idempotent(request, form, listed) as submit:
                name = service.service_name
                batch = reconciliation.adopt_batch(workspace, service_id, name, asked)
                submit.result_url = batch_path("show", batch)
            return redirect_to(request, submit.result_url)
        except NotFoundError:
            form.add_error("request_id", UNKNOWN_BATCH)
    context = {
        "member": member,
        "workspace": workspace,
        "service": service,
        "service_id": service_id,
        "form": form,
    }
    status = 422 if form.errors else 200
    return render_page(request, "batches/adopt.html", context, status=status)


@organization_page(Effect.REVEAL)
@step_up
def resolve(request: ConsoleRequest, member: Member, batch: UUID, position: int) -> HttpResponse:
    """What is known of a part whose reply was lost; then say what became of it."""
    found = get_batch(member, batch)
    path = batch_path("show", found)
    mine = Sending.objects.filter(batch=found, is_dry=False, position=position)
    sending = mine.first()
    if sending is None:
        raise Http404
    if sending.fate != Sending.Fate.UNKNOWN:
        return redirect_to(request, path)
    authlete = member.connect(found.region)
    form = ResolvePartForm(request.POST or None)
    if form.is_valid():
        try:
            with idempotent(request, form, path):
                reconciliation.resolve_sending(member, found, sending, form, authlete)
            return redirect_to(request, path)
        except BatchConflictError:
            messages.info(request, _("Nothing was changed: the batch has moved on."))
            return redirect_to(request, path)
        except NotFoundError:
            form.add_error("request_id", UNKNOWN_BATCH)
    counts, error = reconciliation.count_tokens(found, sending, authlete)
    context = {
        "member": member,
        "batch": found,
        "sending": sending,
        "chunk": Chunk.objects.filter(batch=found, position=position).first(),
        "counts": counts,
        "error": error,
        "form": form,
    }
    status = 422 if form.errors else 200
    return render_page(request, "batches/resolve.html", context, status=status)
