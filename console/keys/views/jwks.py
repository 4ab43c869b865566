"""The key sets of a service: read, and changed key by key."""

from django.http import HttpResponse

from console.access import ConsoleRequest, Workspace, workspace_page
from console.editing.forms import RemoveForm
from console.editing.services import target_of
from console.keys.actions import taken
from console.keys.generating import made
from console.keys.pages import again, change, opened
from console.keys.rolling import under_way
from console.keys.set_forms import NewKeyForm, VersionForm
from console.keys.sets import KeySet, added, elsewhere, key_sets, moved, without
from console.keys.signing import signings, unnamed
from console.page import answer, go
from console.stepup import step_up
from tenants.authlete.documents.service import Service
from tenants.authlete.operation import Effect


@workspace_page(Effect.READ)
def jwks(
    request: ConsoleRequest, workspace: Workspace, service_id: int
) -> HttpResponse:
    """The keys in the sets of a service, and what signs with each."""
    target = target_of(workspace, service_id)
    service = workspace.authlete.service(service_id).get()
    sets = [(keys, _rolls(service, keys)) for keys in key_sets(service)]
    context = target.context(service) | {
        "sets": sets,
        "is_whole": "modifiedAt" in service.wire(),  # not by rights on clients alone
        "elsewhere": elsewhere(service),
        "rollovers": under_way(target),
    }
    return answer(request, "keys/jwks.html", context)


@workspace_page(Effect.CHANGE)
def new_jwk(
    request: ConsoleRequest, workspace: Workspace, service_id: int
) -> HttpResponse:
    """Have a new key in a set; its private part is seen by Authlete alone."""
    if done := again(request, workspace, service_id):
        return done
    page = opened(request, workspace, service_id)
    form = NewKeyForm(
        request.POST or None,
        keys=page.keys,
        taken=taken(page.service),
        version=page.service.modified_at,
    )

    def edited() -> str:
        key = made(form.cleaned_data["alg"], form.cleaned_data["kid"])
        return added(page.keys.text, key)

    names = unnamed(page.service, page.keys)
    return change(request, page, "new_jwk", form, edited, unnamed=names)


@workspace_page(Effect.DESTROY)
@step_up
def remove_jwk(
    request: ConsoleRequest, workspace: Workspace, service_id: int
) -> HttpResponse:
    """What breaks without a key; then take it out, its ID typed."""
    if done := again(request, workspace, service_id):
        return done
    page = opened(request, workspace, service_id)
    if (row := page.row) is None:
        return go(request, page.path)
    name = row.line.kid or row.line.thumbprint or str(row.at + 1)
    sent = None if row.uses else request.POST or None
    form = RemoveForm(sent, name=name, version=page.service.modified_at)

    def edited() -> str:
        return without(page.keys.text, row.at)

    names = unnamed(page.service, page.keys, row)
    rollovers = [
        one for one in under_way(page.target, name) if one.member == page.keys.member
    ]
    more = {"typed": name, "unnamed": names, "rollovers": rollovers}
    return change(request, page, "remove_jwk", form, edited, **more)


@workspace_page(Effect.CHANGE)
def move_jwk(
    request: ConsoleRequest, workspace: Workspace, service_id: int
) -> HttpResponse:
    """Put a key in another place of its set."""
    if done := again(request, workspace, service_id):
        return done
    page = opened(request, workspace, service_id)
    row, to = page.row, request.GET.get("to", "")
    if row is None or to not in {str(one.at) for one in page.keys.rows}:
        return go(request, page.path)
    form = VersionForm(request.POST or None, version=page.service.modified_at)
    after = [one for one in page.keys.rows if one is not row]
    after.insert(int(to), row)

    def edited() -> str:
        return moved(page.keys.text, row.at, int(to))

    return change(request, page, "move_jwk", form, edited, after=after)


def _rolls(service: Service, keys: KeySet) -> set[int]:
    """The places of the keys that sign, and that a new key can take over from."""
    return {
        row.at
        for row in keys.rows
        if row.can_roll and signings(service, keys.member, row)
    }
