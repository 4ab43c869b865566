"""Pages that revoke all tokens of a client, a user, or a user at a client."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from console.documents.kinds import service_header_context
from console.tokens.bulk_revocation import BulkRevokeForm, RevocationTarget, sign_preview
from console.users import lookups
from console.users.lookups import OpenLookup
from console.web.access import ConsoleRequest, Workspace, workspace_page
from console.web.idempotency import catch_failure, idempotent, redirect_repeated
from console.web.responses import redirect_to, render_form
from console.web.step_up import step_up
from tenants.authlete.errors import AuthleteError
from tenants.authlete.operation import Effect
from tenants.organizations.roles import ConsolePermission


@workspace_page(Effect.DESTROY)
@step_up
def revoke_client(
    request: ConsoleRequest, workspace: Workspace, service_id: int, client_id: int
) -> HttpResponse:
    """Preview and revoke all tokens of a client."""
    client = workspace.authlete.service(service_id).client(client_id).get()
    target = RevocationTarget(workspace, service_id, client)
    return _preview_or_revoke(request, target, "tokens/revoke_client.html")


@workspace_page(Effect.DESTROY)
@step_up
def revoke_subject(
    request: ConsoleRequest, workspace: Workspace, service_id: int, lookup: UUID
) -> HttpResponse:
    """Preview and revoke all tokens of a user."""
    target = RevocationTarget(workspace, service_id, lookup=_get_lookup(workspace, lookup))
    return _preview_or_revoke(request, target, "tokens/revoke_subject.html")


@workspace_page(Effect.DESTROY)
@step_up
def revoke_pair(
    request: ConsoleRequest, workspace: Workspace, service_id: int, lookup: UUID, client_id: int
) -> HttpResponse:
    """Preview and revoke all tokens of a user at a client."""
    open_lookup = _get_lookup(workspace, lookup)
    client = workspace.authlete.service(service_id).client(client_id).get()
    target = RevocationTarget(workspace, service_id, client, open_lookup)
    return _preview_or_revoke(request, target, "tokens/revoke_pair.html")


def _get_lookup(workspace: Workspace, lookup: UUID) -> OpenLookup:
    if not workspace.member.can(ConsolePermission.USERS):
        raise PermissionDenied
    return lookups.get_lookup(workspace.member, lookup)


def _preview_or_revoke(
    request: ConsoleRequest, target: RevocationTarget, template: str
) -> HttpResponse:
    redirect_repeated(request, target.list_path)
    form = BulkRevokeForm(request.POST or None, target=target)
    if form.is_valid():
        with catch_failure(form), idempotent(request, form, target.list_path):
            revoked = target.revoke(form)
            _add_result_message(request, target, revoked, *form.cleaned_data["counted"])
            return redirect_to(request, target.list_path)
    try:
        count, count_error = target.count(), None
    except AuthleteError as error:
        count, count_error = None, error
    context = {
        "workspace": target.workspace,
        **service_header_context(target.workspace, target.service_id),
        "target": target,
        "client": target.client,
        "count": count,
        "count_error": count_error,
        "preview": sign_preview(target, count) if count else "",
        "form": form,
    }
    return render_form(request, template, context)


def _add_result_message(
    request: ConsoleRequest, target: RevocationTarget, revoked: int, valid: int, expired: int
) -> None:
    """Compare the revoked tokens with the preview and with the tokens that are left."""
    text = ngettext(
        "Authlete revoked %(count)d token (preview: %(valid)d valid, %(expired)d expired).",
        "Authlete revoked %(count)d tokens (preview: %(valid)d valid, %(expired)d expired).",
        revoked,
    ) % {"count": revoked, "valid": valid, "expired": expired}
    try:
        remaining = target.count().valid
    except AuthleteError:
        messages.warning(request, f"{text} {_('The check afterwards failed.')}")
        return
    if remaining:
        more = ngettext(
            "%(count)d token is still valid. It may have been issued meanwhile.",
            "%(count)d tokens are still valid. They may have been issued meanwhile.",
            remaining,
        ) % {"count": remaining}
        messages.warning(request, f"{text} {more}")
        return
    add = messages.warning if revoked < valid else messages.success
    add(request, f"{text} {_('No valid token is left.')}")
