"""The page that reveals a field that this version doesn't know."""

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from console.documents.kinds import DocumentTarget
from console.documents.overview import list_unknown_fields
from console.forms.change_forms import ChangeReasonForm
from console.web.access import ConsoleRequest
from console.web.idempotency import catch_failure, idempotent
from console.web.rate_limits import REVEAL_LIMIT, consume
from console.web.responses import redirect_to, render_form
from console.web.step_up import step_up

FIELD_GONE = _("The field no longer exists. Nothing was revealed.")


@step_up
def reveal_unknown(request: ConsoleRequest, target: DocumentTarget) -> HttpResponse:
    """Reveal one unknown field in one response, for a reason."""
    path, return_url = request.GET.get("field", ""), f"{target.path('fields')}#unknown"
    document = target.api().get()
    if all(field.path != path for field in list_unknown_fields(target.kind, document)):
        messages.warning(request, FIELD_GONE)
        return redirect_to(request, return_url)
    form = ChangeReasonForm(request.POST or None)
    context = target.context(document) | {"path": path, "back": return_url, "form": form}
    if form.is_valid():
        with catch_failure(form), idempotent(request, form, return_url) as submit:
            if consume(target.workspace.member, REVEAL_LIMIT, form):
                api = target.api(target.workspace.connect(**form.reason_fields))
                if secret := api.reveal_unknown(path, context["name"]):
                    context["secret"] = secret.get_secret_value()
                else:
                    form.add_error(None, FIELD_GONE)
            else:
                submit.fail()
    return render_form(request, "documents/reveal_unknown.html", context, invalid=200)
