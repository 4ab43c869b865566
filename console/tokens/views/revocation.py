"""The end of one token: revoked, or taken out of the database."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from console.forms.change_forms import ChangeReasonForm
from console.tokens.rows import TokenRow
from console.tokens.token_ref import TokenRef
from console.web.access import ConsoleRequest, Workspace, workspace_page
from console.web.idempotency import idempotent, redirect_repeated
from console.web.responses import redirect_to, render_page
from console.web.step_up import step_up
from tenants.authlete.errors import AuthleteError, NotFoundError, Outcome
from tenants.authlete.operation import Effect

ALREADY_GONE = gettext_lazy("The token was gone already.")


@workspace_page(Effect.DESTROY)
def revoke(
    request: ConsoleRequest,
    workspace: Workspace,
    service_id: int,
    client_id: int,
    token: str,
) -> HttpResponse:
    """End one token and its refresh token."""
    one = TokenRef.from_request(request, workspace, service_id, client_id, token)
    return _run_action(request, one, "revoke", _revoke_token)


@workspace_page(Effect.DESTROY)
@step_up
def delete(
    request: ConsoleRequest,
    workspace: Workspace,
    service_id: int,
    client_id: int,
    token: str,
) -> HttpResponse:
    """Take one token out of Authlete's database, its refresh token with it."""
    one = TokenRef.from_request(request, workspace, service_id, client_id, token)
    return _run_action(request, one, "remove", _delete_token)


def _revoke_token(ref: TokenRef, row: TokenRow, form: ChangeReasonForm) -> str:
    ended = ref.api(form).revoke(row.token, label=row.title)
    if not ended:
        return _("Authlete revoked none: the token had ended before.")
    return ngettext(
        "Revoked: Authlete counts %(count)d token.",
        "Revoked: Authlete counts %(count)d tokens.",
        ended,
    ) % {"count": ended}


def _delete_token(ref: TokenRef, row: TokenRow, form: ChangeReasonForm) -> str:
    ref.api(form).delete(row.token, label=row.title)
    return _("Deleted the token.")


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
        is_astray = error.status is not None and not error.is_from_authlete
        if request.method != "POST" or is_astray:
            raise
        messages.info(request, ALREADY_GONE)
        return redirect_to(request, ref.list_path)
    why = ChangeReasonForm(request.POST or None)
    failure, left = None, None
    if why.is_valid():
        try:
            with idempotent(request, why, ref.list_path):
                messages.success(request, action(ref, row, why))
            return redirect_to(request, ref.list_path)
        except AuthleteError as error:
            if isinstance(error, NotFoundError) and error.is_from_authlete:
                messages.info(request, ALREADY_GONE)
                return redirect_to(request, ref.list_path)
            failure = error
            if error.outcome is Outcome.UNKNOWN:
                left = _reread_state(ref)
    context = ref.context(row, form=why, failure=failure, left=left)
    status = 422 if why.errors else 200
    return render_page(request, f"tokens/{name}.html", context, status=status)


def _reread_state(ref: TokenRef) -> str:
    """What a list tells of a token whose end was asked for and not confirmed."""
    try:
        return ref.read().state
    except NotFoundError:
        return "gone"
    except AuthleteError:
        return ""
