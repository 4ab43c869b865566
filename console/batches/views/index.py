"""Pages that list batches and document the file format."""

import csv
from collections.abc import Iterable

from django.core.paginator import Paginator
from django.db.models import OuterRef, Subquery, Sum
from django.http import HttpResponse
from django.urls import reverse

from console.batches.validation.fields import FIELD_TYPE_LABELS, FIELD_TYPES, TEMPLATE_COLUMNS
from console.inventory.activity import recently_ended_batches
from console.models import Batch, KnownService, Sending
from console.web.access import ConsoleRequest, Member, organization_page
from console.web.responses import redirect_to, render_page
from tenants.authlete.operation import Effect

BATCHES_PER_PAGE = 25
MAX_SERVICES = 500  # in the select field


@organization_page(Effect.READ)
def index(request: ConsoleRequest, member: Member) -> HttpResponse:
    """List the organization's batches, newest first; or redirect to a new one."""
    services = KnownService.objects.filter(organization=member.organization)
    region, _separator, service_id = request.GET.get("service", "").partition("/")
    if service_id.isascii() and service_id.isdecimal():
        service = services.filter(region=region, service_id=int(service_id[:18])).first()
        if service:
            args = [member.organization.slug, service.region, service.service_id]
            return redirect_to(request, reverse("batches:new", args=args))
    created = (
        Sending.objects.filter(batch=OuterRef("pk"), is_dry=False)
        .order_by()
        .values("batch")
        .annotate(total=Sum("count"))
        .values("total")
    )
    batches = Batch.objects.filter(organization=member.organization).defer("listed")
    state = request.GET.get("state", "")
    if state in Batch.State.values:
        batches = batches.filter(state=state)
    batches = batches.annotate(created_tokens=Subquery(created))
    context = {
        "member": member,
        "page": Paginator(batches, BATCHES_PER_PAGE).get_page(request.GET.get("page")),
        "batches": recently_ended_batches(member.organization, member.user),
        "state": state if state in Batch.State.values else "",
        "services": services.order_by("name")[:MAX_SERVICES],
    }
    return render_page(request, "batches/index.html", context)


@organization_page(Effect.READ)
def columns(request: ConsoleRequest, member: Member) -> HttpResponse:
    """Document the fields of a token; or download an empty CSV file."""
    if "download" in request.GET:
        return csv_response("tokens.csv", [TEMPLATE_COLUMNS])
    fields = [(name, FIELD_TYPE_LABELS[field_type]) for name, field_type in FIELD_TYPES.items()]
    return render_page(request, "batches/columns.html", {"member": member, "columns": fields})


def csv_response(filename: str, rows: Iterable[Iterable[object]]) -> HttpResponse:
    """Return rows as a CSV download."""
    response = HttpResponse(content_type="text/csv")
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    csv.writer(response).writerows(rows)
    return response
