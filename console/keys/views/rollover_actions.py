"""What can be done with a rollover that is under way."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.utils.translation import gettext_lazy

from console.forms.change_forms import ChangeReasonForm
from console.keys.jwks.forms import ConfirmForm, ConfirmTrustForm
from console.keys.rollover import actions
from console.keys.rollover.api_calls import RolloverConflictError
from console.keys.rollover.federation import build_superior_update
from console.keys.views.rollovers import get_rollover, rollover_context, rollover_path
from console.models import Rollover
from console.web.access import ConsoleRequest, Workspace, workspace_page
from console.web.idempotency import IdempotentForm, idempotent
from console.web.responses import redirect_to, render_page
from console.web.step_up import step_up
from tenants.authlete.operation import Effect

CONFLICT_MESSAGE = gettext_lazy(
    "Nothing was done: the rollover has moved on, or a step is being carried out. Look once more."
)

SUCCESS_MESSAGES = {
    "confirm": gettext_lazy("Kept. What comes next is done at its time."),
    "advance": gettext_lazy("It is being done now."),
    "undo": gettext_lazy("It is being undone."),
    "leave": gettext_lazy("The rollover has ended. Everything stays as it is."),
    "pause": gettext_lazy("Paused. Nothing happens until somebody resumes it."),
    "resume": gettext_lazy("It goes on."),
}


@workspace_page(Effect.DESTROY)
@step_up
def advance(
    request: ConsoleRequest, workspace: Workspace, service_id: int, rollover: UUID
) -> HttpResponse:
    """Do what comes next without waiting for its time."""
    found = get_rollover(workspace, service_id, rollover)
    return _run_action(request, workspace, found, ChangeReasonForm, actions.advance)


@workspace_page(Effect.DESTROY)
def confirm(
    request: ConsoleRequest, workspace: Workspace, service_id: int, rollover: UUID
) -> HttpResponse:
    """Say that the authorities above know the new key, so that it may sign; or that
    it is trusted, so that the old one may go."""
    found = get_rollover(workspace, service_id, rollover)
    signs = found.state == Rollover.State.SWITCHED
    kind = ConfirmTrustForm if signs else ConfirmForm
    return _run_action(request, workspace, found, kind, actions.confirm)


@workspace_page(Effect.DESTROY)
@step_up
def undo(
    request: ConsoleRequest, workspace: Workspace, service_id: int, rollover: UUID
) -> HttpResponse:
    """Let the old key sign again, and take the new one out."""
    found = get_rollover(workspace, service_id, rollover)
    return _run_action(request, workspace, found, ChangeReasonForm, actions.undo)


@workspace_page(Effect.DESTROY)
def stop(
    request: ConsoleRequest, workspace: Workspace, service_id: int, rollover: UUID
) -> HttpResponse:
    """End a rollover with everything as it is now."""
    found = get_rollover(workspace, service_id, rollover)
    return _run_action(request, workspace, found, ChangeReasonForm, actions.stop)


@workspace_page(Effect.DESTROY)
def pause(
    request: ConsoleRequest, workspace: Workspace, service_id: int, rollover: UUID
) -> HttpResponse:
    """Let nothing happen for now."""
    found = get_rollover(workspace, service_id, rollover)
    return _run_action(request, workspace, found, IdempotentForm, actions.pause)


@workspace_page(Effect.DESTROY)
def resume(
    request: ConsoleRequest, workspace: Workspace, service_id: int, rollover: UUID
) -> HttpResponse:
    """Let what comes next happen at its time."""
    found = get_rollover(workspace, service_id, rollover)
    return _run_action(request, workspace, found, IdempotentForm, actions.resume)


def _run_action(
    request: ConsoleRequest,
    workspace: Workspace,
    rollover: Rollover,
    form_class: type[IdempotentForm],
    action: Callable[..., None],
) -> HttpResponse:
    """Ask, or do it once; then back to the rollover. The page is called as ``act``."""
    name, path = action.__name__, rollover_path(rollover)
    why = {one: getattr(rollover, one) for one in ("reason", "ticket")}
    form = form_class(request.POST or None, initial=why)
    if form.is_valid():
        told = {one: form.cleaned_data[one] for one in why if one in form.fields}
        with idempotent(request, form, path):
            try:
                action(workspace.member, rollover, **told)
            except RolloverConflictError:
                messages.warning(request, CONFLICT_MESSAGE)
            else:
                messages.success(request, SUCCESS_MESSAGES[name])
        return redirect_to(request, path)
    context = rollover_context(workspace, rollover) | {"form": form}
    return render_page(request, f"keys/{name}.html", context)


@workspace_page(Effect.READ)
def share_key(
    request: ConsoleRequest, workspace: Workspace, service_id: int, rollover: UUID
) -> HttpResponse:
    """What has to be told to whom about the new key of a federation."""
    found = get_rollover(workspace, service_id, rollover)
    if not found.in_federation:
        raise Http404
    service = workspace.authlete.service(service_id).get()
    context = rollover_context(workspace, found) | {
        "handed": build_superior_update(found, service),
        "signed_set": service.get_text("signedJwksUri"),
    }
    return render_page(request, "keys/share_key.html", context)
