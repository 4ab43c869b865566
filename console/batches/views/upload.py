from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from console import once
from console.access import (
    ConsoleRequest,
    Member,
    Workspace,
    organization_page,
    workspace_page,
)
from console.batches import keeping
from console.batches.forms import FileForm
from console.batches.hints import address
from console.batches.views.show import one_of, path_of
from console.page import answer, go
from tenants.authlete.operation import Effect


@workspace_page(Effect.REVEAL)
def new(request: ConsoleRequest, workspace: Workspace, service_id: int) -> HttpResponse:
    """Upload a file of tokens for a service; it is checked, and nothing is sent."""
    member = workspace.member
    listed = reverse("batches:index", args=[member.organization.slug])
    form = FileForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        if not once.claim(request, form):
            return once.again(request, form, listed)
        service = workspace.authlete.service(service_id).get()
        name, region = service.service_name, workspace.region.name
        file = form.cleaned_data["file"]
        batch = keeping.receive(member, region, service_id, name, file)
        return once.came_to(request, form, path_of("show", batch))
    service = workspace.authlete.service(service_id).get()
    context = {
        "member": member,
        "workspace": workspace,
        "service": service,
        "service_id": service_id,
        "form": form,
        "once": once.fresh(),
        "most": settings.BATCH_MAX_TOKENS,
        "megabytes": settings.UPLOAD_MAX_MB,
        "hours": settings.BATCH_KEPT_HOURS,
        "address": address(member.organization.slug, workspace.region.name, service_id),
    }
    status = 422 if form.errors else 200
    return answer(request, "batches/new.html", context, status=status)


@organization_page(Effect.REVEAL)
def replace(request: ConsoleRequest, member: Member, batch: UUID) -> HttpResponse:
    """Put a corrected file in the place of the one that was there."""
    found = one_of(member, batch)
    path = path_of("show", found)
    form = FileForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        if not once.claim(request, form):
            return once.again(request, form, path)
        try:
            keeping.replace(member, found, form.cleaned_data["file"])
        except keeping.Moved:
            messages.info(request, _("Nothing was changed: the batch has moved on."))
        return once.came_to(request, form, path)
    if found.state not in found.AT_REST:
        return go(request, path)
    context = {
        "member": member,
        "batch": found,
        "form": form,
        "once": once.fresh(),
        "megabytes": settings.UPLOAD_MAX_MB,
    }
    status = 422 if form.errors else 200
    return answer(request, "batches/replace.html", context, status=status)
