"""The secret in use: what it is for, and seeing or replacing it at once."""

from django.http import HttpResponse
from pydantic import SecretStr

from console import once
from console.access import ConsoleRequest, Workspace, workspace_page
from console.budgets import REVEALS, spend
from console.clients.secret_forms import SeenForm, SetForm
from console.clients.secret_page import SecretPage, opened
from console.clients.secrets import replaced, settle
from console.editing.forms import WhyForm
from console.once import OnceForm
from console.page import answer
from console.stepup import step_up
from tenants.authlete.api.clients import ClientApi
from tenants.authlete.errors import AuthleteError, Outcome
from tenants.authlete.operation import Effect
from tenants.connect import fingerprint


@workspace_page(Effect.READ)
def secret(
    request: ConsoleRequest, workspace: Workspace, service_id: int, client_id: int
) -> HttpResponse:
    """What needs the secret, how old it is, and what can be done about it."""
    page = opened(workspace, service_id, client_id)
    return answer(request, "clients/secret.html", page.context(age=page.age))


@workspace_page(Effect.REVEAL)
@step_up
def reveal(
    request: ConsoleRequest, workspace: Workspace, service_id: int, client_id: int
) -> HttpResponse:
    """Show the secret in one response, to somebody who says why."""
    page = opened(workspace, service_id, client_id)
    form = WhyForm(request.POST or None)
    more: dict[str, object] = {"form": form}
    if form.is_valid():
        if not once.claim(request, form):
            return once.again(request, form, page.path())
        if not spend(workspace.member, REVEALS):
            once.failed(request, form)
            form.add_error(None, REVEALS.refusal)
            context = page.context(**more)
            return answer(request, "clients/reveal.html", context, status=429)
        try:
            more |= _shown(_api(page, form).reveal_secret().client_secret)
            once.settle(request, form, page.path())
        except AuthleteError as error:
            once.failed(request, form)
            more["failure"] = error
    return answer(request, "clients/reveal.html", page.context(**more))


@workspace_page(Effect.REVEAL)
@step_up
def rotate(
    request: ConsoleRequest, workspace: Workspace, service_id: int, client_id: int
) -> HttpResponse:
    """Let Authlete make a new secret at once; the old one stops with it."""
    return _replace(request, "rotate", SeenForm, workspace, service_id, client_id)


@workspace_page(Effect.REVEAL)
@step_up
def set_secret(
    request: ConsoleRequest, workspace: Workspace, service_id: int, client_id: int
) -> HttpResponse:
    """Let the client have a secret that somebody has chosen."""
    return _replace(request, "set_secret", SetForm, workspace, service_id, client_id)


def _replace(
    request: ConsoleRequest,
    name: str,
    kind: type[SeenForm],
    workspace: Workspace,
    service_id: int,
    client_id: int,
) -> HttpResponse:
    sent = OnceForm(request.POST or None)
    page = opened(workspace, service_id, client_id)
    # Asked before the fingerprints are compared: by the second click it is another.
    if sent.is_valid() and once.known(request, sent):
        return once.again(request, sent, page.path())
    form = kind(request.POST or None, mark=page.mark)
    more: dict[str, object] = {"form": form}
    if form.is_valid():
        if not once.claim(request, form):
            return once.again(request, form, page.path())
        api = _api(page, form)
        try:
            more |= _replaced(page, api, form) | {"done": True}
        except AuthleteError as error:
            if error.outcome is not Outcome.UNKNOWN:
                once.failed(request, form)
                more["failure"] = error
            else:
                more |= {"lost": error, "changed": _settled(page, api, form)}
        if "failure" not in more:
            once.settle(request, form, page.path())
    return answer(request, f"clients/{name}.html", page.context(**more))


def _replaced(page: SecretPage, api: ClientApi, form: SeenForm) -> dict[str, object]:
    if isinstance(form, SetForm):
        chosen = SecretStr(form.cleaned_data["secret"])
        new = fingerprint(chosen).mark
        api.set_secret(chosen, (replaced(page.mark, new),))
        return {"mark": new}  # who typed it knows it
    return _shown(api.refresh_secret(page.mark).new_client_secret)


def _settled(page: SecretPage, api: ClientApi, form: SeenForm) -> bool | None:
    """Whether a call whose reply was lost has changed the secret; in the record."""
    told = page.told(form.cleaned_data["reason"], form.cleaned_data["ticket"])
    return settle(api, page.workspace.member.who, page.mark, told)


def _api(page: SecretPage, form: WhyForm) -> ClientApi:
    return page.api(
        reason=form.cleaned_data["reason"], ticket=form.cleaned_data["ticket"]
    )


def _shown(secret: SecretStr | None) -> dict[str, object]:
    """For exactly one response."""
    text = secret.get_secret_value() if secret else ""
    return {"shown": text, "mark": fingerprint(SecretStr(text)).mark if text else ""}
