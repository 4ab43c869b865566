"""Pages about the key sets of a service."""

from typing import cast

from django.http import HttpResponse

from console.documents.kinds import service_target
from console.forms.change_forms import DeletionForm
from console.history.outages import read_document
from console.keys.hsm.keys import keys_path
from console.keys.jwks.forms import NewJwkForm, VersionForm
from console.keys.jwks.key_sets import (
    KeySet,
    add_key,
    find_missing_key_settings,
    list_used_kids,
    load_key_sets,
    move_key,
    remove_key,
)
from console.keys.jwks.pages import change_key_set, load_key_set_page
from console.keys.rollover.actions import list_active
from console.keys.rollover.signing_settings import find_jwk_settings, list_unset_labels
from console.web.access import ConsoleRequest, Workspace, workspace_page
from console.web.idempotency import redirect_repeated
from console.web.responses import redirect_to, render_page
from console.web.step_up import step_up
from tenants.authlete.documents.jwks.generation import generate_key
from tenants.authlete.documents.service import Service
from tenants.authlete.operation import Effect


@workspace_page(Effect.READ)
def jwks(request: ConsoleRequest, workspace: Workspace, service_id: int) -> HttpResponse:
    """List the keys of a service's key sets with the settings that use them."""
    reading = read_document(service_target(workspace, service_id))
    service = cast(Service, reading.document)
    context = reading.context | {
        "sets": [(keys, _rollable_indexes(service, keys)) for keys in load_key_sets(service)],
        "is_full_document": "modifiedAt" in service.to_dict(),
        "missing": find_missing_key_settings(service),
        "rollovers": list_active(reading.target),
    }
    return render_page(request, "keys/jwks.html", context)


@workspace_page(Effect.CHANGE)
@step_up
def new_jwk(request: ConsoleRequest, workspace: Workspace, service_id: int) -> HttpResponse:
    """Generate a key and add it to a key set."""
    list_path = keys_path("jwks", workspace, service_id)
    redirect_repeated(request, list_path)
    page = load_key_set_page(request, workspace, service_id)
    form = NewJwkForm(
        request.POST or None,
        keys=page.keys,
        used_kids=list_used_kids(page.service),
        version=page.service.modified_at,
    )

    def make_text() -> str:
        key = generate_key(form.cleaned_data["alg"], form.cleaned_data["kid"])
        return add_key(page.keys.text, key)

    labels = list_unset_labels(page.service, page.keys)
    return change_key_set(request, page, "new_jwk", form, make_text, unset_labels=labels)


@workspace_page(Effect.DESTROY)
@step_up
def remove_jwk(request: ConsoleRequest, workspace: Workspace, service_id: int) -> HttpResponse:
    """Show the impact of removing a key, and remove it once its ID was typed."""
    list_path = keys_path("jwks", workspace, service_id)
    redirect_repeated(request, list_path)
    page = load_key_set_page(request, workspace, service_id)
    if (row := page.row) is None:
        return redirect_to(request, list_path)
    name = row.summary.kid or row.summary.thumbprint or str(row.index + 1)
    data = None if row.uses else request.POST or None
    form = DeletionForm(data, name=name, version=page.service.modified_at)
    return change_key_set(
        request,
        page,
        "remove_jwk",
        form,
        lambda: remove_key(page.keys.text, row.index),
        typed=name,
        unset_labels=list_unset_labels(page.service, page.keys, row),
        rollovers=list_active(page.target, name).filter(member=page.keys.member),
    )


@workspace_page(Effect.CHANGE)
@step_up
def move_jwk(request: ConsoleRequest, workspace: Workspace, service_id: int) -> HttpResponse:
    """Move a key to another position of its key set."""
    list_path = keys_path("jwks", workspace, service_id)
    redirect_repeated(request, list_path)
    page = load_key_set_page(request, workspace, service_id)
    row, to = page.row, request.GET.get("to", "")
    if row is None or to not in {str(key_set_row.index) for key_set_row in page.keys.rows}:
        return redirect_to(request, list_path)
    form = VersionForm(request.POST or None, version=page.service.modified_at)
    reordered = [other_row for other_row in page.keys.rows if other_row is not row]
    reordered.insert(int(to), row)
    return change_key_set(
        request,
        page,
        "move_jwk",
        form,
        lambda: move_key(page.keys.text, row.index, int(to)),
        reordered=reordered,
    )


def _rollable_indexes(service: Service, keys: KeySet) -> set[int]:
    """Return the indexes of keys that sign and can be replaced by a new key."""
    return {
        row.index
        for row in keys.rows
        if row.can_roll_over and find_jwk_settings(service, keys.member, row)
    }
