"""Pages that act on a rollover in progress."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from console.forms.change_forms import ChangeReasonForm
from console.keys.rollover import actions
from console.keys.rollover.federation import build_superior_update
from console.keys.rollover.forms import ConfirmForm, ConfirmTrustForm
from console.keys.rollover.steps import RolloverConflictError
from console.keys.views.rollovers import get_rollover, rollover_context, rollover_path
from console.models import Rollover
from console.web.access import ConsoleRequest, ViewFunction, Workspace, workspace_page
from console.web.idempotency import IdempotentForm, idempotent
from console.web.responses import redirect_to, render_page
from console.web.step_up import step_up
from tenants.authlete.operation import Effect

CONFLICT_MESSAGE = _(
    "Nothing was done. The rollover has changed, or a step is running. Check its state."
)


def _get_form_class(rollover: Rollover, action: str) -> type[IdempotentForm]:
    if action in ("pause", "resume"):
        return IdempotentForm
    if action == "confirm":
        is_switched = rollover.state == Rollover.State.SWITCHED
        return ConfirmTrustForm if is_switched else ConfirmForm
    return ChangeReasonForm


def _build_page(
    action: Callable[..., None], success_message: str | Promise, *, steps_up: bool = False
) -> ViewFunction:
    """Return the page that asks before ``action`` is run once; its name is the page's name."""

    def page(
        request: ConsoleRequest, workspace: Workspace, service_id: int, rollover: UUID
    ) -> HttpResponse:
        record, name = get_rollover(workspace, service_id, rollover), action.__name__
        path = rollover_path(record)
        initial = {"reason": record.reason, "ticket": record.ticket}
        form = _get_form_class(record, name)(request.POST or None, initial=initial)
        if form.is_valid():
            reason = dict(form.reason_fields) if isinstance(form, ChangeReasonForm) else {}
            with idempotent(request, form, path):
                try:
                    action(workspace.member, record, **reason)
                except RolloverConflictError:
                    messages.warning(request, CONFLICT_MESSAGE)
                else:
                    messages.success(request, str(success_message))
            return redirect_to(request, path)
        context = rollover_context(workspace, record) | {"form": form}
        return render_page(request, f"keys/{name}.html", context)

    page.__name__ = action.__name__
    return workspace_page(Effect.DESTROY)(step_up(page) if steps_up else page)


advance = _build_page(actions.advance, _("The next step is running."), steps_up=True)
confirm = _build_page(actions.confirm, _("Confirmed. The next step runs on schedule."))
undo = _build_page(actions.undo, _("The rollover is being undone."), steps_up=True)
stop = _build_page(actions.stop, _("Rollover stopped."))
pause = _build_page(actions.pause, _("Rollover paused."))
resume = _build_page(actions.resume, _("Rollover resumed."))


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
