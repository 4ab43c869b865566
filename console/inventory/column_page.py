"""The page on which people choose the columns of a list."""

from urllib.parse import urlsplit

from django.http import HttpResponse, QueryDict

from console.inventory.setting_columns import ColumnChoice, ColumnsForm
from console.lists.query import replace_params
from console.web.access import ConsoleRequest, Member
from console.web.responses import redirect_to, render_page


def render_columns(
    request: ConsoleRequest, member: Member, choice: ColumnChoice, list_url: str, template: str
) -> HttpResponse:
    """Render the form, or save the columns and return to the list, whose URL then names them."""
    requested = request.GET.get("next", "")
    if request.method == "POST":
        form = ColumnsForm(request.POST, choice=choice)
        if form.is_valid():
            choice.save(request.user, form.names)
            back = form.cleaned_data["next"] or list_url
            return redirect_to(request, _with_columns(back, form.names))
        back = list_url
    else:
        path, _mark, query = requested.partition("?")
        names = choice.chosen(request.user, QueryDict(query))
        initial = {"column": names, "setting": names, "next": requested}
        form = ColumnsForm(initial=initial, choice=choice)
        back = requested if path.startswith("/") and not urlsplit(requested).netloc else list_url
    context = {"member": member, "form": form, "back": back}
    return render_page(request, template, context)


def _with_columns(url: str, names: list[str]) -> str:
    path, _mark, query = url.partition("?")
    params = QueryDict(query)
    return path + replace_params(params, columns=",".join(names), page=params.get("page"))
