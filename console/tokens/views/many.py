"""The end of all tokens of a client, of a subject, or of a subject at a client."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from console import lookups, once
from console.access import ConsoleRequest, Workspace, workspace_page
from console.editing.heading import heading
from console.lookups import Found
from console.once import OnceForm
from console.page import answer
from console.stepup import step_up
from console.tokens.previewed import RevokeForm, carried
from console.tokens.whose import Whose
from tenants.authlete.documents.client import Client
from tenants.authlete.errors import AuthleteError
from tenants.authlete.operation import Effect
from tenants.roles import Right


@workspace_page(Effect.DESTROY)
@step_up
def revoke_client(
    request: ConsoleRequest, workspace: Workspace, service_id: int, client_id: int
) -> HttpResponse:
    """Count every token of a client, of all its users; then end them."""
    client = _client(workspace, service_id, client_id)
    whose = Whose(workspace, service_id, client)
    return _revoke(request, whose, "tokens/revoke_client.html")


@workspace_page(Effect.DESTROY)
@step_up
def revoke_subject(
    request: ConsoleRequest, workspace: Workspace, service_id: int, lookup: UUID
) -> HttpResponse:
    """The same of one subject, at all clients of the service."""
    whose = Whose(workspace, service_id, found=_found(workspace, lookup))
    return _revoke(request, whose, "tokens/revoke_subject.html")


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
    found = _found(workspace, lookup)
    client = _client(workspace, service_id, client_id)
    whose = Whose(workspace, service_id, client, found)
    return _revoke(request, whose, "tokens/revoke_pair.html")


def _client(workspace: Workspace, service_id: int, client_id: int) -> Client:
    return workspace.authlete.service(service_id).client(client_id).get()


def _found(workspace: Workspace, lookup: UUID) -> Found:
    if not workspace.member.may(Right.DESK):
        raise PermissionDenied
    return lookups.opened(workspace.member, lookup)


def _revoke(request: ConsoleRequest, whose: Whose, template: str) -> HttpResponse:
    sent = OnceForm(request.POST or None)
    if sent.is_valid() and once.known(request, sent):
        return once.again(request, sent, whose.listed)
    form = RevokeForm(request.POST or None, whose=whose)
    failure = None
    if form.is_valid():
        if not once.claim(request, form):
            return once.again(request, form, whose.listed)
        try:
            ended = whose.revoke(form)
        except AuthleteError as error:
            once.failed(request, form)
            failure = error
        else:
            _say(request, whose, ended, *form.cleaned_data["counted"])
            return once.came_to(request, form, whose.listed)
    try:
        counted, uncounted = whose.count(), None
    except AuthleteError as error:
        counted, uncounted = None, error
    context = {
        "workspace": whose.workspace,
        **heading(whose.workspace, whose.service_id),
        "whose": whose,
        "client": whose.client,
        "counted": counted,
        "uncounted": uncounted,
        "carried": carried(whose, counted) if counted else "",
        "form": form,
        "once": once.fresh(),
        "failure": failure,
    }
    return answer(request, template, context, status=422 if form.errors else 200)


def _say(
    request: ConsoleRequest, whose: Whose, ended: int, valid: int, expired: int
) -> None:
    """How many ended, against how many were previewed and how many are left."""
    said = ngettext(
        "Authlete counts %(count)d token that it revoked;"
        " the preview counted %(valid)d that worked and %(expired)d that had expired.",
        "Authlete counts %(count)d tokens that it revoked;"
        " the preview counted %(valid)d that worked and %(expired)d that had expired.",
        ended,
    ) % {"count": ended, "valid": valid, "expired": expired}
    try:
        left = whose.count().valid
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
    elif ended < valid:
        messages.warning(request, f"{said} {_('Counted again, none works.')}")
    else:
        messages.success(request, f"{said} {_('Counted again, none works.')}")
