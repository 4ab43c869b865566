from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django_htmx.http import push_url

from console.models import Receipt
from console.users import bulk_revocation, lookups
from console.users.connected_apps import RevocationPreview
from console.users.forms import RevokeAllForm
from console.users.user_search import find_user
from console.users.views.receipt import render_receipt
from console.web.access import ConsoleRequest, Member, organization_page
from console.web.idempotency import idempotent
from console.web.responses import redirect_to, render_page
from console.web.step_up import step_up
from tenants.authlete.errors import AuthleteError
from tenants.organizations.roles import ConsolePermission


@organization_page(ConsolePermission.USERS)
@step_up
def revoke_all(request: ConsoleRequest, member: Member, lookup: UUID) -> HttpResponse:
    """Preview a revocation of all access, then start its job."""
    found = lookups.get_lookup(member, lookup)
    page = reverse("users:show", args=[member.organization.slug, lookup])
    form = RevokeAllForm(request.POST or None, subject=found.subject)
    failure = None
    if form.is_valid():
        why = (form.cleaned_data["reason"], form.cleaned_data["ticket"])
        try:
            with idempotent(request, form, page) as submit:
                receipt = bulk_revocation.start_revoke_all(member, found, *why)
                submit.result_url = _receipt_url(member, receipt)
            return _show_receipt(request, member, receipt)
        except AuthleteError as error:
            failure = error
    context = {
        "member": member,
        "lookup": found.lookup,
        "subject": found.subject,
        "preview": RevocationPreview(find_user(member, found.subject)),
        "form": form,
        "failure": failure,
        "page": page,
    }
    status = 422 if form.errors else 200
    return render_page(request, "users/revoke_all.html", context, status=status)


def _show_receipt(request: ConsoleRequest, member: Member, receipt: Receipt) -> HttpResponse:
    """Redirect to the receipt, or render it in place for htmx."""
    url = _receipt_url(member, receipt)
    if not request.htmx:
        return redirect_to(request, url)
    return push_url(render_receipt(request, member, receipt), url)


def _receipt_url(member: Member, receipt: Receipt) -> str:
    return reverse("users:receipt", args=[member.organization.slug, receipt.pk])
