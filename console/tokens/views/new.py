from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from pydantic import SecretStr

from console import once
from console.access import ConsoleRequest, Workspace, workspace_page
from console.budgets import REVEALS, spend
from console.editing.heading import heading
from console.page import answer
from console.stepup import step_up
from console.tokens.asked import Asked
from console.tokens.forms import NewForm
from console.tokens.making import Making
from console.tokens.names import Names
from tenants.authlete.documents.tokens import MadeToken
from tenants.authlete.editing import Written
from tenants.authlete.errors import AuthleteError, Outcome
from tenants.authlete.operation import Effect


@workspace_page(Effect.REVEAL)
@step_up
def new(request: ConsoleRequest, workspace: Workspace, service_id: int) -> HttpResponse:
    """Make a token that works at once, and show its value in this one response."""
    names = Names(workspace, service_id)
    service = workspace.authlete.service(service_id).get()
    form = NewForm(
        request.POST or None,
        service=service,
        names=names,
        initial={"client": Asked.of(request.GET).client},
    )
    context: dict[str, Any] = {
        "workspace": workspace,
        **heading(workspace, service_id),
        "form": form,
        "names": names.offered(),
        "once": once.fresh(),
    }
    status = 422 if form.errors else 200
    if form.is_valid():
        making = _making(workspace, service_id, form)
        path = _listed(workspace, service_id, making.client_id)
        if not once.claim(request, form):
            return once.again(request, form, path)
        if not spend(workspace.member, REVEALS):
            once.failed(request, form)
            form.add_error(None, REVEALS.refusal)
            return answer(request, "tokens/new.html", context, status=429)
        context |= {"making": making, "listed": path}
        context["client"] = names.of([making.client_id]).get(making.client_id, "")
        before = making.alike()
        try:
            written = making.make(
                reason=form.cleaned_data["reason"], ticket=form.cleaned_data["ticket"]
            )
        except AuthleteError as error:
            once.failed(request, form)
            context["failure"] = error
            if error.outcome is Outcome.UNKNOWN:
                context["found"] = making.new(before)
        else:
            once.settle(request, form, path)
            return _made(request, context, written)
    return answer(request, "tokens/new.html", context, status=status)


def _making(workspace: Workspace, service_id: int, form: NewForm) -> Making:
    data = form.cleaned_data
    return Making(
        workspace,
        service_id,
        data["grant_type"],
        data["client"],
        data["subject"],
        data["scopes"],
        data["lives"] or 0,
        data["refresh_lives"] or 0,
        form.pairs,
        data["access_value"],
        data["refresh_value"],
    )


def _made(
    request: ConsoleRequest, context: dict[str, Any], written: Written[MadeToken]
) -> HttpResponse:
    """The one response that holds the values; they are in no redirect and no store."""
    made, making = written.reply, context["making"]
    context |= {
        "made": made,
        "entry": written.entry,
        "brought": making.access_value,
        "brought_refresh": making.refresh_value,
        **_values(made, making),
    }
    response = answer(request, "tokens/made.html", context)
    response["Cache-Control"] = "no-store"
    return response


def _values(made: MadeToken, making: Making) -> dict[str, str]:
    """What is to be shown: nothing that was brought along is written back."""
    access = "" if making.access_value else _open(made.access_token)
    jwt = _open(made.jwt_access_token)
    return {
        "value": jwt or access,
        "inside": access if jwt else "",
        "refresh": "" if making.refresh_value else _open(made.refresh_token),
    }


def _open(value: SecretStr | None) -> str:
    return value.get_secret_value() if value else ""


def _listed(workspace: Workspace, service_id: int, client_id: int) -> str:
    """The list of the client's tokens."""
    place = workspace.organization.slug, workspace.region.name, service_id
    return reverse("tokens:index", args=place) + Asked(str(client_id)).query
