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
from console.web import idempotency
from console.web.access import ConsoleRequest, Workspace, workspace_page
from console.web.idempotency import IdempotentForm
from console.web.responses import render_page
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
    # Asked before the token is read: by the second click it is another.
    sent = IdempotentForm(request.POST or None)
    if sent.is_valid() and idempotency.is_used(request, sent):
        return idempotency.redirect_repeat(request, sent, one.path())
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
            if not idempotency.acquire(request, why):
                return idempotency.redirect_repeat(request, why, one.path())
            try:
                form.update.send(one.api(why), row.token, row.title)
            except AuthleteError as error:
                idempotency.mark_failed(request, why)
                context |= {"failure": error} | _reread_context(one, row, seen, error)
            else:
                _add_messages(request, one, seen)
                return idempotency.finish(request, why, one.path())
    context |= {"fields": form, "form": why, "once": idempotency.new_key()}
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
