from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext_lazy

from console import once
from console.access import ConsoleRequest, Workspace, workspace_page
from console.clients import choosing, starting
from console.clients.archetypes import ARCHETYPES, Archetype
from console.clients.fitting import Misfit, misfits
from console.clients.forms import edits_of, new_form
from console.clients.making import make
from console.clients.paths import client_path, listed_path, new_path
from console.clients.secrets import uses
from console.clients.starting import Entered, Start
from console.editing import overview
from console.editing.forms import MadeForm
from console.editing.known import remember_client
from console.editing.making import reason_again
from console.editing.sending import mark, pretty
from console.page import answer, go
from console.sentences import CLIENT, sentences
from console.stepup import step_up
from tenants.authlete.documents.client import SECTIONS, Client
from tenants.authlete.documents.client.rules import findings
from tenants.authlete.documents.service import Service
from tenants.authlete.errors import AuthleteError
from tenants.authlete.operation import Effect
from tenants.connect import fingerprint

GONE = gettext_lazy(
    "What you entered is not kept here any more, or was another person's. Nothing was"
    " made; enter it anew."
)
CHANGED = gettext_lazy(
    "The service or the original was changed while you were reviewing. Nothing was"
    " made; this is what would be made now."
)


@workspace_page(Effect.CHANGE)
def new(request: ConsoleRequest, workspace: Workspace, service_id: int) -> HttpResponse:
    """Choose what a new client starts as, then enter what only you know of it."""
    kept = starting.find(workspace, service_id, request.GET.get("new", ""))
    start = kept.start if kept else Start.of(request.GET.dict())
    into = choosing.elsewhere(workspace, request.GET.get("into", ""))
    if start and into:
        return go(request, into + start.query)
    service = workspace.authlete.service(service_id).get()
    context = {"workspace": workspace, "service": service, "start": start}
    if start is None:
        context |= _choices(request, workspace, service)
        return answer(request, "clients/new.html", context)
    begun = starting.begin(workspace, service, start)
    form = new_form(
        begun,
        _place(workspace, service_id, start),
        request.POST if request.method == "POST" else None,
        dict(kept.edits) if kept else None,
    )
    if form.is_valid():
        key = starting.keep(workspace, service_id, Entered(start, edits_of(form)))
        return go(request, new_path("create", workspace, service_id, key))
    context |= {
        "begun": begun,
        "form": form,
        "misfits": misfits(begun.document, service),
        "homes": choosing.homes(workspace, service) if begun.copy else [],
    }
    return answer(request, "clients/new.html", context)


@workspace_page(Effect.CHANGE)
@step_up
def create(
    request: ConsoleRequest, workspace: Workspace, service_id: int
) -> HttpResponse:
    """What would be made, whole; then make it, and show its secret this once."""
    key = request.GET.get("new", "")
    why = MadeForm(request.POST or None)
    listed = listed_path(workspace, service_id)
    if why.is_valid() and once.known(request, why):
        return once.again(request, why, listed)
    entered = starting.find(workspace, service_id, key)
    if entered is None:
        messages.warning(request, GONE)
        return go(request, new_path("new", workspace, service_id))
    service = workspace.authlete.service(service_id).get()
    begun = starting.begin(workspace, service, entered.start)
    if begun.again:
        why.initial = {"reason": reason_again(entered.start.again)}
    client = begun.made(entered.edits)
    whole = Client.model_validate({"clientId": 0, **client})
    failure = None
    reviewed = mark(workspace.authlete.seen(client))
    if why.is_valid() and why.cleaned_data["reviewed"] != reviewed:
        messages.warning(request, CHANGED)
    elif why.is_valid():
        if not once.claim(request, why):
            return once.again(request, why, listed)
        try:
            response = _created(request, workspace, service, client, why)
            starting.drop(workspace, service_id, key)
            return response
        except AuthleteError as error:
            once.failed(request, why)
            failure = error
    context = {
        "workspace": workspace,
        "service": service,
        "key": key,
        "begun": begun,
        "client": client,
        "form": why,
        "once": once.fresh(),
        "reviewed": reviewed,
        "failure": failure,
        "misfits": misfits(client, service),
        "findings": findings(client),
        "uses": uses(whole),
        "groups": overview.told(SECTIONS, whole, set_only=True),
        "unknown": sorted(client.keys() - CLIENT.keys()),
        "body": pretty(workspace.authlete.seen(client)),
    }
    return answer(request, "clients/create.html", context)


def _created(
    request: ConsoleRequest,
    workspace: Workspace,
    service: Service,
    client: dict[str, Any],
    why: MadeForm,
) -> HttpResponse:
    """The one response that holds the secret; it is in no redirect and no store."""
    authlete = workspace.member.connect(
        workspace.region.name,
        reason=why.cleaned_data["reason"],
        ticket=why.cleaned_data["ticket"],
    )
    made = make(authlete, service.api_key, client)
    path = client_path("show", workspace, service.api_key, made.client_id)
    once.settle(request, why, path)
    if made.client:
        remember_client(
            workspace.organization, authlete.region, service.api_key, made.client
        )
    found = made.client or Client.model_validate({"clientId": 0, **client})
    context = {
        "workspace": workspace,
        "service": service,
        "made": made,
        "client": found,
        "shown": made.secret.get_secret_value() if made.secret and uses(found) else "",
        "mark": fingerprint(made.secret).mark if made.secret else "",
        "name": client.get("clientName") or str(made.client_id),
        "path": path,
        "surprises": sentences(made.surprises, CLIENT),
    }
    response = answer(request, "clients/made.html", context)
    response["Cache-Control"] = "no-store"
    return response


def _choices(
    request: ConsoleRequest, workspace: Workspace, service: Service
) -> dict[str, Any]:
    """What a new client can start as, and how far the service is ready for each."""
    kinds = [
        {"slug": slug, "kind": one, "misfits": _failing(one, service)}
        for slug, one in ARCHETYPES.items()
    ]
    homes = choosing.homes(workspace, service)
    asked = request.GET.get("q", "")[:200]
    place = request.GET.get("from", "")
    home = next((one for one in homes if one.place == place), homes[0])
    found = choosing.find(workspace, home, asked) if "from" in request.GET else None
    return {"kinds": kinds, "homes": homes, "home": home, "q": asked, "found": found}


def _failing(archetype: Archetype, service: Service) -> list[Misfit]:
    found = misfits(archetype.client(service), service)
    return [one for one in found if one.fails]


def _place(workspace: Workspace, service_id: int, start: Start) -> str:
    """Names what a form was opened on, so that no other takes what was seen there."""
    where = f"{workspace.organization.pk}/{workspace.region.name}/{service_id}"
    return f"{where}/new/{start.query}"
