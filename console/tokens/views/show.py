from dataclasses import replace

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse

from console.forms.change_forms import ChangeReasonForm
from console.tokens.rows import TokenRow
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
    """One token: whose, what for, until when, and what can be done about it."""
    one = TokenRef.from_request(request, workspace, service_id, client_id, token)
    return render_page(request, "tokens/show.html", one.context(one.read()))


@workspace_page(ConsolePermission.USERS)
@step_up
def reveal(
    request: ConsoleRequest,
    workspace: Workspace,
    service_id: int,
    client_id: int,
    token: str,
) -> HttpResponse:
    """Show whose a token is, to somebody who says why."""
    if not workspace.member.can(Effect.READ):
        raise PermissionDenied
    one = TokenRef.from_request(request, workspace, service_id, client_id, token)
    row = one.read()
    if not row.token.subject:
        raise Http404
    form = ChangeReasonForm(request.POST or None)
    status = 422 if form.errors else 200
    if form.is_valid():
        with idempotent(request, form, one.path()) as submit:
            if consume(workspace.member, REVEAL_LIMIT):
                told = _audit_fields(one, row, form)
                lookup = lookups.reveal_subject(workspace.member, row.token.subject, told)
                narrowed = replace(one, query=replace(one.query, lookup=lookup.pk, page=1))
                submit.result_url = narrowed.path()
                return redirect_to(request, submit.result_url)
            submit.fail()
        form.add_error(None, REVEAL_LIMIT.error_message)
        status = 429
    context = one.context(row, form=form)
    return render_page(request, "tokens/reveal.html", context, status=status)


def _audit_fields(ref: TokenRef, row: TokenRow, form: ChangeReasonForm) -> EventDetails:
    """What the record says about the token, which it does not name."""
    return EventDetails(
        region=ref.workspace.region.name,
        service=str(ref.service_id),
        client=str(ref.client_id),
        label=row.client,
        reason=form.cleaned_data["reason"],
        ticket=form.cleaned_data["ticket"],
    )
