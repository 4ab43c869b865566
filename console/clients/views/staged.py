"""A new secret that is made, stored, activated, and perhaps undone, one by one."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console import once
from console.access import ConsoleRequest, Workspace, workspace_page
from console.clients import activating, rotating, staging
from console.clients.secret_forms import ActivateForm, UndoForm
from console.clients.secret_page import SecretPage, opened
from console.editing.forms import WhyForm
from console.models import Rotation
from console.once import OnceForm
from console.page import answer, go
from console.stepup import step_up
from tenants.authlete import Authlete
from tenants.authlete.errors import AuthleteError
from tenants.authlete.operation import Effect
from tenants.vault import Sealed

State = Rotation.State
type Done = Callable[[Rotation, WhyForm], None]

TAKEN = gettext_lazy(
    "Somebody else was faster: a new secret of this client is staged already. Yours was"
    " not kept."
)
MOVED = gettext_lazy("Somebody else has gone on with this rotation. Nothing was done.")
CHANGED = gettext_lazy(
    "The secret in use is not the one that was there when this was staged. Nothing was"
    " sent. Say below that it is to be replaced all the same, or throw this away."
)
SEALED = gettext_lazy(
    "What is kept here does not open: it was sealed for another client, or under a key"
    " that is gone. Nothing was sent."
)


@workspace_page(Effect.REVEAL)
@step_up
def stage(
    request: ConsoleRequest, workspace: Workspace, service_id: int, client_id: int
) -> HttpResponse:
    """Make a new secret, show it in this one response, and keep it sealed."""
    page = opened(workspace, service_id, client_id)
    sent = OnceForm(request.POST or None)
    if sent.is_valid() and once.known(request, sent):
        return once.again(request, sent, page.path())
    if page.rotation:
        if request.method == "POST":
            messages.warning(request, TAKEN)
        return go(request, page.path())
    form = WhyForm(request.POST or None)
    failure = None
    if form.is_valid():
        if not once.claim(request, form):
            return once.again(request, form, page.path())
        try:
            rotation = staging.stage(
                _authlete(page, form),
                workspace.member.who,
                workspace.organization,
                service_id=service_id,
                client_id=client_id,
                label=page.label,
                **_why(form),
            )
            return _shown(request, page, rotation, form)
        except staging.Taken:
            messages.warning(request, TAKEN)
            return once.came_to(request, form, page.path())
        except AuthleteError as error:
            once.failed(request, form)
            failure = error
    context = page.context(form=form, failure=failure)
    return answer(request, "clients/stage.html", context)


@workspace_page(Effect.REVEAL)
@step_up
def staged(
    request: ConsoleRequest, workspace: Workspace, service_id: int, client_id: int
) -> HttpResponse:
    """Show a staged secret that nobody has seen yet, in this one response."""
    page = opened(workspace, service_id, client_id)
    if page.rotation is None or not page.rotation.is_unseen:
        return _passed(request, page)
    form = OnceForm(request.POST or None)
    if form.is_valid():
        if not once.claim(request, form):
            return once.again(request, form, page.path())
        try:
            return _shown(request, page, page.rotation, form)
        except rotating.Moved:
            messages.warning(request, MOVED)
        except Sealed:
            messages.error(request, SEALED)
        return once.came_to(request, form, page.path())
    return answer(request, "clients/staged.html", page.context(form=form))


@workspace_page(Effect.REVEAL)
@step_up
def stored(
    request: ConsoleRequest, workspace: Workspace, service_id: int, client_id: int
) -> HttpResponse:
    """Say that the application knows the new secret, so that it can be activated."""
    page = opened(workspace, service_id, client_id)
    if page.rotation is None or page.rotation.state != State.STAGED:
        return go(request, page.path())
    if request.method == "POST":
        try:
            staging.store(workspace.member, page.rotation)
        except rotating.Moved:
            messages.warning(request, MOVED)
            return go(request, page.path())
        return go(request, page.target.path("activate"))
    return answer(request, "clients/stored.html", page.context())


@workspace_page(Effect.REVEAL)
@step_up
def activate(
    request: ConsoleRequest, workspace: Workspace, service_id: int, client_id: int
) -> HttpResponse:
    """Send the staged secret to Authlete; the old one is kept to be put back."""
    page = opened(workspace, service_id, client_id)
    if page.rotation is None or page.rotation.state != State.STAGED:
        return _passed(request, page)
    form = ActivateForm(
        request.POST or None, rotation=page.rotation, initial=_first(page.rotation)
    )

    def done(rotation: Rotation, form: WhyForm) -> None:
        if at := form.cleaned_data["at"]:
            activating.schedule(workspace.member, rotation, at, **_why(form))
            messages.success(request, _("The new secret is activated at that time."))
            return
        anyway = form.cleaned_data["anyway"]
        authlete, who = _authlete(page, form), workspace.member.who
        activating.activate(authlete, who, rotation, anyway=anyway)
        activating.unschedule(who, rotation)
        told = _("%(name)s has its new secret. The old one can be put back.")
        messages.success(request, told % {"name": page.label})

    return _do(request, page, "activate", form, done)


@workspace_page(Effect.REVEAL)
@step_up
def undo(
    request: ConsoleRequest, workspace: Workspace, service_id: int, client_id: int
) -> HttpResponse:
    """Give the client the secret back that it had before."""
    page = opened(workspace, service_id, client_id)
    if page.rotation is None or not page.rotation.can_undo:
        return _passed(request, page)
    form = UndoForm(request.POST or None, initial=_first(page.rotation))

    def done(rotation: Rotation, form: WhyForm) -> None:
        anyway = form.cleaned_data["anyway"]
        authlete, who = _authlete(page, form), workspace.member.who
        activating.undo(authlete, who, rotation, anyway=anyway)
        told = _("%(name)s has its old secret again.")
        messages.success(request, told % {"name": page.label})

    return _do(request, page, "undo", form, done)


@workspace_page(Effect.REVEAL)
@step_up
def drop(
    request: ConsoleRequest, workspace: Workspace, service_id: int, client_id: int
) -> HttpResponse:
    """Throw a staged secret away."""
    page = opened(workspace, service_id, client_id)
    if page.rotation is None or page.rotation.state != State.STAGED:
        return _passed(request, page)
    form = WhyForm(request.POST or None, initial=_first(page.rotation))

    def done(rotation: Rotation, form: WhyForm) -> None:
        staging.drop(workspace.member, rotation, **_why(form))
        activating.unschedule(workspace.member.who, rotation)
        messages.success(request, _("The staged secret is thrown away."))

    return _do(request, page, "drop", form, done)


@workspace_page(Effect.REVEAL)
@step_up
def forget(
    request: ConsoleRequest, workspace: Workspace, service_id: int, client_id: int
) -> HttpResponse:
    """Erase the old secret before its time, so that nothing can be undone."""
    page = opened(workspace, service_id, client_id)
    if page.rotation is None or page.rotation.state != State.ACTIVATED:
        return _passed(request, page)
    form = WhyForm(request.POST or None, initial=_first(page.rotation))

    def done(rotation: Rotation, form: WhyForm) -> None:
        staging.forget(workspace.member, rotation, **_why(form))
        messages.success(request, _("The old secret is forgotten."))

    return _do(request, page, "forget", form, done)


def _do(
    request: ConsoleRequest, page: SecretPage, name: str, form: WhyForm, done: Done
) -> HttpResponse:
    """Go on with the rotation once somebody says why; or tell what is in the way."""
    failure = None
    if page.rotation and form.is_valid():
        if not once.claim(request, form):
            return once.again(request, form, page.path())
        try:
            done(page.rotation, form)
            return once.came_to(request, form, page.path())
        except rotating.Moved:
            messages.warning(request, MOVED)
            return once.came_to(request, form, page.path())
        except activating.Changed:
            once.failed(request, form)
            form.add_error(None, CHANGED)
        except Sealed:
            once.failed(request, form)
            form.add_error(None, SEALED)
        except AuthleteError as error:
            once.failed(request, form)
            failure = error
    context = page.context(form=form, failure=failure)
    return answer(request, f"clients/{name}.html", context)


def _shown(
    request: ConsoleRequest, page: SecretPage, rotation: Rotation, form: OnceForm
) -> HttpResponse:
    """The one response that shows a staged secret."""
    secret = staging.show(page.workspace.member, rotation)
    once.settle(request, form, page.path())
    context = page.context(rotation=rotation, shown=secret.get_secret_value())
    return answer(request, "clients/staged.html", context)


def _passed(request: ConsoleRequest, page: SecretPage) -> HttpResponse:
    """The rotation is not, or not any more, where this could be done."""
    sent = OnceForm(request.POST or None)
    if sent.is_valid() and once.known(request, sent):
        return once.again(request, sent, page.path())
    if request.method == "POST":
        messages.warning(request, MOVED)
    return go(request, page.path())


def _authlete(page: SecretPage, form: WhyForm) -> Authlete:
    return page.workspace.member.connect(page.workspace.region.name, **_why(form))


def _why(form: WhyForm) -> dict[str, str]:
    return {name: form.cleaned_data[name] for name in ("reason", "ticket")}


def _first(rotation: Rotation) -> dict[str, str]:
    return {"reason": rotation.reason, "ticket": rotation.ticket}
