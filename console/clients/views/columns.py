from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from console.access import ConsoleRequest, Member, organization_page
from console.clients.columns import ColumnsForm, choose, chosen
from console.page import answer, go
from tenants.authlete.operation import Effect


@organization_page(Effect.READ)
def columns(request: ConsoleRequest, member: Member) -> HttpResponse:
    """Choose the columns of the lists of clients, for oneself."""
    back = _back(request, member)
    if request.method == "POST":
        form = ColumnsForm(request.POST)
        if form.is_valid():
            choose(request.user, form.cleaned_data["column"])
            return go(request, back)
    else:
        form = ColumnsForm(initial={"column": chosen(request.user), "next": back})
    return answer(
        request,
        "clients/columns.html",
        {"member": member, "form": form, "back": back},
    )


def _back(request: ConsoleRequest, member: Member) -> str:
    """The list that the reader came from, when it is one of ours."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    if asked.startswith("/") and url_has_allowed_host_and_scheme(asked, None):
        return asked
    return reverse("clients:index", args=[member.organization.slug])
