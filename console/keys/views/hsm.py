"""Pages about a service's keys in hardware security modules (HSMs)."""

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _

from console.forms.change_forms import ChangeReasonForm, DeletionForm
from console.keys.hsm import operations
from console.keys.hsm.forms import NewHsmKeyForm
from console.keys.hsm.keys import HsmPage, keys_path, load_hsm_page, read_hsm_page
from console.keys.hsm.operations import ALGORITHM_GROUPS, LostReplyError
from console.keys.jwks.key_sets import list_set_kids, list_used_kids
from console.keys.rollover.actions import list_active
from console.keys.rollover.signing_settings import find_hsm_settings
from console.web.access import ConsoleRequest, Workspace, workspace_page
from console.web.idempotency import idempotent, redirect_repeated
from console.web.responses import redirect_to, render_page
from console.web.step_up import step_up
from tenants.authlete.api.hardware_keys import HardwareKeysApi
from tenants.authlete.errors import AuthleteError
from tenants.authlete.operation import Effect


@workspace_page(Effect.READ)
def hsm_keys(request: ConsoleRequest, workspace: Workspace, service_id: int) -> HttpResponse:
    """List the HSM keys of a service with the settings that use them."""
    page = read_hsm_page(workspace, service_id)
    can_roll_over = page.target.workspace.member.can(Effect.DESTROY)
    context = page.context() | {
        "rollovers": list_active(page.target),
        "rollable": _rollable_handles(page) if can_roll_over else (),
    }
    return render_page(request, "keys/hsm_keys.html", context)


@workspace_page(Effect.READ)
def show_hsm_key(
    request: ConsoleRequest, workspace: Workspace, service_id: int, handle: str
) -> HttpResponse:
    """Show one HSM key: its public key and the settings that use it."""
    page = read_hsm_page(workspace, service_id)
    if page.key_list.disabled_by:  # the list explains how to enable HSM keys
        return redirect_to(request, keys_path("hsm_keys", workspace, service_id))
    hsm_key = page.get_key(handle)
    context = page.context() | {
        "hsm_key": hsm_key,
        "can_roll_over": handle in _rollable_handles(page),
        "rollovers": list_active(page.target, hsm_key.key.kid),
    }
    return render_page(request, "keys/show_hsm_key.html", context)


def _rollable_handles(page: HsmPage) -> set[str]:
    """Return the handles of keys that sign and can be replaced by a new key."""
    set_kids = list_set_kids(page.service)
    return {
        hsm_key.key.handle
        for hsm_key in page.key_list.keys
        if hsm_key.can_roll_over
        and hsm_key.key.kid not in set_kids
        and find_hsm_settings(page.service, hsm_key)
    }


@workspace_page(Effect.CHANGE)
@step_up
def new_hsm_key(request: ConsoleRequest, workspace: Workspace, service_id: int) -> HttpResponse:
    """Create a key in an HSM; its type and use follow from the algorithm."""
    list_path = keys_path("hsm_keys", workspace, service_id)
    page = load_hsm_page(workspace, service_id)
    if page.key_list.disabled_by:
        return redirect_to(request, list_path)
    form = NewHsmKeyForm(request.POST or None, used_kids=list_used_kids(page.service))
    failure = unknown_error = None
    if form.is_valid():
        try:
            with idempotent(request, form, list_path) as submit:
                key = operations.create_key(_api(page, form), form.cleaned_data)
                if key.handle:
                    path = keys_path("show_hsm_key", workspace, service_id, key.handle)
                    submit.result_url = path
            if key.is_reconciled:
                text = _("Authlete's response was lost, but the key is listed, so it was created.")
                messages.warning(request, text)
            else:
                messages.success(request, _("HSM key created."))
            return redirect_to(request, submit.result_url)
        except LostReplyError as error:
            unknown_error = error
        except AuthleteError as error:
            failure = error
    context = page.context() | {
        "form": form,
        "groups": ALGORITHM_GROUPS,
        "failure": failure,
        "lost_response": unknown_error,
    }
    return render_page(request, "keys/new_hsm_key.html", context)


@workspace_page(Effect.DESTROY)
@step_up
def delete_hsm_key(
    request: ConsoleRequest, workspace: Workspace, service_id: int, handle: str
) -> HttpResponse:
    """Show the impact of deleting an HSM key, and delete it once its ID was typed.

    A key that a setting uses is not deleted.
    """
    list_path = keys_path("hsm_keys", workspace, service_id)
    redirect_repeated(request, list_path)
    page = load_hsm_page(workspace, service_id)
    if page.key_list.disabled_by:
        return redirect_to(request, list_path)
    hsm_key = page.get_key(handle)
    version = page.service.modified_at
    form = DeletionForm(request.POST or None, name=hsm_key.name, version=version)
    failure = unknown_error = None
    if form.is_valid() and not hsm_key.uses:
        try:
            with idempotent(request, form, list_path):
                is_deleted = operations.delete_key(_api(page, form), handle, hsm_key.name)
            if is_deleted:
                text = _("HSM key %(name)s deleted.") % {"name": hsm_key.name}
                messages.success(request, text)
            else:
                messages.info(request, _("The key was already deleted."))
            return redirect_to(request, list_path)
        except LostReplyError as error:
            unknown_error = error
        except AuthleteError as error:
            failure = error
    context = page.context() | {
        "hsm_key": hsm_key,
        "rollovers": list_active(page.target, hsm_key.key.kid),
        "form": form,
        "failure": failure,
        "lost_response": unknown_error,
    }
    return render_page(request, "keys/delete_hsm_key.html", context)


def _api(page: HsmPage, form: ChangeReasonForm) -> HardwareKeysApi:
    """Return the API whose calls are logged with the reason of ``form``."""
    workspace = page.target.workspace
    authlete = workspace.connect(**form.reason_fields)
    return authlete.service(page.target.service_id).hardware_keys
