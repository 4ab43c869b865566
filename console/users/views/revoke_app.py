from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django_htmx.http import reswap, retarget

from console.forms.change_forms import ChangeReasonForm
from console.users import lookups
from console.users.action_history import list_actions
from console.users.receipt_lines import ServiceReceipt
from console.users.revocation import revoke_connected_app
from console.users.user_search import load_app
from console.web.access import ConsoleRequest, Member, organization_page
from console.web.idempotency import FirstSubmit, idempotent
from console.web.responses import redirect_to, render_page
from tenants.authlete.errors import AuthleteError
from tenants.organizations.regions import Region
from tenants.organizations.roles import ConsolePermission


@organization_page(ConsolePermission.USERS)
def revoke_app(
    request: ConsoleRequest,
    member: Member,
    lookup: UUID,
    region: str,
    service_id: int,
    client_id: int,
) -> HttpResponse:
    """Preview the revocation of an app, then revoke it."""
    found = lookups.get_lookup(member, lookup)
    place = _get_region(member, region)
    form = ChangeReasonForm(request.POST or None)
    page = reverse("users:show", args=[member.organization.slug, lookup])
    if form.is_valid():
        why = (form.cleaned_data["reason"], form.cleaned_data["ticket"])
        with idempotent(request, form, page) as submit:
            kept = revoke_connected_app(member, found, place, service_id, client_id, *why)
            return _show_result(request, member, submit, kept, found.subject)
    context: dict[str, Any] = {
        "member": member,
        "lookup": found.lookup,
        "subject": found.subject,
        "form": form,
        "page": page,
    }
    try:
        context["app"] = load_app(member, found.subject, place, service_id, client_id)
    except AuthleteError as error:
        context["failure"] = error
    status = 422 if form.errors else 200
    response = render_page(request, "users/revoke_app.html", context, part="ask", status=status)
    if request.htmx and form.errors:  # else it would take the place of the row
        retarget(response, "#ask")
        reswap(response, "innerHTML")
    return response


def _get_region(member: Member, name: str) -> Region:
    for region in member.regions():
        if region.name == name:
            return region
    raise Http404


def _show_result(
    request: ConsoleRequest,
    member: Member,
    submit: FirstSubmit,
    kept: ServiceReceipt,
    subject: str,
) -> HttpResponse:
    """Redirect to the user, or to the receipt if it isn't confirmed."""
    place = kept.row
    if not kept.is_confirmed:
        args = [member.organization.slug, place.receipt_id]
        submit.result_url = reverse("users:receipt", args=args)
        return redirect_to(request, submit.result_url)
    (line,) = kept.lines.values()
    if not request.htmx:
        messages.success(request, _("Access of %(app)s revoked.") % {"app": line.display_name})
        submit.result_url += f"#in-{place.region}"
        return redirect_to(request, submit.result_url)
    context = {
        "member": member,
        "service": place,
        "line": line,
        "past_actions": list_actions(member, subject),
    }
    return render_page(request, "users/revoked_row.html", context)
