"""A new secret that is made, stored, activated, and perhaps undone, one by one."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console.clients.rotation import activation, lifecycle, staging
from console.clients.rotation.forms import ActivateSecretForm, UndoActivationForm
from console.clients.rotation.secret_page import SecretPage, load_secret_page
from console.forms.change_forms import ChangeReasonForm
from console.models import Rotation
from console.web.access import ConsoleRequest, ViewFunction, Workspace, workspace_page
from console.web.idempotency import IdempotentForm, catch_failure, idempotent, redirect_repeated
from console.web.responses import redirect_to
from console.web.step_up import step_up
from tenants.authlete.operation import Effect
from tenants.crypto.vault import UnsealError

State = Rotation.State

ROTATION_EXISTS = gettext_lazy(
    "Someone else already staged a new secret for this client. Yours was discarded."
)
ROTATION_MOVED = gettext_lazy("Someone else continued this rotation. Nothing was changed.")
SECRET_REPLACED = gettext_lazy(
    "The current secret has changed since this one was staged. Nothing was sent. "
    'Select "Replace anyway", or discard the staged secret.'
)
SECRET_UNREADABLE = gettext_lazy("The stored secret can't be decrypted. Nothing was sent.")


@workspace_page(Effect.REVEAL)
@step_up
def stage(
    request: ConsoleRequest, workspace: Workspace, service_id: int, client_id: int
) -> HttpResponse:
    """Stage a new secret, and show it in this response only."""
    page = load_secret_page(workspace, service_id, client_id)
    redirect_repeated(request, page.path())
    if page.rotation:
        if request.method == "POST":
            messages.warning(request, ROTATION_EXISTS)
        return redirect_to(request, page.path())
    form = ChangeReasonForm(request.POST or None)
    if form.is_valid():
        try:
            with catch_failure(form), idempotent(request, form, page.path()):
                rotation = staging.stage_secret(
                    workspace.connect(**form.reason_fields),
                    workspace.member.actor,
                    workspace.organization,
                    service_id=service_id,
                    client_id=client_id,
                    label=page.label,
                    **form.reason_fields,
                )
                return _show_secret_once(request, page, rotation)
        except staging.RotationExistsError:
            messages.warning(request, ROTATION_EXISTS)
            return redirect_to(request, page.path())
    return page.render_step(request, "stage", form=form)


@workspace_page(Effect.REVEAL)
@step_up
def reveal_staged(
    request: ConsoleRequest, workspace: Workspace, service_id: int, client_id: int
) -> HttpResponse:
    """Reveal a staged secret that a job generated."""
    page = load_secret_page(workspace, service_id, client_id)
    if page.rotation is None or not page.rotation.is_unrevealed:
        return _redirect_to_secret(request, page)
    form = IdempotentForm(request.POST or None)
    if form.is_valid():
        with idempotent(request, form, page.path()):
            try:
                return _show_secret_once(request, page, page.rotation)
            except lifecycle.RotationConflictError:
                messages.warning(request, ROTATION_MOVED)
            except UnsealError:
                messages.error(request, SECRET_UNREADABLE)
        return redirect_to(request, page.path())
    return page.render_step(request, "reveal_staged", form=form)


@workspace_page(Effect.REVEAL)
@step_up
def confirm_stored(
    request: ConsoleRequest, workspace: Workspace, service_id: int, client_id: int
) -> HttpResponse:
    """Confirm that the application has the new secret."""
    page = load_secret_page(workspace, service_id, client_id)
    if page.rotation is None or page.rotation.state != State.STAGED:
        return redirect_to(request, page.path())
    if request.method == "POST":
        try:
            staging.confirm_stored(workspace.member, page.rotation)
        except lifecycle.RotationConflictError:
            messages.warning(request, ROTATION_MOVED)
            return redirect_to(request, page.path())
        return redirect_to(request, page.target.path("activate"))
    return page.render_step(request, "confirm_stored")


def _activate(page: SecretPage, rotation: Rotation, form: ChangeReasonForm) -> str:
    """Activate the staged secret, now or later."""
    member = page.workspace.member
    if activate_at := form.cleaned_data["at"]:
        activation.schedule_activation(member, rotation, activate_at, **form.reason_fields)
        return _("Activation scheduled.")
    authlete, force = page.workspace.connect(**form.reason_fields), form.cleaned_data["anyway"]
    activation.activate_secret(authlete, member.actor, rotation, force=force)
    activation.cancel_activation(member.actor, rotation)
    text = _("Activated the new secret of %(name)s. You can undo the rotation.")
    return text % {"name": page.label}


def _undo(page: SecretPage, rotation: Rotation, form: ChangeReasonForm) -> str:
    """Restore the old secret."""
    authlete, force = page.workspace.connect(**form.reason_fields), form.cleaned_data["anyway"]
    activation.restore_old_secret(authlete, page.workspace.member.actor, rotation, force=force)
    return _("Restored the old secret of %(name)s.") % {"name": page.label}


def _discard_staged(page: SecretPage, rotation: Rotation, form: ChangeReasonForm) -> str:
    """Discard the staged secret."""
    staging.discard_staged(page.workspace.member, rotation, **form.reason_fields)
    activation.cancel_activation(page.workspace.member.actor, rotation)
    return _("Staged secret discarded.")


def _delete_old_secret(page: SecretPage, rotation: Rotation, form: ChangeReasonForm) -> str:
    """Delete the old secret before the undo period ends."""
    staging.delete_old_secret(page.workspace.member, rotation, **form.reason_fields)
    return _("Old secret deleted.")


def _build_step(
    name: str,
    form_class: type[ChangeReasonForm],
    is_possible: Callable[[Rotation], bool],
    action: Callable[[SecretPage, Rotation, ChangeReasonForm], str],
) -> ViewFunction:
    """Return the page that asks before ``action``, and runs it in the states it is possible in."""

    def step(
        request: ConsoleRequest, workspace: Workspace, service_id: int, client_id: int
    ) -> HttpResponse:
        page = load_secret_page(workspace, service_id, client_id)
        rotation = page.rotation
        if rotation is None or not is_possible(rotation):
            return _redirect_to_secret(request, page)
        initial = {"reason": rotation.reason, "ticket": rotation.ticket, "until": rotation.until}
        form = form_class(request.POST or None, initial=initial)
        if form.is_valid():
            try:
                with catch_failure(form), idempotent(request, form, page.path()):
                    messages.success(request, action(page, rotation, form))
                    return redirect_to(request, page.path())
            except lifecycle.RotationConflictError:
                messages.warning(request, ROTATION_MOVED)
                return redirect_to(request, page.path())
            except activation.SecretChangedError:
                form.add_error(None, SECRET_REPLACED)
            except UnsealError:
                form.add_error(None, SECRET_UNREADABLE)
        return page.render_step(request, name, form=form)

    step.__name__ = name
    return workspace_page(Effect.REVEAL)(step_up(step))


def _is_staged(rotation: Rotation) -> bool:
    return rotation.state == State.STAGED


activate = _build_step("activate", ActivateSecretForm, _is_staged, _activate)
undo = _build_step("undo", UndoActivationForm, lambda rotation: rotation.can_undo, _undo)
discard_staged = _build_step("discard_staged", ChangeReasonForm, _is_staged, _discard_staged)
delete_old_secret = _build_step(
    "delete_old_secret",
    ChangeReasonForm,
    lambda rotation: rotation.state == State.ACTIVATED,
    _delete_old_secret,
)


def _show_secret_once(
    request: ConsoleRequest, page: SecretPage, rotation: Rotation
) -> HttpResponse:
    """Render the only response that contains the staged secret."""
    secret = staging.show_secret(page.workspace.member, rotation)
    return page.render_step(
        request, "reveal_staged", rotation=rotation, secret=secret.get_secret_value()
    )


def _redirect_to_secret(request: ConsoleRequest, page: SecretPage) -> HttpResponse:
    """Redirect when the rotation isn't in the state for this step."""
    redirect_repeated(request, page.path())
    if request.method == "POST":
        messages.warning(request, ROTATION_MOVED)
    return redirect_to(request, page.path())
