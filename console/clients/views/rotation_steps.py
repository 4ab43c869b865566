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
from console.web.access import ConsoleRequest, Workspace, workspace_page
from console.web.idempotency import IdempotentForm, catch_failure, idempotent, redirect_repeated
from console.web.responses import redirect_to, render_page
from console.web.step_up import step_up
from tenants.authlete import AuthleteClient
from tenants.authlete.operation import Effect
from tenants.crypto.vault import UnsealError

State = Rotation.State
type RotationAction = Callable[[Rotation, ChangeReasonForm], None]

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
                    _connect(page, form),
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
    return render_page(request, "clients/stage.html", page.context(form=form))


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
    return render_page(request, "clients/reveal_staged.html", page.context(form=form))


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
    return render_page(request, "clients/confirm_stored.html", page.context())


@workspace_page(Effect.REVEAL)
@step_up
def activate(
    request: ConsoleRequest, workspace: Workspace, service_id: int, client_id: int
) -> HttpResponse:
    """Activate the staged secret, now or later."""
    page = load_secret_page(workspace, service_id, client_id)
    if page.rotation is None or page.rotation.state != State.STAGED:
        return _redirect_to_secret(request, page)
    form = ActivateSecretForm(
        request.POST or None, rotation=page.rotation, initial=_initial(page.rotation)
    )

    def done(rotation: Rotation, form: ChangeReasonForm) -> None:
        if at := form.cleaned_data["at"]:
            activation.schedule_activation(workspace.member, rotation, at, **form.reason_fields)
            messages.success(request, _("Activation scheduled."))
            return
        anyway = form.cleaned_data["anyway"]
        authlete, actor = _connect(page, form), workspace.member.actor
        activation.activate_secret(authlete, actor, rotation, force=anyway)
        activation.cancel_activation(actor, rotation)
        text = _("Activated the new secret of %(name)s. You can undo the rotation.")
        messages.success(request, text % {"name": page.label})

    return _run_step(request, page, "activate", form, done)


@workspace_page(Effect.REVEAL)
@step_up
def undo(
    request: ConsoleRequest, workspace: Workspace, service_id: int, client_id: int
) -> HttpResponse:
    """Restore the old secret."""
    page = load_secret_page(workspace, service_id, client_id)
    if page.rotation is None or not page.rotation.can_undo:
        return _redirect_to_secret(request, page)
    form = UndoActivationForm(request.POST or None, initial=_initial(page.rotation))

    def done(rotation: Rotation, form: ChangeReasonForm) -> None:
        anyway = form.cleaned_data["anyway"]
        authlete, actor = _connect(page, form), workspace.member.actor
        activation.restore_old_secret(authlete, actor, rotation, force=anyway)
        text = _("Restored the old secret of %(name)s.")
        messages.success(request, text % {"name": page.label})

    return _run_step(request, page, "undo", form, done)


@workspace_page(Effect.REVEAL)
@step_up
def discard_staged(
    request: ConsoleRequest, workspace: Workspace, service_id: int, client_id: int
) -> HttpResponse:
    """Discard the staged secret."""
    page = load_secret_page(workspace, service_id, client_id)
    if page.rotation is None or page.rotation.state != State.STAGED:
        return _redirect_to_secret(request, page)
    form = ChangeReasonForm(request.POST or None, initial=_initial(page.rotation))

    def done(rotation: Rotation, form: ChangeReasonForm) -> None:
        staging.discard_staged(workspace.member, rotation, **form.reason_fields)
        activation.cancel_activation(workspace.member.actor, rotation)
        messages.success(request, _("Staged secret discarded."))

    return _run_step(request, page, "discard_staged", form, done)


@workspace_page(Effect.REVEAL)
@step_up
def delete_old_secret(
    request: ConsoleRequest, workspace: Workspace, service_id: int, client_id: int
) -> HttpResponse:
    """Delete the old secret before the undo period ends."""
    page = load_secret_page(workspace, service_id, client_id)
    if page.rotation is None or page.rotation.state != State.ACTIVATED:
        return _redirect_to_secret(request, page)
    form = ChangeReasonForm(request.POST or None, initial=_initial(page.rotation))

    def done(rotation: Rotation, form: ChangeReasonForm) -> None:
        staging.delete_old_secret(workspace.member, rotation, **form.reason_fields)
        messages.success(request, _("Old secret deleted."))

    return _run_step(request, page, "delete_old_secret", form, done)


def _run_step(
    request: ConsoleRequest,
    page: SecretPage,
    name: str,
    form: ChangeReasonForm,
    action: RotationAction,
) -> HttpResponse:
    """Render the form, or run the step and redirect."""
    if page.rotation and form.is_valid():
        try:
            with catch_failure(form), idempotent(request, form, page.path()):
                action(page.rotation, form)
                return redirect_to(request, page.path())
        except lifecycle.RotationConflictError:
            messages.warning(request, ROTATION_MOVED)
            return redirect_to(request, page.path())
        except activation.SecretChangedError:
            form.add_error(None, SECRET_REPLACED)
        except UnsealError:
            form.add_error(None, SECRET_UNREADABLE)
    return render_page(request, f"clients/{name}.html", page.context(form=form))


def _show_secret_once(
    request: ConsoleRequest, page: SecretPage, rotation: Rotation
) -> HttpResponse:
    """Render the only response that contains the staged secret."""
    secret = staging.show_secret(page.workspace.member, rotation)
    context = page.context(rotation=rotation, secret=secret.get_secret_value())
    return render_page(request, "clients/reveal_staged.html", context)


def _redirect_to_secret(request: ConsoleRequest, page: SecretPage) -> HttpResponse:
    """Redirect when the rotation isn't in the state for this step."""
    redirect_repeated(request, page.path())
    if request.method == "POST":
        messages.warning(request, ROTATION_MOVED)
    return redirect_to(request, page.path())


def _connect(page: SecretPage, form: ChangeReasonForm) -> AuthleteClient:
    return page.workspace.connect(**form.reason_fields)


def _initial(rotation: Rotation) -> dict[str, str]:
    return {"reason": rotation.reason, "ticket": rotation.ticket}
