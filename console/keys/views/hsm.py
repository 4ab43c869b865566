from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _

from console.forms.change_forms import DeletionForm
from console.keys.hsm import operations
from console.keys.hsm.algorithms import GROUPS
from console.keys.hsm.forms import NewHsmKeyForm
from console.keys.hsm.keys import HsmKey, HsmPage, keys_path, load_hsm_page
from console.keys.hsm.operations import CreatedHsmKey, LostReply, list_set_kids
from console.keys.rollover.actions import list_active
from console.keys.rollover.signing_settings import find_hsm_settings
from console.web.access import ConsoleRequest, Workspace, workspace_page
from console.web.idempotency import idempotent, redirect_repeated
from console.web.responses import redirect_to, render_page
from console.web.step_up import step_up
from tenants.authlete.errors import AuthleteError
from tenants.authlete.operation import Effect


@workspace_page(Effect.READ)
def hsm_keys(request: ConsoleRequest, workspace: Workspace, service_id: int) -> HttpResponse:
    """The keys of a service that are in hardware modules, and what signs with them."""
    place = load_hsm_page(workspace, service_id)
    context = place.context() | {
        "rollovers": list_active(place.target),
        "rolls": _rollable_handles(place) if workspace.member.can(Effect.DESTROY) else (),
    }
    return render_page(request, "keys/hsm_keys.html", context)


@workspace_page(Effect.READ)
def show_hsm_key(
    request: ConsoleRequest, workspace: Workspace, service_id: int, handle: str
) -> HttpResponse:
    """One key in hardware: its public half, and what signs with it."""
    place = load_hsm_page(workspace, service_id)
    if place.key_list.disabled_by:  # the list tells who can switch it on
        return redirect_to(request, keys_path("hsm", workspace, service_id))
    kept = place.get_key(handle)
    context = place.context() | {
        "kept": kept,
        "can_roll": handle in _rollable_handles(place),
        "rollovers": list_active(place.target, kept.key.kid),
    }
    return render_page(request, "keys/show_hsm_key.html", context)


def _rollable_handles(page: HsmPage) -> set[str]:
    """The handles of the keys that sign, and that a new key can take over from."""
    taken = list_set_kids(page.service)
    return {
        one.key.handle
        for one in page.key_list.keys
        if one.can_roll_over and one.key.kid not in taken and find_hsm_settings(page.service, one)
    }


@workspace_page(Effect.CHANGE)
def new_hsm_key(request: ConsoleRequest, workspace: Workspace, service_id: int) -> HttpResponse:
    """Make a key in a hardware module; what goes together is one choice."""
    listed = keys_path("hsm", workspace, service_id)
    place = load_hsm_page(workspace, service_id)
    if place.key_list.disabled_by:  # the list tells who can switch it on
        return redirect_to(request, listed)
    form = NewHsmKeyForm(request.POST or None, used_kids=operations.list_used_kids(place.service))
    failure = lost = None
    if form.is_valid():
        try:
            with idempotent(request, form, listed) as submit:
                found = _create_key(place, form)
                if isinstance(found, CreatedHsmKey):
                    submit.result_url = _created_path(request, place, found)
                    return redirect_to(request, submit.result_url)
                lost = found
                submit.fail()
        except AuthleteError as error:
            failure = error
    context = place.context() | {
        "form": form,
        "groups": GROUPS,
        "failure": failure,
        "lost": lost,
    }
    return render_page(request, "keys/new_hsm_key.html", context)


def _create_key(page: HsmPage, form: NewHsmKeyForm) -> CreatedHsmKey | LostReply:
    workspace, asked = page.target.workspace, form.cleaned_data
    authlete = workspace.member.connect(
        workspace.region.name, reason=asked["reason"], ticket=asked["ticket"]
    )
    return operations.create_key(page.api(authlete), asked)


def _created_path(request: ConsoleRequest, page: HsmPage, key: CreatedHsmKey) -> str:
    """The path of the new key, or of the list where it was not told which it is."""
    if key.is_reconciled:
        said = _("Authlete's answer was lost. Its list has the key, so it was made.")
        messages.warning(request, said)
    else:
        messages.success(request, _("Made the key in hardware."))
    at = (page.target.workspace, page.target.service_id)
    if key.handle:
        return keys_path("show_hsm", *at, key.handle)
    return keys_path("hsm", *at)


@workspace_page(Effect.DESTROY)
@step_up
def delete_hsm_key(
    request: ConsoleRequest, workspace: Workspace, service_id: int, handle: str
) -> HttpResponse:
    """What breaks without a key in hardware; then destroy it, its name typed.

    Refused while the service signs with it.
    """
    listed = keys_path("hsm", workspace, service_id)
    redirect_repeated(request, listed)
    place = load_hsm_page(workspace, service_id)
    if place.key_list.disabled_by:  # the list tells who can switch it on
        return redirect_to(request, listed)
    kept = place.get_key(handle)
    version = place.service.modified_at
    form = DeletionForm(request.POST or None, name=kept.name, version=version)
    failure = lost = None
    if form.is_valid() and not kept.uses:
        try:
            with idempotent(request, form, listed) as submit:
                lost = _delete_key(request, place, kept, form)
                if lost is None:
                    return redirect_to(request, listed)
                submit.fail()
        except AuthleteError as error:
            failure = error
    context = place.context() | {
        "kept": kept,
        "rollovers": list_active(place.target, kept.key.kid),
        "form": form,
        "failure": failure,
        "lost": lost,
    }
    return render_page(request, "keys/delete_hsm_key.html", context)


def _delete_key(
    request: ConsoleRequest, page: HsmPage, hsm_key: HsmKey, form: DeletionForm
) -> LostReply | None:
    """Nothing once it is gone."""
    workspace = page.target.workspace
    authlete = workspace.member.connect(
        workspace.region.name,
        reason=form.cleaned_data["reason"],
        ticket=form.cleaned_data["ticket"],
    )
    keys = page.api(authlete)
    found = operations.delete_key(keys, hsm_key.key.handle, hsm_key.name)
    if isinstance(found, LostReply):
        return found
    if found:
        said = _("Destroyed %(name)s in its module.") % {"name": hsm_key.name}
        messages.success(request, said)
    else:
        messages.info(request, _("The key was gone already."))
    return None
