from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console.audit_log.change_descriptions import TOKEN_SETTINGS, describe_changes
from console.documents.request_preview import review_digest
from console.forms.change_forms import ReviewedChangeForm
from console.tokens import changes
from console.tokens.forms import scope_names
from console.tokens.rows import TokenRow
from console.tokens.token_ref import TokenRef
from console.tokens.update_forms import UpdateTokenForm
from console.web.access import ConsoleRequest, Workspace, workspace_page
from console.web.idempotency import idempotent, redirect_repeated
from console.web.responses import redirect_to, render_page
from tenants.authlete.errors import AuthleteError, Outcome
from tenants.authlete.operation import Effect

REVIEW_OUTDATED = gettext_lazy(
    "What you entered is not what you reviewed, or the token was changed meanwhile."
    " Nothing was saved; this is what would change now."
)


@workspace_page(Effect.CHANGE)
def update(
    request: ConsoleRequest,
    workspace: Workspace,
    service_id: int,
    client_id: int,
    token: str,
) -> HttpResponse:
    """Change scopes, times or properties of one token, once that was reviewed."""
    one = TokenRef.from_request(request, workspace, service_id, client_id, token)
    redirect_repeated(request, one.path())
    row = one.read()
    service = workspace.authlete.service(service_id).get()
    scopes = scope_names(service, row.token)
    form = UpdateTokenForm(request.POST or None, token=row.token, offered=scopes)
    reviewing = "review" in request.POST or "reviewed" not in request.POST
    why = ReviewedChangeForm(None if reviewing else request.POST)
    context: dict[str, Any] = {}
    if form.is_valid() and (wanted := form.update.members):
        seen = workspace.authlete.redact(wanted)
        context = _review_context(row, seen)
        if why.is_valid() and why.cleaned_data["reviewed"] != context["reviewed"]:
            messages.warning(request, REVIEW_OUTDATED)
        elif why.is_valid():
            try:
                with idempotent(request, why, one.path()):
                    form.update.send(one.api(why), row.token, row.title)
            except AuthleteError as error:
                context |= {"failure": error} | _reread_context(one, row, seen, error)
            else:
                _add_messages(request, one, seen)
                return redirect_to(request, one.path())
    context |= {"fields": form, "form": why}
    status = 422 if form.errors or why.errors else 200
    return render_page(request, "tokens/update.html", one.context(row, **context), status=status)


def _review_context(row: TokenRow, redacted: Mapping[str, Any]) -> dict[str, Any]:
    reviewed = {"token": row.token.model_dump(), "wanted": redacted}
    return {
        "changes": describe_changes(changes.list_changes(row.token, redacted), TOKEN_SETTINGS),
        "reviewed": review_digest(reviewed),
    }


def _add_messages(request: ConsoleRequest, ref: TokenRef, redacted: Mapping[str, Any]) -> None:
    """What came of it, by the token as it is read again."""
    try:
        now = ref.read().token
    except AuthleteError:
        said = _("Authlete took the change, and the token could not be read again.")
        messages.warning(request, said)
        return
    unlike = changes.list_changes(now, redacted)
    if lost := changes.dropped_scopes(now, redacted):
        said = _("Authlete dropped scopes that this client may not have: %(names)s.")
        messages.warning(request, said % {"names": ", ".join(lost)})
    if [one for one in unlike if one.field != "scopes"]:
        said = _("Authlete has something else than was asked for. Look at the token.")
        messages.warning(request, said)
    if not unlike:
        messages.success(request, _("Saved, and read again: it is as you asked."))


def _reread_context(
    ref: TokenRef, row: TokenRow, redacted: Mapping[str, Any], error: AuthleteError
) -> dict[str, Any]:
    """What the token tells of a change whose reply was lost."""
    if error.outcome is not Outcome.UNKNOWN:
        return {}
    try:
        came = changes.was_applied(row.token, ref.read().token, redacted)
    except AuthleteError:
        came = None
    return {"settled": True, "came": came}
