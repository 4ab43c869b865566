from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django_htmx.http import reswap, retarget

from console import lookups, once
from console.access import ConsoleRequest, Member, organization_page
from console.editing.forms import WhyForm
from console.page import answer
from console.subjects.asking import asked_app
from console.subjects.ending import revoke
from console.subjects.lines import Kept
from console.subjects.past import past
from tenants.authlete.errors import AuthleteError
from tenants.regions import Region
from tenants.roles import Right


@organization_page(Right.DESK)
def revoke_app(
    request: ConsoleRequest,
    member: Member,
    lookup: UUID,
    region: str,
    service_id: int,
    client_id: int,
) -> HttpResponse:
    """What stops working without an app; then end all that it holds."""
    found = lookups.opened(member, lookup)
    place = _connected(member, region)
    form = WhyForm(request.POST or None)
    page = reverse("subjects:show", args=[member.organization.slug, lookup])
    if form.is_valid():
        if not once.claim(request, form):
            return once.again(request, form, page)
        why = (form.cleaned_data["reason"], form.cleaned_data["ticket"])
        kept = revoke(member, found, place, service_id, client_id, *why)
        return _told(request, member, form, kept, page, found.subject)
    context: dict[str, Any] = {
        "member": member,
        "lookup": found.lookup,
        "subject": found.subject,
        "form": form,
        "once": once.fresh(),
        "page": page,
    }
    try:
        context["app"] = asked_app(member, found.subject, place, service_id, client_id)
    except AuthleteError as error:
        context["failure"] = error
    status = 422 if form.errors else 200
    response = answer(
        request, "subjects/revoke_app.html", context, part="ask", status=status
    )
    if request.htmx and form.errors:  # else it would take the place of the row
        retarget(response, "#ask")
        reswap(response, "innerHTML")
    return response


def _connected(member: Member, name: str) -> Region:
    for region in member.regions():
        if region.name == name:
            return region
    raise Http404


def _told(
    request: ConsoleRequest,
    member: Member,
    form: WhyForm,
    kept: Kept,
    page: str,
    subject: str,
) -> HttpResponse:
    """Back to the subject, whose row says it; to the receipt where it is not proven."""
    place = kept.row
    if not kept.is_proven:
        args = [member.organization.slug, place.receipt_id]
        return once.came_to(request, form, reverse("subjects:receipt", args=args))
    (line,) = kept.lines.values()
    if not request.htmx:
        messages.success(request, _("Revoked %(app)s.") % {"app": line.known_as})
        return once.came_to(request, form, f"{page}#in-{place.region}")
    once.settle(request, form, page)
    context = {
        "member": member,
        "place": place,
        "line": line,
        "past": past(member, subject),
    }
    return answer(request, "subjects/ended.html", context)
