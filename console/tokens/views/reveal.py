from dataclasses import replace

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse

from console import lookups, once
from console.access import ConsoleRequest, Workspace, workspace_page
from console.budgets import REVEALS, spend
from console.editing.forms import WhyForm
from console.page import answer
from console.stepup import step_up
from console.tokens.one import One
from console.tokens.rows import Row
from tenants.audit.notes import Told
from tenants.authlete.operation import Effect
from tenants.roles import Right


@workspace_page(Right.DESK)
@step_up
def reveal(
    request: ConsoleRequest,
    workspace: Workspace,
    service_id: int,
    client_id: int,
    token: str,
) -> HttpResponse:
    """Show whose a token is, to somebody who says why."""
    if not workspace.member.may(Effect.READ):
        raise PermissionDenied
    one = One.of(request, workspace, service_id, client_id, token)
    row = one.read()
    if not row.token.subject:
        raise Http404
    form = WhyForm(request.POST or None)
    status = 422 if form.errors else 200
    if form.is_valid():
        if not once.claim(request, form):
            return once.again(request, form, one.path())
        if spend(workspace.member, REVEALS):
            told = _told(one, row, form)
            lookup = lookups.reveal(workspace.member, row.token.subject, told)
            narrowed = replace(one, asked=replace(one.asked, lookup=lookup.pk, page=1))
            return once.came_to(request, form, narrowed.path())
        once.failed(request, form)
        form.add_error(None, REVEALS.refusal)
        status = 429
    context = one.context(row, form=form, once=once.fresh())
    return answer(request, "tokens/reveal.html", context, status=status)


def _told(one: One, row: Row, form: WhyForm) -> Told:
    """What the record says about the token, which it does not name."""
    return Told(
        region=one.workspace.region.name,
        service=str(one.service_id),
        client=str(one.client_id),
        label=row.client,
        reason=form.cleaned_data["reason"],
        ticket=form.cleaned_data["ticket"],
    )
