"""What can be done with a rollover that is under way."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext_lazy

from console import once
from console.access import ConsoleRequest, Workspace, workspace_page
from console.editing.forms import WhyForm
from console.keys import rolling
from console.keys.sending import Moved
from console.keys.set_forms import ConfirmForm, TrustedForm
from console.keys.views.rollovers import context_of, one_of, rollover_path
from console.models import Rollover
from console.once import OnceForm
from console.page import answer
from console.stepup import step_up
from tenants.authlete.operation import Effect

MOVED = gettext_lazy(
    "Nothing was done: the rollover has moved on, or a step is being carried out. Look"
    " once more."
)

SAID = {
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
    found = one_of(workspace, service_id, rollover)
    return _steer(request, workspace, found, WhyForm, rolling.advance)


@workspace_page(Effect.DESTROY)
def confirm(
    request: ConsoleRequest, workspace: Workspace, service_id: int, rollover: UUID
) -> HttpResponse:
    """Say that the authorities above know the new key, so that it may sign; or that
    it is trusted, so that the old one may go."""
    found = one_of(workspace, service_id, rollover)
    signs = found.state == Rollover.State.SWITCHED
    kind = TrustedForm if signs else ConfirmForm
    return _steer(request, workspace, found, kind, rolling.confirm)


@workspace_page(Effect.DESTROY)
@step_up
def undo(
    request: ConsoleRequest, workspace: Workspace, service_id: int, rollover: UUID
) -> HttpResponse:
    """Let the old key sign again, and take the new one out."""
    found = one_of(workspace, service_id, rollover)
    return _steer(request, workspace, found, WhyForm, rolling.undo)


@workspace_page(Effect.DESTROY)
def leave(
    request: ConsoleRequest, workspace: Workspace, service_id: int, rollover: UUID
) -> HttpResponse:
    """End a rollover with everything as it is now."""
    found = one_of(workspace, service_id, rollover)
    return _steer(request, workspace, found, WhyForm, rolling.leave)


@workspace_page(Effect.DESTROY)
def pause(
    request: ConsoleRequest, workspace: Workspace, service_id: int, rollover: UUID
) -> HttpResponse:
    """Let nothing happen for now."""
    found = one_of(workspace, service_id, rollover)
    return _steer(request, workspace, found, OnceForm, rolling.pause)


@workspace_page(Effect.DESTROY)
def resume(
    request: ConsoleRequest, workspace: Workspace, service_id: int, rollover: UUID
) -> HttpResponse:
    """Let what comes next happen at its time."""
    found = one_of(workspace, service_id, rollover)
    return _steer(request, workspace, found, OnceForm, rolling.resume)


def _steer(
    request: ConsoleRequest,
    workspace: Workspace,
    rollover: Rollover,
    kind: type[OnceForm],
    act: Callable[..., None],
) -> HttpResponse:
    """Ask, or do it once; then back to the rollover. The page is called as ``act``."""
    name, path = act.__name__, rollover_path(rollover)
    why = {one: getattr(rollover, one) for one in ("reason", "ticket")}
    form = kind(request.POST or None, initial=why)
    if form.is_valid():
        if not once.claim(request, form):
            return once.again(request, form, path)
        told = {one: form.cleaned_data[one] for one in why if one in form.fields}
        try:
            act(workspace.member, rollover, **told)
        except Moved:
            messages.warning(request, MOVED)
        else:
            messages.success(request, SAID[name])
        return once.came_to(request, form, path)
    context = context_of(workspace, rollover) | {"form": form}
    return answer(request, f"keys/{name}.html", context)
