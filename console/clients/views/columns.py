from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from console.clients.listing.columns import ColumnsForm, chosen_columns, save_columns
from console.web.access import ConsoleRequest, Member, organization_page
from console.web.responses import redirect_to, render_page
from tenants.authlete.operation import Effect


@organization_page(Effect.READ)
def columns(request: ConsoleRequest, member: Member) -> HttpResponse:
    """Choose the columns of client lists."""
    back = _return_url(request, member)
    if request.method == "POST":
        form = ColumnsForm(request.POST)
        if form.is_valid():
            save_columns(request.user, form.cleaned_data["column"])
            return redirect_to(request, back)
    else:
        form = ColumnsForm(initial={"column": chosen_columns(request.user), "next": back})
    return render_page(
        request,
        "clients/columns.html",
        {"member": member, "form": form, "back": back},
    )


def _return_url(request: ConsoleRequest, member: Member) -> str:
    """Return the URL of the list to go back to; only local URLs."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    if asked.startswith("/") and url_has_allowed_host_and_scheme(asked, None):
        return asked
    return reverse("clients:index", args=[member.organization.slug])
