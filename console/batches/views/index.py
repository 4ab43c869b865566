import csv
from io import StringIO

from django.core.paginator import Paginator
from django.db.models import OuterRef, Subquery, Sum
from django.http import HttpResponse
from django.urls import reverse

from console.access import ConsoleRequest, Member, organization_page
from console.batches.members import MEMBERS, TEMPLATE
from console.batches.progress import BADGES
from console.editing.batches import ended
from console.models import Batch, KnownService, Sending
from console.page import answer, go
from tenants.authlete.operation import Effect

ROWS = 25  # a page
SERVICES = 500  # that one can choose from


@organization_page(Effect.READ)
def index(request: ConsoleRequest, member: Member) -> HttpResponse:
    """The organization's batches, newest first; and the way to a new one."""
    slug = member.organization.slug
    services = KnownService.objects.filter(organization=member.organization)
    chosen = [
        one
        for one in services
        if f"{one.region}/{one.service_id}" == request.GET.get("service")
    ]
    if chosen:
        place = [slug, chosen[0].region, chosen[0].service_id]
        return go(request, reverse("batches:new", args=place))
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
    page = Paginator(found.annotate(made=Subquery(made)), ROWS).get_page(
        request.GET.get("page")
    )
    context = {
        "member": member,
        "page": page,
        "badges": BADGES,
        "batches": ended(member.organization, member.user),
        "state": state if state in Batch.State.values else "",
        "services": services.order_by("name")[:SERVICES],
    }
    return answer(request, "batches/index.html", context)


@organization_page(Effect.READ)
def columns(request: ConsoleRequest, member: Member) -> HttpResponse:
    """What a token can be made with, and a table to fill in."""
    if "download" in request.GET:
        text = StringIO()
        csv.writer(text).writerow(TEMPLATE)
        response = HttpResponse(text.getvalue(), content_type="text/csv")
        name = 'attachment; filename="tokens.csv"'
        response["Content-Disposition"] = name
        return response
    found = [(name, kind.name.lower()) for name, kind in MEMBERS.items()]
    context = {"member": member, "columns": found}
    return answer(request, "batches/columns.html", context)
