"""Pages that revoke or delete one token."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from console.forms.change_forms import ChangeReasonForm
from console.tokens.rows import TokenRow
from console.tokens.token_ref import TokenRef
from console.web.access import ConsoleRequest, Workspace, workspace_page
from console.web.idempotency import idempotent, redirect_repeated
from console.web.responses import redirect_to, render_page
from console.web.step_up import step_up
from tenants.authlete.errors import AuthleteError, NotFoundError, Outcome
from tenants.authlete.operation import Effect


@workspace_page(Effect.DESTROY)
def revoke(
    request: ConsoleRequest,
    workspace: Workspace,
    service_id: int,
    client_id: int,
    token: str,
) -> HttpResponse:
    """Revoke a token and its refresh token."""
    ref = TokenRef.from_request(request, workspace, service_id, client_id, token)
    return _run_action(request, ref, "revoke", _revoke_token)


@workspace_page(Effect.DESTROY)
@step_up
def delete(
    request: ConsoleRequest,
    workspace: Workspace,
    service_id: int,
    client_id: int,
    token: str,
) -> HttpResponse:
    """Delete a token and its refresh token from Authlete's database."""
    ref = TokenRef.from_request(request, workspace, service_id, client_id, token)
    return _run_action(request, ref, "delete", _delete_token)


def _revoke_token(ref: TokenRef, row: TokenRow, form: ChangeReasonForm) -> str:
    count = ref.api(form).revoke(row.token, label=row.title)
    if not count:
        return _("Nothing was revoked: the token had already expired or been revoked.")
    return ngettext("%(count)d token revoked.", "%(count)d tokens revoked.", count) % {
        "count": count
    }


def _delete_token(ref: TokenRef, row: TokenRow, form: ChangeReasonForm) -> str:
    ref.api(form).delete(row.token, label=row.title)
    return _("Token deleted.")


def _run_action(
    request: ConsoleRequest,
    ref: TokenRef,
    name: str,
    action: Callable[[TokenRef, TokenRow, ChangeReasonForm], str],
) -> HttpResponse:
    redirect_repeated(request, ref.list_path)
    try:
        row = ref.read()
    except NotFoundError as error:
        is_gateway_error = error.status is not None and not error.is_from_authlete
        if request.method != "POST" or is_gateway_error:
            raise
        messages.info(request, _("The token no longer exists."))
        return redirect_to(request, ref.list_path)
    form = ChangeReasonForm(request.POST or None)
    failure, state_after = None, None
    if form.is_valid():
        try:
            with idempotent(request, form, ref.list_path):
                try:
                    messages.success(request, action(ref, row, form))
                except NotFoundError as error:
                    if not error.is_from_authlete:
                        raise
                    messages.info(request, _("The token no longer exists."))
            return redirect_to(request, ref.list_path)
        except AuthleteError as error:
            failure = error
            if error.outcome is Outcome.UNKNOWN:
                state_after = _reread_state(ref)
    context = ref.context(row, form=form, failure=failure, state_after=state_after)
    status = 422 if form.errors else 200
    return render_page(request, f"tokens/{name}.html", context, status=status)


def _reread_state(ref: TokenRef) -> str:
    """Return the token's state after a lost response: "gone" or "" if unknown."""
    try:
        return ref.read().state
    except NotFoundError:
        return "gone"
    except AuthleteError:
        return ""
