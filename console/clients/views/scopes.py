from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console import once
from console.access import ConsoleRequest, Workspace, workspace_page
from console.clients.forms import ScopesForm
from console.clients.kind import target_of
from console.clients.scopes import Limit, offered, unknown
from console.editing.forms import MadeForm
from console.editing.history import APART
from console.editing.kind import Target
from console.editing.restoring import Left, not_put_back
from console.editing.sending import mark
from console.page import answer
from console.sentences import CLIENT, sentence, sentences
from tenants.audit.lost.objects import LIMIT
from tenants.audit.models import AuditEntry
from tenants.authlete.changes import Change
from tenants.authlete.errors import AuthleteError
from tenants.authlete.operation import Effect

CHANGED = gettext_lazy(
    "What you chose is not what you reviewed, or someone changed it meanwhile. Nothing"
    " was saved; this is what would change now."
)


@workspace_page(Effect.CHANGE)
def scopes(
    request: ConsoleRequest, workspace: Workspace, service_id: int, client_id: int
) -> HttpResponse:
    """Let a client ask for any scope, for none, or for exactly some."""
    target = target_of(workspace, service_id, client_id)
    client = target.api().get()
    service = workspace.authlete.service(service_id).get()
    now = _now(workspace, service_id, client_id)
    undone = _undone(target, request.GET.get("undo", ""))
    then = undone.before(LIMIT) if undone else now
    known = offered([*(now or ()), *(then or ())], service)
    choice = ScopesForm(request.POST or None, offered=known)
    if not choice.is_bound:
        if undone and (gone := unknown(then, service)):
            messages.warning(request, not_put_back([_gone(gone)]))
            then = [one for one in then or () if one not in gone] or now
        choice.initial = {
            "limit": "any" if then is None else "these" if then else "none",
            "scope": list(then or ()),
        }
    context = target.context(client)
    asked = None if "review" in request.POST else request.POST or None
    told = {"reason": request.GET.get("reason", "")[:400]}
    why = MadeForm(asked if "reviewed" in request.POST else None, initial=told)
    reviewed, failure = "", None
    if choice.is_valid() and not _same(choice.wanted, now):
        reviewed = mark({"now": now, "wanted": choice.wanted})
        if why.is_valid() and why.cleaned_data["reviewed"] != reviewed:
            messages.warning(request, CHANGED)
        elif why.is_valid():
            path = target.path("show")
            if not once.claim(request, why):
                return once.again(request, why, path)
            try:
                _save(request, target, context["name"], choice.wanted, now, why)
                return once.came_to(request, why, path)
            except AuthleteError as error:
                once.failed(request, why)
                failure = error
    context |= {
        "service": service,
        "now": now,
        "unknown": unknown(now, service),
        "scopes": known,
        "choice": choice,
        "ticked": set(choice["scope"].value() or ()),
        "form": why,
        "reviewed": reviewed,
        "changes": _told(now, choice.wanted) if reviewed else (),
        "once": once.fresh(),
        "failure": failure,
    }
    return answer(request, "clients/scopes.html", context)


def _undone(target: Target, entry: str) -> AuditEntry | None:
    """An earlier choice that is to be taken back, if one is named."""
    own = AuditEntry.objects.filter(**target.at, operation__in=APART)
    return own.filter(entry=entry).first() if entry else None


def _gone(names: Iterable[str]) -> Left:
    why = _("The service does not have these scopes any more: %(names)s.")
    label = sentence(Change(LIMIT, None, None), CLIENT).label
    return Left(label, LIMIT, why % {"names": ", ".join(names)})


def _now(workspace: Workspace, service_id: int, client_id: int) -> Limit:
    client = workspace.authlete.service(service_id).client(client_id)
    return client.requestable_scopes().requestable_scopes


def _same(wanted: Limit, now: Limit) -> bool:
    if wanted is None or now is None:
        return wanted is now
    return set(wanted) == set(now)


def _told(now: Limit, wanted: Limit) -> Any:
    return sentences([Change(LIMIT, now, wanted)], CLIENT)


def _save(
    request: ConsoleRequest,
    target: Target,
    name: str,
    wanted: Limit,
    now: Limit,
    why: MadeForm,
) -> None:
    workspace = target.workspace
    authlete = workspace.member.connect(
        workspace.region.name,
        reason=why.cleaned_data["reason"],
        ticket=why.cleaned_data["ticket"],
    )
    client = authlete.service(target.service_id).client(target.client_id, name)
    if wanted is None:
        client.open_requestable_scopes(now)
        said = _("%(name)s may ask for any scope of the service now.")
        messages.success(request, said % {"name": name})
        return
    stored = client.set_requestable_scopes(wanted, now).requestable_scopes
    if stored is None:
        said = _(
            "Authlete answered that %(name)s may still ask for any scope. Look at it"
            " once more."
        )
        messages.warning(request, said % {"name": name})
        return
    if dropped := sorted(set(wanted) - set(stored)):
        said = _("Authlete dropped what the service does not have: %(names)s.")
        messages.warning(request, said % {"names": ", ".join(dropped)})
    said = (
        _("%(name)s may ask for exactly these now: %(names)s.")
        if stored
        else _("%(name)s may ask for no scope now.")
    )
    messages.success(request, said % {"name": name, "names": ", ".join(stored)})
