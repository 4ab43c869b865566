"""The key sets of a service: read, and changed key by key."""

from django.http import HttpResponse

from console.documents.kinds import service_target
from console.forms.change_forms import DeletionForm
from console.keys.hsm.operations import list_used_kids
from console.keys.jwks.forms import NewJwkForm, VersionForm
from console.keys.jwks.generation import generate_key
from console.keys.jwks.key_sets import (
    KeySet,
    add_key,
    find_missing_key_settings,
    load_key_sets,
    move_key,
    remove_key,
)
from console.keys.jwks.pages import (
    change_key_set,
    jwks_path,
    load_key_set_page,
)
from console.keys.rollover.actions import list_active
from console.keys.rollover.signing_settings import find_jwk_settings, list_unset_labels
from console.web.access import ConsoleRequest, Workspace, workspace_page
from console.web.idempotency import redirect_repeated
from console.web.responses import redirect_to, render_page
from console.web.step_up import step_up
from tenants.authlete.documents.service import Service
from tenants.authlete.operation import Effect


@workspace_page(Effect.READ)
def jwks(request: ConsoleRequest, workspace: Workspace, service_id: int) -> HttpResponse:
    """The keys in the sets of a service, and what signs with each."""
    target = service_target(workspace, service_id)
    service = workspace.authlete.service(service_id).get()
    sets = [(keys, _rollable_indexes(service, keys)) for keys in load_key_sets(service)]
    context = target.context(service) | {
        "sets": sets,
        "is_whole": "modifiedAt" in service.to_dict(),  # not by rights on clients alone
        "elsewhere": find_missing_key_settings(service),
        "rollovers": list_active(target),
    }
    return render_page(request, "keys/jwks.html", context)


@workspace_page(Effect.CHANGE)
def new_jwk(request: ConsoleRequest, workspace: Workspace, service_id: int) -> HttpResponse:
    """Have a new key in a set; its private part is seen by Authlete alone."""
    redirect_repeated(request, jwks_path(workspace, service_id))
    page = load_key_set_page(request, workspace, service_id)
    form = NewJwkForm(
        request.POST or None,
        keys=page.keys,
        used_kids=list_used_kids(page.service),
        version=page.service.modified_at,
    )

    def edited() -> str:
        key = generate_key(form.cleaned_data["alg"], form.cleaned_data["kid"])
        return add_key(page.keys.text, key)

    names = list_unset_labels(page.service, page.keys)
    return change_key_set(request, page, "new_jwk", form, edited, unnamed=names)


@workspace_page(Effect.DESTROY)
@step_up
def remove_jwk(request: ConsoleRequest, workspace: Workspace, service_id: int) -> HttpResponse:
    """What breaks without a key; then take it out, its ID typed."""
    redirect_repeated(request, jwks_path(workspace, service_id))
    page = load_key_set_page(request, workspace, service_id)
    if (row := page.row) is None:
        return redirect_to(request, page.path)
    name = row.summary.kid or row.summary.thumbprint or str(row.index + 1)
    sent = None if row.uses else request.POST or None
    form = DeletionForm(sent, name=name, version=page.service.modified_at)

    def edited() -> str:
        return remove_key(page.keys.text, row.index)

    names = list_unset_labels(page.service, page.keys, row)
    rollovers = [one for one in list_active(page.target, name) if one.member == page.keys.member]
    more = {"typed": name, "unnamed": names, "rollovers": rollovers}
    return change_key_set(request, page, "remove_jwk", form, edited, **more)


@workspace_page(Effect.CHANGE)
def move_jwk(request: ConsoleRequest, workspace: Workspace, service_id: int) -> HttpResponse:
    """Put a key in another place of its set."""
    redirect_repeated(request, jwks_path(workspace, service_id))
    page = load_key_set_page(request, workspace, service_id)
    row, to = page.row, request.GET.get("to", "")
    if row is None or to not in {str(one.index) for one in page.keys.rows}:
        return redirect_to(request, page.path)
    form = VersionForm(request.POST or None, version=page.service.modified_at)
    after = [one for one in page.keys.rows if one is not row]
    after.insert(int(to), row)

    def edited() -> str:
        return move_key(page.keys.text, row.index, int(to))

    return change_key_set(request, page, "move_jwk", form, edited, after=after)


def _rollable_indexes(service: Service, keys: KeySet) -> set[int]:
    """The places of the keys that sign, and that a new key can take over from."""
    return {
        row.index
        for row in keys.rows
        if row.can_roll_over and find_jwk_settings(service, keys.member, row)
    }
