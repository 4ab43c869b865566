from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django_htmx.http import push_url

from console import lookups, once
from console.access import ConsoleRequest, Member, organization_page
from console.models import Receipt
from console.once import OnceForm
from console.page import answer
from console.stepup import step_up
from console.subjects import everywhere
from console.subjects.asking import asked
from console.subjects.forms import EverythingForm
from console.subjects.previewing import Preview
from console.subjects.views.receipt import shown
from tenants.authlete.errors import AuthleteError
from tenants.roles import Right


@organization_page(Right.DESK)
@step_up
def revoke_all(request: ConsoleRequest, member: Member, lookup: UUID) -> HttpResponse:
    """What would end everywhere, and what was not checked; then have a job end it."""
    found = lookups.opened(member, lookup)
    page = reverse("subjects:show", args=[member.organization.slug, lookup])
    form = EverythingForm(request.POST or None, subject=found.subject)
    failure = None
    if form.is_valid():
        if not once.claim(request, form):
            return once.again(request, form, page)
        why = (form.cleaned_data["reason"], form.cleaned_data["ticket"])
        try:
            return _begun(request, member, form, everywhere.start(member, found, *why))
        except AuthleteError as error:
            once.failed(request, form)
            failure = error
    context = {
        "member": member,
        "lookup": found.lookup,
        "subject": found.subject,
        "preview": Preview(asked(member, found.subject)),
        "form": form,
        "failure": failure,
        "once": once.fresh(),
        "page": page,
    }
    status = 422 if form.errors else 200
    return answer(request, "subjects/revoke_all.html", context, status=status)


def _begun(
    request: ConsoleRequest, member: Member, form: OnceForm, receipt: Receipt
) -> HttpResponse:
    """On to the receipt, which tells how far it is; htmx shows it in place."""
    path = reverse("subjects:receipt", args=[member.organization.slug, receipt.pk])
    if not request.htmx:
        return once.came_to(request, form, path)
    once.settle(request, form, path)
    return push_url(shown(request, member, receipt), path)
