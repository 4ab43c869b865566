"""Pages that act on a rollover in progress."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.utils.translation import gettext_lazy as _

from console.forms.change_forms import ChangeReasonForm
from console.keys.rollover import actions
from console.keys.rollover.api_calls import RolloverConflictError
from console.keys.rollover.federation import build_superior_update
from console.keys.rollover.forms import ConfirmForm, ConfirmTrustForm
from console.keys.views.rollovers import get_rollover, rollover_context, rollover_path
from console.models import Rollover
from console.web.access import ConsoleRequest, Workspace, workspace_page
from console.web.idempotency import IdempotentForm, idempotent
from console.web.responses import redirect_to, render_page
from console.web.step_up import step_up
from tenants.authlete.operation import Effect

CONFLICT_MESSAGE = _(
    "Nothing was done. The rollover has changed, or a step is running. Check its state."
)

SUCCESS_MESSAGES = {
    "confirm": _("Confirmed. The next step runs on schedule."),
    "advance": _("The next step is running."),
    "undo": _("The rollover is being undone."),
    "stop": _("Rollover stopped."),
    "pause": _("Rollover paused."),
    "resume": _("Rollover resumed."),
}


@workspace_page(Effect.DESTROY)
@step_up
def advance(
    request: ConsoleRequest, workspace: Workspace, service_id: int, rollover: UUID
) -> HttpResponse:
    """Run the next step now."""
    record = get_rollover(workspace, service_id, rollover)
    return _run_action(request, workspace, record, ChangeReasonForm, actions.advance)


@workspace_page(Effect.DESTROY)
def confirm(
    request: ConsoleRequest, workspace: Workspace, service_id: int, rollover: UUID
) -> HttpResponse:
    """Confirm that superiors have the new key, or later that it's trusted."""
    record = get_rollover(workspace, service_id, rollover)
    is_switched = record.state == Rollover.State.SWITCHED
    form_class = ConfirmTrustForm if is_switched else ConfirmForm
    return _run_action(request, workspace, record, form_class, actions.confirm)


@workspace_page(Effect.DESTROY)
@step_up
def undo(
    request: ConsoleRequest, workspace: Workspace, service_id: int, rollover: UUID
) -> HttpResponse:
    """Sign with the old key again, and remove the new one."""
    record = get_rollover(workspace, service_id, rollover)
    return _run_action(request, workspace, record, ChangeReasonForm, actions.undo)


@workspace_page(Effect.DESTROY)
def stop(
    request: ConsoleRequest, workspace: Workspace, service_id: int, rollover: UUID
) -> HttpResponse:
    """End a rollover without changing keys or settings."""
    record = get_rollover(workspace, service_id, rollover)
    return _run_action(request, workspace, record, ChangeReasonForm, actions.stop)


@workspace_page(Effect.DESTROY)
def pause(
    request: ConsoleRequest, workspace: Workspace, service_id: int, rollover: UUID
) -> HttpResponse:
    """Run no step until the rollover is resumed."""
    record = get_rollover(workspace, service_id, rollover)
    return _run_action(request, workspace, record, IdempotentForm, actions.pause)


@workspace_page(Effect.DESTROY)
def resume(
    request: ConsoleRequest, workspace: Workspace, service_id: int, rollover: UUID
) -> HttpResponse:
    """Run the next step on schedule again."""
    record = get_rollover(workspace, service_id, rollover)
    return _run_action(request, workspace, record, IdempotentForm, actions.resume)


def _run_action(
    request: ConsoleRequest,
    workspace: Workspace,
    rollover: Rollover,
    form_class: type[IdempotentForm],
    action: Callable[..., None],
) -> HttpResponse:
    """Ask before ``action`` is run, and run it once; its name is the page's name."""
    name, path = action.__name__, rollover_path(rollover)
    initial = {"reason": rollover.reason, "ticket": rollover.ticket}
    form = form_class(request.POST or None, initial=initial)
    if form.is_valid():
        reason = form.reason_fields if isinstance(form, ChangeReasonForm) else {}
        with idempotent(request, form, path):
            try:
                action(workspace.member, rollover, **reason)
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
    """Show the keys that superiors need during a rollover of a federation key."""
    record = get_rollover(workspace, service_id, rollover)
    if not record.in_federation:
        raise Http404
    service = workspace.authlete.service(service_id).get()
    context = rollover_context(workspace, record) | {
        "update": build_superior_update(record, service),
        "signed_jwks_uri": service.get_text("signedJwksUri"),
    }
    return render_page(request, "keys/share_key.html", context)
