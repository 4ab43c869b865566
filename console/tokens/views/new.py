from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from pydantic import SecretStr

from console.documents.service_header import service_header_context
from console.tokens.client_names import ClientNames
from console.tokens.creation import TokenCreation
from console.tokens.forms import NewTokenForm
from console.tokens.query import TokenQuery
from console.web.access import ConsoleRequest, Workspace, workspace_page
from console.web.idempotency import idempotent
from console.web.rate_limits import REVEAL_LIMIT, consume
from console.web.responses import render_page
from console.web.step_up import step_up
from tenants.authlete.documents.tokens import CreatedToken
from tenants.authlete.edits import WriteResult
from tenants.authlete.errors import AuthleteError, Outcome
from tenants.authlete.operation import Effect


@workspace_page(Effect.REVEAL)
@step_up
def new(request: ConsoleRequest, workspace: Workspace, service_id: int) -> HttpResponse:
    """Make a token that works at once, and show its value in this one response."""
    names = ClientNames(workspace, service_id)
    service = workspace.authlete.service(service_id).get()
    form = NewTokenForm(
        request.POST or None,
        service=service,
        client_names=names,
        initial={"client": TokenQuery.from_url(request.GET).client},
    )
    context: dict[str, Any] = {
        "workspace": workspace,
        **service_header_context(workspace, service_id),
        "form": form,
        "names": names.suggestions(),
    }
    status = 422 if form.errors else 200
    if form.is_valid():
        making = _creation(workspace, service_id, form)
        path = _list_path(workspace, service_id, making.client_id)
        with idempotent(request, form, path) as submit:
            if not consume(workspace.member, REVEAL_LIMIT):
                submit.fail()
                form.add_error(None, REVEAL_LIMIT.error_message)
                return render_page(request, "tokens/new.html", context, status=429)
            context |= {"making": making, "listed": path}
            context["client"] = names.get_names([making.client_id]).get(making.client_id, "")
            before = making.list_similar()
            try:
                written = making.create(
                    reason=form.cleaned_data["reason"], ticket=form.cleaned_data["ticket"]
                )
                return _render_created(request, context, written)
            except AuthleteError as error:
                submit.fail()
                context["failure"] = error
                if error.outcome is Outcome.UNKNOWN:
                    context["found"] = making.find_created(before)
    return render_page(request, "tokens/new.html", context, status=status)


def _creation(workspace: Workspace, service_id: int, form: NewTokenForm) -> TokenCreation:
    data = form.cleaned_data
    return TokenCreation(
        workspace,
        service_id,
        data["grant_type"],
        data["client"],
        data["subject"],
        data["scopes"],
        data["lives"] or 0,
        data["refresh_lives"] or 0,
        form.property_list,
        data["access_value"],
        data["refresh_value"],
    )


def _render_created(
    request: ConsoleRequest, context: dict[str, Any], written: WriteResult[CreatedToken]
) -> HttpResponse:
    """The one response that holds the values; they are in no redirect and no store."""
    made, making = written.reply, context["making"]
    context |= {
        "made": made,
        "entry": written.entry_id,
        "brought": making.access_value,
        "brought_refresh": making.refresh_value,
        **_shown_values(made, making),
    }
    response = render_page(request, "tokens/made.html", context)
    response["Cache-Control"] = "no-store"
    return response


def _shown_values(token: CreatedToken, creation: TokenCreation) -> dict[str, str]:
    """What is to be shown: nothing that was brought along is written back."""
    access = "" if creation.access_value else _plain(token.access_token)
    jwt = _plain(token.jwt_access_token)
    return {
        "value": jwt or access,
        "inside": access if jwt else "",
        "refresh": "" if creation.refresh_value else _plain(token.refresh_token),
    }


def _plain(value: SecretStr | None) -> str:
    return value.get_secret_value() if value else ""


def _list_path(workspace: Workspace, service_id: int, client_id: int) -> str:
    """The list of the client's tokens."""
    place = workspace.organization.slug, workspace.region.name, service_id
    return reverse("tokens:index", args=place) + TokenQuery(str(client_id)).query
