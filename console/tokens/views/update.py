from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console import once
from console.access import ConsoleRequest, Workspace, workspace_page
from console.editing.forms import MadeForm
from console.editing.sending import mark
from console.once import OnceForm
from console.page import answer
from console.sentences import TOKEN, sentences
from console.tokens import changing
from console.tokens.forms import offered
from console.tokens.one import One
from console.tokens.rows import Row
from console.tokens.update_forms import UpdateForm
from tenants.authlete.errors import AuthleteError, Outcome
from tenants.authlete.operation import Effect

CHANGED = gettext_lazy(
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
    one = One.of(request, workspace, service_id, client_id, token)
    # Asked before the token is read: by the second click it is another.
    sent = OnceForm(request.POST or None)
    if sent.is_valid() and once.known(request, sent):
        return once.again(request, sent, one.path())
    row = one.read()
    service = workspace.authlete.service(service_id).get()
    scopes = offered(service, row.token)
    form = UpdateForm(request.POST or None, token=row.token, offered=scopes)
    reviewing = "review" in request.POST or "reviewed" not in request.POST
    why = MadeForm(None if reviewing else request.POST)
    context: dict[str, Any] = {}
    if form.is_valid() and (wanted := form.wanted.members):
        seen = workspace.authlete.seen(wanted)
        context = _review(row, seen)
        if why.is_valid() and why.cleaned_data["reviewed"] != context["reviewed"]:
            messages.warning(request, CHANGED)
        elif why.is_valid():
            if not once.claim(request, why):
                return once.again(request, why, one.path())
            try:
                form.wanted.send(one.tokens(why), row.token, row.title)
            except AuthleteError as error:
                once.failed(request, why)
                context |= {"failure": error} | _settled(one, row, seen, error)
            else:
                _say(request, one, seen)
                return once.came_to(request, why, one.path())
    context |= {"fields": form, "form": why, "once": once.fresh()}
    status = 422 if form.errors or why.errors else 200
    return answer(
        request, "tokens/update.html", one.context(row, **context), status=status
    )


def _review(row: Row, seen: Mapping[str, Any]) -> dict[str, Any]:
    reviewed = {"token": row.token.model_dump(), "wanted": seen}
    return {
        "changes": sentences(changing.changes(row.token, seen), TOKEN),
        "reviewed": mark(reviewed),
    }


def _say(request: ConsoleRequest, one: One, seen: Mapping[str, Any]) -> None:
    """What came of it, by the token as it is read again."""
    try:
        now = one.read().token
    except AuthleteError:
        said = _("Authlete took the change, and the token could not be read again.")
        messages.warning(request, said)
        return
    unlike = changing.changes(now, seen)
    if lost := changing.dropped(now, seen):
        said = _("Authlete dropped scopes that this client may not have: %(names)s.")
        messages.warning(request, said % {"names": ", ".join(lost)})
    if [one for one in unlike if one.field != "scopes"]:
        said = _("Authlete has something else than was asked for. Look at the token.")
        messages.warning(request, said)
    if not unlike:
        messages.success(request, _("Saved, and read again: it is as you asked."))


def _settled(
    one: One, row: Row, seen: Mapping[str, Any], error: AuthleteError
) -> dict[str, Any]:
    """What the token tells of a change whose reply was lost."""
    if error.outcome is not Outcome.UNKNOWN:
        return {}
    try:
        came = changing.came(row.token, one.read().token, seen)
    except AuthleteError:
        came = None
    return {"settled": True, "came": came}
