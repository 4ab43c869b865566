"""Pages that show a token and reveal its subject."""

from dataclasses import replace

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse

from console.forms.change_forms import ChangeReasonForm
from console.tokens.token_ref import TokenRef
from console.users import lookups
from console.web.access import ConsoleRequest, Workspace, workspace_page
from console.web.idempotency import idempotent
from console.web.rate_limits import REVEAL_LIMIT, consume
from console.web.responses import redirect_to, render_page
from console.web.step_up import step_up
from tenants.audit.recorder import EventDetails
from tenants.authlete.operation import Effect
from tenants.organizations.roles import ConsolePermission


@workspace_page(Effect.READ)
def show(
    request: ConsoleRequest,
    workspace: Workspace,
    service_id: int,
    client_id: int,
    token: str,
) -> HttpResponse:
    """Show one token."""
    ref = TokenRef.from_request(request, workspace, service_id, client_id, token)
    return render_page(request, "tokens/show.html", ref.context(ref.read()))


@workspace_page(ConsolePermission.USERS)
@step_up
def reveal(
    request: ConsoleRequest,
    workspace: Workspace,
    service_id: int,
    client_id: int,
    token: str,
) -> HttpResponse:
    """Reveal the subject of a token to a member who gives a reason."""
    if not workspace.member.can(Effect.READ):
        raise PermissionDenied
    ref = TokenRef.from_request(request, workspace, service_id, client_id, token)
    row = ref.read()
    subject = row.token.subject
    if not subject:
        raise Http404
    form = ChangeReasonForm(request.POST or None)
    status = 422 if form.errors else 200
    if form.is_valid():
        with idempotent(request, form, ref.path()) as submit:
            if consume(workspace.member, REVEAL_LIMIT):
                audit_fields = EventDetails(
                    region=workspace.region.name,
                    service=str(service_id),
                    client=str(client_id),
                    label=row.client,
                    reason=form.cleaned_data["reason"],
                    ticket=form.cleaned_data["ticket"],
                )
                lookup = lookups.reveal_subject(workspace.member, subject, audit_fields)
                query = replace(ref.query, lookup=lookup.pk, page=1)
                submit.result_url = replace(ref, query=query).path()
                return redirect_to(request, submit.result_url)
            submit.fail()
        form.add_error(None, REVEAL_LIMIT.error_message)
        status = 429
    context = ref.context(row, form=form)
    return render_page(request, "tokens/reveal.html", context, status=status)
