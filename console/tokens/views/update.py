"""The page that edits a token."""

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
    "Your changes or the token differ from what you reviewed. Nothing was saved. Review the"
    " changes again."
)


@workspace_page(Effect.CHANGE)
def update(
    request: ConsoleRequest,
    workspace: Workspace,
    service_id: int,
    client_id: int,
    token: str,
) -> HttpResponse:
    """Change scopes, expiry or properties of a token after a review."""
    ref = TokenRef.from_request(request, workspace, service_id, client_id, token)
    redirect_repeated(request, ref.path())
    row = ref.read()
    service = workspace.authlete.service(service_id).get()
    scopes = scope_names(service, row.token)
    fields = UpdateTokenForm(request.POST or None, token=row.token, scopes=scopes)
    is_review = "review" in request.POST or "reviewed" not in request.POST
    form = ReviewedChangeForm(None if is_review else request.POST)
    context: dict[str, Any] = {}
    if fields.is_valid() and (members := fields.update.members):
        redacted = workspace.authlete.redact(members)
        context = _review_context(row, redacted)
        if form.is_valid() and form.cleaned_data["reviewed"] != context["reviewed"]:
            messages.warning(request, REVIEW_OUTDATED)
        elif form.is_valid():
            try:
                with idempotent(request, form, ref.path()):
                    fields.update.send(ref.api(form), row.token, row.title)
                    _add_messages(request, ref, redacted)
                return redirect_to(request, ref.path())
            except AuthleteError as error:
                context |= {"failure": error} | _reread_context(ref, row, redacted, error)
    context |= {"fields": fields, "form": form}
    status = 422 if fields.errors or form.errors else 200
    return render_page(request, "tokens/update.html", ref.context(row, **context), status=status)


def _review_context(row: TokenRow, redacted: Mapping[str, Any]) -> dict[str, Any]:
    reviewed = {"token": row.token.model_dump(), "wanted": redacted}
    return {
        "changes": describe_changes(changes.list_changes(row.token, redacted), TOKEN_SETTINGS),
        "reviewed": review_digest(reviewed),
    }


def _add_messages(request: ConsoleRequest, ref: TokenRef, redacted: Mapping[str, Any]) -> None:
    """Fetch the token again, and report whether it has the changes."""
    try:
        token = ref.read().token
    except AuthleteError:
        text = _("The token was changed, but couldn't be loaded to verify the result.")
        messages.warning(request, text)
        return
    remaining = changes.list_changes(token, redacted)
    if dropped := changes.dropped_scopes(token, redacted):
        text = _("Authlete dropped scopes that this client may not use: %(scopes)s.")
        messages.warning(request, text % {"scopes": ", ".join(dropped)})
    if any(change.field != "scopes" for change in remaining):
        text = _("Some values differ from what you saved. Check the token.")
        messages.warning(request, text)
    if not remaining:
        messages.success(request, _("Token saved."))


def _reread_context(
    ref: TokenRef, row: TokenRow, redacted: Mapping[str, Any], error: AuthleteError
) -> dict[str, Any]:
    """Check whether a change with a lost response was applied."""
    if error.outcome is not Outcome.UNKNOWN:
        return {}
    try:
        was_applied = changes.was_applied(row.token, ref.read().token, redacted)
    except AuthleteError:
        was_applied = None
    return {"is_reread": True, "was_applied": was_applied}
