"""Pages about client secrets and their rotations."""

from django.http import HttpResponse
from pydantic import SecretStr

from console.clients.rotation.forms import CurrentSecretForm, SetSecretForm
from console.clients.rotation.lifecycle import check_secret_changed, secret_change
from console.clients.rotation.secret_page import SecretPage, load_secret_page
from console.forms.change_forms import ChangeReasonForm
from console.web.access import ConsoleRequest, Workspace, workspace_page
from console.web.idempotency import catch_failure, idempotent, redirect_repeated
from console.web.rate_limits import REVEAL_LIMIT, consume
from console.web.responses import render_page
from console.web.step_up import step_up
from tenants.authlete.api.clients import ClientApi
from tenants.authlete.errors import AuthleteError
from tenants.authlete.operation import Effect
from tenants.authlete.outcome import Outcome


@workspace_page(Effect.READ)
def secret(
    request: ConsoleRequest, workspace: Workspace, service_id: int, client_id: int
) -> HttpResponse:
    """Show what uses the secret, its age, and the actions."""
    page = load_secret_page(workspace, service_id, client_id)
    return render_page(request, "clients/secret.html", page.context(age=page.age))


@workspace_page(Effect.REVEAL)
@step_up
def reveal(
    request: ConsoleRequest, workspace: Workspace, service_id: int, client_id: int
) -> HttpResponse:
    """Reveal the secret in one response, for a reason."""
    page = load_secret_page(workspace, service_id, client_id)
    form = ChangeReasonForm(request.POST or None)
    more: dict[str, object] = {"form": form}
    if form.is_valid():
        with catch_failure(form), idempotent(request, form, page.path()) as submit:
            if consume(workspace.member, REVEAL_LIMIT, form):
                secret = page.api(**form.reason_fields).reveal_secret().client_secret
                more |= _reveal_context(page, secret)
            else:
                submit.fail()
    return page.render_step(request, "reveal", **more)


@workspace_page(Effect.REVEAL)
@step_up
def rotate(
    request: ConsoleRequest, workspace: Workspace, service_id: int, client_id: int
) -> HttpResponse:
    """Rotate the secret at Authlete; the old one stops working."""
    return _replace_secret(request, "rotate", CurrentSecretForm, workspace, service_id, client_id)


@workspace_page(Effect.REVEAL)
@step_up
def set_secret(
    request: ConsoleRequest, workspace: Workspace, service_id: int, client_id: int
) -> HttpResponse:
    """Set a secret chosen by the user."""
    return _replace_secret(request, "set_secret", SetSecretForm, workspace, service_id, client_id)


def _replace_secret(
    request: ConsoleRequest,
    name: str,
    kind: type[CurrentSecretForm],
    workspace: Workspace,
    service_id: int,
    client_id: int,
) -> HttpResponse:
    page = load_secret_page(workspace, service_id, client_id)
    redirect_repeated(request, page.path())
    form = kind(request.POST or None, fingerprint=page.fingerprint)
    more: dict[str, object] = {"form": form}
    if form.is_valid():
        api = page.api(**form.reason_fields)
        with idempotent(request, form, page.path()) as submit:
            try:
                more |= _send_replacement(page, api, form) | {"done": True}
            except AuthleteError as error:
                if error.outcome is not Outcome.UNKNOWN:
                    submit.fail()
                    form.failure = error
                else:
                    more |= {
                        "lost_response_error": error,
                        "changed": _check_changed(page, api, form),
                    }
    return page.render_step(request, name, **more)


def _send_replacement(
    page: SecretPage, api: ClientApi, form: CurrentSecretForm
) -> dict[str, object]:
    if isinstance(form, SetSecretForm):
        new_secret = SecretStr(form.cleaned_data["secret"])
        new = page.fingerprint_secret(new_secret)
        api.set_secret(new_secret, (secret_change(page.fingerprint, new),))
        return {"secret_fingerprint": new}  # who typed it knows it
    return _reveal_context(page, api.refresh_secret(page.fingerprint).new_client_secret)


def _check_changed(page: SecretPage, api: ClientApi, form: CurrentSecretForm) -> bool | None:
    """Check whether a call with a lost response changed the secret."""
    fields = page.audit_fields(**form.reason_fields)
    return check_secret_changed(api, page.workspace.member.actor, page.fingerprint, fields)


def _reveal_context(page: SecretPage, secret: SecretStr | None) -> dict[str, object]:
    """Return the template context with the secret, for one response."""
    if not (secret and secret.get_secret_value()):
        return {"secret": "", "secret_fingerprint": ""}
    return {
        "secret": secret.get_secret_value(),
        "secret_fingerprint": page.fingerprint_secret(secret),
    }
