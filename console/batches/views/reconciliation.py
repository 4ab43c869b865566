"""Pages that watch existing batches and resolve requests of unknown outcome."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
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

UNKNOWN_BATCH = gettext_lazy("Authlete has no batch with this ID in this service.")


@workspace_page(Effect.REVEAL)
def adopt(request: ConsoleRequest, workspace: Workspace, service_id: int) -> HttpResponse:
    """Watch a batch created elsewhere, by its request ID."""
    member = workspace.member
    service = workspace.authlete.service(service_id).get()
    form = AdoptForm(request.POST or None)
    if form.is_valid():
        list_path = reverse("batches:index", args=[member.organization.slug])
        request_id = form.cleaned_data["request_id"]
        try:
            with idempotent(request, form, list_path) as submit:
                batch = reconciliation.adopt_batch(
                    workspace, service_id, service.service_name, request_id
                )
                submit.result_url = batch_path(batch)
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
    """Show what's known about a request with a lost response, and record its outcome."""
    record = get_batch(member, batch)
    path = batch_path(record)
    sending = get_object_or_404(Sending, batch=record, is_dry=False, position=position)
    if sending.fate != Sending.Fate.UNKNOWN:
        return redirect_to(request, path)
    authlete = member.connect(record.region)
    form = ResolvePartForm(request.POST or None)
    if form.is_valid():
        try:
            with idempotent(request, form, path):
                try:
                    reconciliation.resolve_sending(member, record, sending, form, authlete)
                except BatchConflictError:
                    text = _("Nothing was changed. The request was resolved meanwhile.")
                    messages.info(request, text)
            return redirect_to(request, path)
        except NotFoundError:
            form.add_error("request_id", UNKNOWN_BATCH)
    counts, error = reconciliation.count_tokens(record, sending, authlete)
    context = {
        "member": member,
        "batch": record,
        "sending": sending,
        "chunk": Chunk.objects.filter(batch=record, position=position).first(),
        "counts": counts,
        "error": error,
        "form": form,
    }
    status = 422 if form.errors else 200
    return render_page(request, "batches/resolve.html", context, status=status)
