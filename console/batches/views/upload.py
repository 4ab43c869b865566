"""Pages that upload a file of tokens."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from console.batches import storage
from console.batches.forms import FileForm
from console.batches.notifications import notification_url
from console.batches.views.show import batch_path, get_batch
from console.web.access import (
    ConsoleRequest,
    Member,
    Workspace,
    organization_page,
    workspace_page,
)
from console.web.idempotency import idempotent
from console.web.responses import redirect_to, render_page
from tenants.authlete.operation import Effect


@workspace_page(Effect.REVEAL)
def new(request: ConsoleRequest, workspace: Workspace, service_id: int) -> HttpResponse:
    """Upload a file of tokens for a service, and start its check."""
    member, region = workspace.member, workspace.region.name
    list_path = reverse("batches:index", args=[member.organization.slug])
    form = FileForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        with idempotent(request, form, list_path) as submit:
            name = workspace.authlete.service(service_id).get().service_name
            file = form.cleaned_data["file"]
            batch = storage.create_batch(member, region, service_id, name, file)
            submit.result_url = batch_path(batch)
        return redirect_to(request, submit.result_url)
    context = {
        "member": member,
        "workspace": workspace,
        "service": workspace.authlete.service(service_id).get(),
        "service_id": service_id,
        "form": form,
        "max_tokens": settings.BATCH_MAX_TOKENS,
        "megabytes": settings.UPLOAD_MAX_MB,
        "hours": settings.BATCH_KEPT_HOURS,
        "notification_url": notification_url(member.organization.slug, region, service_id),
    }
    status = 422 if form.errors else 200
    return render_page(request, "batches/new.html", context, status=status)


@organization_page(Effect.REVEAL)
def replace(request: ConsoleRequest, member: Member, batch: UUID) -> HttpResponse:
    """Replace the file of a batch that wasn't submitted yet."""
    record = get_batch(member, batch)
    path = batch_path(record)
    form = FileForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        with idempotent(request, form, path):
            try:
                storage.replace_file(member, record, form.cleaned_data["file"])
            except storage.BatchConflictError:
                text = _("Nothing was changed. The batch is in another state now.")
                messages.info(request, text)
        return redirect_to(request, path)
    if record.state not in record.AT_REST:
        return redirect_to(request, path)
    context = {
        "member": member,
        "batch": record,
        "form": form,
        "megabytes": settings.UPLOAD_MAX_MB,
    }
    status = 422 if form.errors else 200
    return render_page(request, "batches/replace.html", context, status=status)
