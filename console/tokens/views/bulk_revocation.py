"""The end of all tokens of a client, of a subject, or of a subject at a client."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from console.documents.service_header import service_header_context
from console.tokens.bulk_revocation import (
    BulkRevokeForm,
    RevocationTarget,
    sign_preview,
)
from console.users import lookups
from console.users.lookups import OpenLookup
from console.web.access import ConsoleRequest, Workspace, workspace_page
from console.web.idempotency import idempotent, redirect_repeated
from console.web.responses import redirect_to, render_page
from console.web.step_up import step_up
from tenants.authlete.documents.client import Client
from tenants.authlete.errors import AuthleteError
from tenants.authlete.operation import Effect
from tenants.organizations.roles import ConsolePermission


@workspace_page(Effect.DESTROY)
@step_up
def revoke_client(
    request: ConsoleRequest, workspace: Workspace, service_id: int, client_id: int
) -> HttpResponse:
    """Count every token of a client, of all its users; then end them."""
    client = _get_client(workspace, service_id, client_id)
    whose = RevocationTarget(workspace, service_id, client)
    return _preview_or_revoke(request, whose, "tokens/revoke_client.html")


@workspace_page(Effect.DESTROY)
@step_up
def revoke_subject(
    request: ConsoleRequest, workspace: Workspace, service_id: int, lookup: UUID
) -> HttpResponse:
    """The same of one subject, at all clients of the service."""
    whose = RevocationTarget(workspace, service_id, lookup=_get_lookup(workspace, lookup))
    return _preview_or_revoke(request, whose, "tokens/revoke_subject.html")


@workspace_page(Effect.DESTROY)
@step_up
def revoke_pair(
    request: ConsoleRequest,
    workspace: Workspace,
    service_id: int,
    lookup: UUID,
    client_id: int,
) -> HttpResponse:
    """The same of one subject at one client."""
    found = _get_lookup(workspace, lookup)
    client = _get_client(workspace, service_id, client_id)
    whose = RevocationTarget(workspace, service_id, client, found)
    return _preview_or_revoke(request, whose, "tokens/revoke_pair.html")


def _get_client(workspace: Workspace, service_id: int, client_id: int) -> Client:
    return workspace.authlete.service(service_id).client(client_id).get()


def _get_lookup(workspace: Workspace, lookup: UUID) -> OpenLookup:
    if not workspace.member.can(ConsolePermission.USERS):
        raise PermissionDenied
    return lookups.get_lookup(workspace.member, lookup)


def _preview_or_revoke(
    request: ConsoleRequest, target: RevocationTarget, template: str
) -> HttpResponse:
    redirect_repeated(request, target.list_path)
    form = BulkRevokeForm(request.POST or None, target=target)
    failure = None
    if form.is_valid():
        try:
            with idempotent(request, form, target.list_path):
                ended = target.revoke(form)
        except AuthleteError as error:
            failure = error
        else:
            _add_result_message(request, target, ended, *form.cleaned_data["counted"])
            return redirect_to(request, target.list_path)
    try:
        counted, uncounted = target.count(), None
    except AuthleteError as error:
        counted, uncounted = None, error
    context = {
        "workspace": target.workspace,
        **service_header_context(target.workspace, target.service_id),
        "whose": target,
        "client": target.client,
        "counted": counted,
        "uncounted": uncounted,
        "carried": sign_preview(target, counted) if counted else "",
        "form": form,
        "failure": failure,
    }
    return render_page(request, template, context, status=422 if form.errors else 200)


def _add_result_message(
    request: ConsoleRequest,
    target: RevocationTarget,
    revoked_count: int,
    valid: int,
    expired: int,
) -> None:
    """How many ended, against how many were previewed and how many are left."""
    said = ngettext(
        "Authlete counts %(count)d token that it revoked;"
        " the preview counted %(valid)d that worked and %(expired)d that had expired.",
        "Authlete counts %(count)d tokens that it revoked;"
        " the preview counted %(valid)d that worked and %(expired)d that had expired.",
        revoked_count,
    ) % {"count": revoked_count, "valid": valid, "expired": expired}
    try:
        left = target.count().valid
    except AuthleteError:
        messages.warning(request, f"{said} {_('They could not be counted again.')}")
        return
    if left:
        more = ngettext(
            "Counted again, %(count)d works: it may have been issued meanwhile.",
            "Counted again, %(count)d work: they may have been issued meanwhile.",
            left,
        ) % {"count": left}
        messages.warning(request, f"{said} {more}")
    elif revoked_count < valid:
        messages.warning(request, f"{said} {_('Counted again, none works.')}")
    else:
        messages.success(request, f"{said} {_('Counted again, none works.')}")
