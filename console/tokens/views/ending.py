"""The end of one token: revoked, or taken out of the database."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from console import once
from console.access import ConsoleRequest, Workspace, workspace_page
from console.editing.forms import WhyForm
from console.once import OnceForm
from console.page import answer, go
from console.stepup import step_up
from console.tokens.one import One
from console.tokens.rows import Row
from tenants.authlete.errors import AuthleteError, NotFound, Outcome
from tenants.authlete.operation import Effect

GONE = gettext_lazy("The token was gone already.")


@workspace_page(Effect.DESTROY)
def revoke(
    request: ConsoleRequest,
    workspace: Workspace,
    service_id: int,
    client_id: int,
    token: str,
) -> HttpResponse:
    """End one token and its refresh token."""
    one = One.of(request, workspace, service_id, client_id, token)
    return _end(request, one, "revoke", _revoked)


@workspace_page(Effect.DESTROY)
@step_up
def remove(
    request: ConsoleRequest,
    workspace: Workspace,
    service_id: int,
    client_id: int,
    token: str,
) -> HttpResponse:
    """Take one token out of Authlete's database, its refresh token with it."""
    one = One.of(request, workspace, service_id, client_id, token)
    return _end(request, one, "remove", _removed)


def _revoked(one: One, row: Row, why: WhyForm) -> str:
    ended = one.tokens(why).revoke(row.token, label=row.title)
    if not ended:
        return _("Authlete revoked none: the token had ended before.")
    return ngettext(
        "Revoked: Authlete counts %(count)d token.",
        "Revoked: Authlete counts %(count)d tokens.",
        ended,
    ) % {"count": ended}


def _removed(one: One, row: Row, why: WhyForm) -> str:
    one.tokens(why).delete(row.token, label=row.title)
    return _("Deleted the token.")


def _end(
    request: ConsoleRequest,
    one: One,
    name: str,
    end: Callable[[One, Row, WhyForm], str],
) -> HttpResponse:
    # Asked before the token is read: by the second click it may be gone.
    sent = OnceForm(request.POST or None)
    if sent.is_valid() and once.known(request, sent):
        return once.again(request, sent, one.listed)
    try:
        row = one.read()
    except NotFound as error:
        is_astray = error.status is not None and not error.is_told
        if request.method != "POST" or is_astray:
            raise
        messages.info(request, GONE)
        return go(request, one.listed)
    why = WhyForm(request.POST or None)
    failure, left = None, None
    if why.is_valid():
        if not once.claim(request, why):
            return once.again(request, why, one.listed)
        try:
            messages.success(request, end(one, row, why))
            return once.came_to(request, why, one.listed)
        except AuthleteError as error:
            if isinstance(error, NotFound) and error.is_told:
                messages.info(request, GONE)
                return once.came_to(request, why, one.listed)
            once.failed(request, why)
            failure = error
            if error.outcome is Outcome.UNKNOWN:
                left = _left(one)
    context = one.context(row, form=why, once=once.fresh(), failure=failure, left=left)
    status = 422 if why.errors else 200
    return answer(request, f"tokens/{name}.html", context, status=status)


def _left(one: One) -> str:
    """What a list tells of a token whose end was asked for and not confirmed."""
    try:
        return one.read().state
    except NotFound:
        return "gone"
    except AuthleteError:
        return ""
