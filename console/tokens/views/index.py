"""The page that lists the tokens of a service."""

from dataclasses import replace

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from console.documents.kinds import service_header_context
from console.tokens.client_names import ClientNames
from console.tokens.listing import TokenListing, get_subject, list_tokens
from console.tokens.query import TokenQuery
from console.users import lookups
from console.users.lookups import SubjectForm
from console.web.access import ConsoleRequest, Workspace, workspace_page
from console.web.rate_limits import SUBJECT_SEARCH_LIMIT, consume
from console.web.responses import redirect_to, render_page
from tenants.authlete.api.tokens import MAX_PAGE_SIZE
from tenants.authlete.operation import Effect
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
    status = 422
    if form.is_valid():
        if not member.can(ConsolePermission.USERS):
            raise PermissionDenied
        if consume(member, SUBJECT_SEARCH_LIMIT):
            lookup = lookups.create_lookup(member, form.cleaned_data["subject"])
            return redirect_to(request, request.path + query.url(lookup=lookup.pk))
        form.add_error("subject", SUBJECT_SEARCH_LIMIT.error_message)
        status = 429
    return _render(request, workspace, service_id, query, None, form=form, status=status)


def _render(
    request: ConsoleRequest,
    workspace: Workspace,
    service_id: int,
    query: TokenQuery,
    listing: TokenListing | None,
    matches: list[tuple[int, str]] | None = None,
    *,
    form: SubjectForm | None = None,
    status: int = 200,
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
    return render_page(request, "tokens/index.html", context, part="list", status=status)
