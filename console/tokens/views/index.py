"""Pages that list the tokens of a service and create one."""

from dataclasses import replace
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from pydantic import SecretStr

from console.documents.kinds import service_header_context
from console.tokens.client_names import ClientNames
from console.tokens.creation import TokenCreation
from console.tokens.forms import NewTokenForm
from console.tokens.listing import TokenListing, get_subject, list_tokens
from console.tokens.query import TokenQuery
from console.users import lookups
from console.users.lookups import SubjectForm
from console.web.access import ConsoleRequest, Workspace, workspace_page
from console.web.idempotency import idempotent
from console.web.rate_limits import REVEAL_LIMIT, SUBJECT_SEARCH_LIMIT, consume
from console.web.responses import redirect_to, render_form, render_page
from console.web.step_up import step_up
from tenants.authlete.api.tokens import MAX_PAGE_SIZE
from tenants.authlete.documents.tokens import CreatedToken
from tenants.authlete.edits import WriteResult
from tenants.authlete.errors import AuthleteError
from tenants.authlete.operation import Effect
from tenants.authlete.outcome import Outcome
from tenants.organizations.roles import ConsolePermission

STATE_LABELS: dict[str, str | Promise] = {
    "": _("All"),
    "valid": _("Valid"),
    "expired": _("Expired"),
}


@workspace_page(Effect.READ)
def index(request: ConsoleRequest, workspace: Workspace, service_id: int) -> HttpResponse:
    """List the tokens of a service; a subject to filter by is posted."""
    query = TokenQuery.from_url(request.GET)
    if request.method == "POST":
        return _look_up_subject(request, workspace, service_id, query)
    names = ClientNames(workspace, service_id)
    matches = names.find(query.client) if query.is_client_name else []
    if len(matches) == 1:
        return redirect_to(request, request.path + query.url(client=str(matches[0][0])))
    listing = TokenListing() if query.is_client_name else list_tokens(workspace, service_id, query)
    if listing.total and not listing.rows:
        last = replace(query, page=(listing.total - 1) // MAX_PAGE_SIZE + 1)
        return redirect_to(request, request.path + last.query)
    return _render(request, workspace, service_id, query, listing, matches)


def _look_up_subject(
    request: ConsoleRequest, workspace: Workspace, service_id: int, query: TokenQuery
) -> HttpResponse:
    """Redirect to the list of a subject's tokens, with the lookup's ID in the URL."""
    member, form = workspace.member, SubjectForm(request.POST)
    if form.is_valid():
        if not member.can(ConsolePermission.USERS):
            raise PermissionDenied
        if consume(member, SUBJECT_SEARCH_LIMIT, form, "subject"):
            lookup = lookups.create_lookup(member, form.cleaned_data["subject"])
            return redirect_to(request, request.path + query.url(lookup=lookup.pk))
    return _render(request, workspace, service_id, query, form=form)


def _render(
    request: ConsoleRequest,
    workspace: Workspace,
    service_id: int,
    query: TokenQuery,
    listing: TokenListing | None = None,
    matches: list[tuple[int, str]] | None = None,
    *,
    form: SubjectForm | None = None,
) -> HttpResponse:
    names = ClientNames(workspace, service_id)
    client_id = query.client_id
    context = {
        "workspace": workspace,
        "member": workspace.member,
        **service_header_context(workspace, service_id),
        "query": query,
        "listing": listing,
        "matches": [(query.url(client=str(pk)), name, pk) for pk, name in matches or ()],
        "form": form,
        "without": {"client": query.url(client=""), "subject": query.url(lookup=None)},
        "previous": query.previous,
        "next": query.next(listing.total) if listing else "",
        "states": [
            (label, query.url(state=state), query.state == state)
            for state, label in STATE_LABELS.items()
        ],
        "subject": get_subject(workspace, query) if query.lookup else "",
        "client": names.get_names([client_id]).get(client_id, "") if client_id else "",
        "client_names": names.suggestions(),
    }
    return render_form(request, "tokens/index.html", context, part="list")


@workspace_page(Effect.REVEAL)
@step_up
def new(request: ConsoleRequest, workspace: Workspace, service_id: int) -> HttpResponse:
    """Create a token, and show its value in this one response."""
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
        "client_names": names.suggestions(),
    }
    if form.is_valid():
        creation = _creation(workspace, service_id, form)
        client_id = creation.client_id
        slug, region = workspace.organization.slug, workspace.region.name
        list_path = reverse("tokens:index", args=[slug, region, service_id])
        list_path += TokenQuery(str(client_id)).query
        with idempotent(request, form, list_path) as submit:
            if not consume(workspace.member, REVEAL_LIMIT, form):
                submit.fail()
                return render_form(request, "tokens/new.html", context)
            context |= {
                "creation": creation,
                "list_path": list_path,
                "client": names.get_names([client_id]).get(client_id, ""),
            }
            similar = creation.list_similar()
            try:
                written = creation.create(**form.reason_fields)
                return _render_created(request, context, written)
            except AuthleteError as error:
                submit.fail()
                context["failure"] = error
                if error.outcome is Outcome.UNKNOWN:
                    context["possible_tokens"] = creation.find_created(similar)
    return render_form(request, "tokens/new.html", context)


def _creation(workspace: Workspace, service_id: int, form: NewTokenForm) -> TokenCreation:
    data = form.cleaned_data
    return TokenCreation(
        workspace,
        service_id,
        data["grant_type"],
        data["client"],
        data["subject"],
        data["scopes"],
        data["access_seconds"] or 0,
        data["refresh_seconds"] or 0,
        form.property_list,
        data["access_value"],
        data["refresh_value"],
    )


def _render_created(
    request: ConsoleRequest, context: dict[str, Any], written: WriteResult[CreatedToken]
) -> HttpResponse:
    """Render the one response that holds the values."""
    token, creation = written.reply, context["creation"]
    context |= {
        "token": token,
        "entry": written.entry_id,
        "is_imported": creation.access_value,
        "is_refresh_imported": creation.refresh_value,
        **_shown_values(token, creation),
    }
    response = render_page(request, "tokens/created.html", context)
    response["Cache-Control"] = "no-store"
    return response


def _shown_values(token: CreatedToken, creation: TokenCreation) -> dict[str, str]:
    """Return the values to show, without imported ones."""
    access = "" if creation.access_value else _plain(token.access_token)
    jwt = _plain(token.jwt_access_token)
    return {
        "value": jwt or access,
        "inner_value": access if jwt else "",
        "refresh": "" if creation.refresh_value else _plain(token.refresh_token),
    }


def _plain(value: SecretStr | None) -> str:
    return value.get_secret_value() if value else ""
