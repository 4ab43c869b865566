import csv
from io import StringIO

from django.core.paginator import Paginator
from django.db.models import OuterRef, Subquery, Sum
from django.http import HttpResponse
from django.urls import reverse

from console.batches.progress import STATE_BADGES
from console.batches.validation.fields import FIELD_TYPES, TEMPLATE_COLUMNS
from console.inventory.activity import recently_ended_batches
from console.models import Batch, KnownService, Sending
from console.web.access import ConsoleRequest, Member, organization_page
from console.web.responses import redirect_to, render_page
from tenants.authlete.operation import Effect

BATCHES_PER_PAGE = 25  # a page
MAX_SERVICES = 500  # that one can choose from


@organization_page(Effect.READ)
def index(request: ConsoleRequest, member: Member) -> HttpResponse:
    """The organization's batches, newest first; and the way to a new one."""
    slug = member.organization.slug
    services = KnownService.objects.filter(organization=member.organization)
    chosen = [
        one for one in services if f"{one.region}/{one.service_id}" == request.GET.get("service")
    ]
    if chosen:
        place = [slug, chosen[0].region, chosen[0].service_id]
        return redirect_to(request, reverse("batches:new", args=place))
    made = (
        Sending.objects.filter(batch=OuterRef("pk"), is_dry=False)
        .order_by()
        .values("batch")
        .annotate(all=Sum("count"))
        .values("all")
    )
    found = Batch.objects.filter(organization=member.organization).defer("listed")
    state = request.GET.get("state", "")
    if state in Batch.State.values:
        found = found.filter(state=state)
    page = Paginator(found.annotate(made=Subquery(made)), BATCHES_PER_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "member": member,
        "page": page,
        "badges": STATE_BADGES,
        "batches": recently_ended_batches(member.organization, member.user),
        "state": state if state in Batch.State.values else "",
        "services": services.order_by("name")[:MAX_SERVICES],
    }
    return render_page(request, "batches/index.html", context)


@organization_page(Effect.READ)
def columns(request: ConsoleRequest, member: Member) -> HttpResponse:
    """What a token can be made with, and a table to fill in."""
    if "download" in request.GET:
        text = StringIO()
        csv.writer(text).writerow(TEMPLATE_COLUMNS)
        response = HttpResponse(text.getvalue(), content_type="text/csv")
        name = 'attachment; filename="tokens.csv"'
        response["Content-Disposition"] = name
        return response
    found = [(name, kind.name.lower()) for name, kind in FIELD_TYPES.items()]
    context = {"member": member, "columns": found}
    return render_page(request, "batches/columns.html", context)
