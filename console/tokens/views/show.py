"""Pages of one token: overview, update, revocation and deletion."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from console.audit_log.change_descriptions import TOKEN_SETTINGS, describe_changes
from console.documents.request_preview import review_digest
from console.forms.change_forms import ChangeReasonForm, ReviewedChangeForm
from console.tokens import update_forms
from console.tokens.forms import scope_names
from console.tokens.listing import TokenRow
from console.tokens.token_ref import TokenRef
from console.tokens.update_forms import UpdateTokenForm
from console.users import lookups
from console.web.access import ConsoleRequest, Workspace, workspace_page
from console.web.idempotency import idempotent, redirect_repeated
from console.web.rate_limits import REVEAL_LIMIT, consume
from console.web.responses import redirect_to, render_form, render_page
from console.web.step_up import step_up
from tenants.authlete.errors import AuthleteError, NotFoundError
from tenants.authlete.operation import Effect
from tenants.authlete.outcome import Outcome
from tenants.crypto.fingerprints import get_draft_redactor
from tenants.organizations.roles import ConsolePermission


@workspace_page(Effect.READ)
def show(
    request: ConsoleRequest, workspace: Workspace, service_id: int, client_id: int, token: str
) -> HttpResponse:
    """Show one token."""
    ref = TokenRef.from_request(request, workspace, service_id, client_id, token)
    return render_page(request, "tokens/show.html", ref.context(ref.read()))


@workspace_page(ConsolePermission.USERS)
@step_up
def reveal(
    request: ConsoleRequest, workspace: Workspace, service_id: int, client_id: int, token: str
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
    if form.is_valid():
        with idempotent(request, form, ref.path()) as submit:
            if consume(workspace.member, REVEAL_LIMIT, form):
                lookup = lookups.reveal_subject(
                    workspace.member,
                    subject=subject,
                    region=workspace.region.name,
                    service=str(service_id),
                    client=str(client_id),
                    label=row.client,
                    **form.reason_fields,
                )
                query = replace(ref.query, lookup=lookup.pk, page=1)
                submit.result_url = replace(ref, query=query).path()
                return redirect_to(request, submit.result_url)
            submit.fail()
    return render_form(request, "tokens/reveal.html", ref.context(row, form=form))


REVIEW_OUTDATED = gettext_lazy(
    "Your changes or the token differ from what you reviewed. Nothing was saved. Review the"
    " changes again."
)


@workspace_page(Effect.CHANGE)
def update(
    request: ConsoleRequest, workspace: Workspace, service_id: int, client_id: int, token: str
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
        tokens = workspace.authlete.service(service_id).tokens
        redacted = tokens.redact_fields(row.token.access_token_hash, members)
        entered = get_draft_redactor(workspace.member.user.pk, ref.path()).redact(members)
        context = _review_context(row, entered)
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
        "changes": describe_changes(update_forms.list_changes(row.token, redacted), TOKEN_SETTINGS),
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
    remaining = update_forms.list_changes(token, redacted)
    if dropped := update_forms.dropped_scopes(token, redacted):
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
        was_applied = update_forms.was_applied(row.token, ref.read().token, redacted)
    except AuthleteError:
        was_applied = None
    return {"is_reread": True, "was_applied": was_applied}


@workspace_page(Effect.DESTROY)
def revoke(
    request: ConsoleRequest, workspace: Workspace, service_id: int, client_id: int, token: str
) -> HttpResponse:
    """Revoke a token and its refresh token."""
    ref = TokenRef.from_request(request, workspace, service_id, client_id, token)
    return _run_action(request, ref, "revoke", _revoke_token)


@workspace_page(Effect.DESTROY)
@step_up
def delete(
    request: ConsoleRequest, workspace: Workspace, service_id: int, client_id: int, token: str
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
    return render_form(request, f"tokens/{name}.html", context)


def _reread_state(ref: TokenRef) -> str:
    """Return the token's state after a lost response: "gone" or "" if unknown."""
    try:
        return ref.read().state
    except NotFoundError:
        return "gone"
    except AuthleteError:
        return ""
