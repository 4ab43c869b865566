"""Pages of one client: overview, key, lock and deletion."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from console.audit_log.change_descriptions import CLIENT_SETTINGS
from console.clients import actions
from console.clients.forms import KeyPairForm, LockForm
from console.clients.key_pairs import (
    InvalidKeySetError,
    KeyPair,
    add_key,
    generate_key_pair,
    key_ids,
)
from console.clients.paths import client_list_path
from console.clients.rotation import lifecycle
from console.documents import overview
from console.documents.at_glance import summarize
from console.documents.configuration_warnings import configuration_warnings
from console.documents.kinds import DocumentTarget, client_target
from console.documents.overview import list_keys
from console.editing import drafts
from console.editing.drafts import DraftEdits
from console.forms.change_forms import DeletionForm
from console.forms.columns import COLUMNS
from console.forms.value_text import format_value, translate
from console.history.entries import list_unresolved, load_history
from console.history.outages import read_document
from console.history.views import deleted
from console.templatetags.text import grouped
from console.web.access import ConsoleRequest, Workspace, workspace_page
from console.web.idempotency import catch_failure, idempotent, redirect_repeated
from console.web.responses import redirect_to, render_page
from console.web.step_up import step_up
from tenants.authlete.documents.base import Document
from tenants.authlete.errors import ForbiddenError, NotFoundError
from tenants.authlete.operation import Effect

SUMMARY_MEMBERS = ("clientType", "applicationType", "tokenAuthMethod", "subjectType")
LIFETIME_MEMBERS = ("accessTokenDuration", "refreshTokenDuration")
MAX_SCOPES_NAMED = 8  # scopes that are named
TOKEN_BINDINGS = {
    "dpopRequired": "DPoP",
    "tlsClientCertificateBoundAccessTokens": gettext_lazy("certificate"),
}


def list_client_facts(client: Document) -> Iterator[tuple[str, str]]:
    """Yield the most important settings, as label and value."""
    for member in SUMMARY_MEMBERS:
        _section, setting = CLIENT_SETTINGS[member]
        yield translate(setting.label), format_value(setting, client.get(member))
    extension = client.get("extension")
    inside: Mapping[str, Any] = extension if isinstance(extension, Mapping) else {}
    for column in COLUMNS["client_extension"]:
        if column.api_name in LIFETIME_MEMBERS:
            yield translate(column.label), format_value(column, inside.get(column.api_name) or 0)
    yield _("Requestable scopes"), describe_scopes(inside)
    yield _("Redirect URIs"), grouped(len(client.get_texts("redirectUris")))
    bound = [str(name) for member, name in TOKEN_BINDINGS.items() if client.get(member) is True]
    yield _("Token binding"), ", ".join(bound) or _("service default")


def describe_scopes(extension: Mapping[str, Any]) -> str:
    """Describe the requestable scopes: any, none, or a list."""
    listed = extension.get("requestableScopes")
    if extension.get("requestableScopesEnabled") is not True:
        return _("Any scope of the service")
    if not isinstance(listed, list) or not listed:
        return _("None")
    text = ", ".join(map(str, listed[:MAX_SCOPES_NAMED]))
    more = len(listed) - MAX_SCOPES_NAMED
    if more <= 0:
        return text
    words = ngettext("%(names)s and %(more)s more", "%(names)s and %(more)s more", more)
    return words % {"names": text, "more": more}


@workspace_page(Effect.READ)
def show(
    request: ConsoleRequest, workspace: Workspace, service_id: int, client_id: int
) -> HttpResponse:
    """Show the overview of a client."""
    target = client_target(workspace, service_id, client_id)
    try:
        reading = read_document(target)
    except (NotFoundError, ForbiddenError) as error:
        return deleted(request, target, error)
    target, client = reading.target, reading.document
    edits, keys = drafts.load(target), list_keys(client)
    notes = configuration_warnings(target, client.to_dict())
    context = reading.context
    _section, source = CLIENT_SETTINGS["clientSource"]
    context |= {
        "facts": list(list_client_facts(client)),
        "sections": overview.section_rows(target.kind, client, edits.values, notes),
        "keys": keys,
        "glance": summarize(target, client, keys),
        "unknown": overview.list_unknown_fields(target.kind, client),
        "notes": notes,
        "source": format_value(source, client.get("clientSource")),
        "edits": edits,
        "rotation": lifecycle.find_rotation(
            workspace.organization, workspace.region.name, service_id, client_id
        ),
        "unresolved_entries": list_unresolved(target, context["name"]),
        "recent_changes": load_history(target, context["name"], limit=5).rows[:5],
    }
    return render_page(request, "clients/show.html", context)


KEY_SET_FORMS = ("keys", "all")  # the forms that have the key set


@workspace_page(Effect.CHANGE)
def key(
    request: ConsoleRequest, workspace: Workspace, service_id: int, client_id: int
) -> HttpResponse:
    """Generate a key pair: the public key joins the draft, the private key is shown once."""
    target = client_target(workspace, service_id, client_id)
    client = target.api().get()
    edits = drafts.load(target)
    jwks = edits.values.get("jwks", client.get("jwks")) or ""
    form = KeyPairForm(request.POST or None, used_ids=key_ids(str(jwks)))
    pair = None
    if form.is_valid():
        new = generate_key_pair(form.cleaned_data["alg"], form.cleaned_data["kid"])
        try:
            with idempotent(request, form, target.path("edit", "keys")) as submit:
                edits = drafts.update(target, lambda now: _add_to_draft(now, client, new))
                submit.result_url = target.path("review")
            pair = new
        except InvalidKeySetError:
            form.add_error(None, _("The JWK Set is invalid. Fix it first."))
    context = target.context(client) | {"form": form, "key_pair": pair, "edits": edits}
    response = render_page(request, "clients/key.html", context)
    response["Cache-Control"] = "no-store"
    return response


def _add_to_draft(edits: DraftEdits, client: Document, pair: KeyPair) -> DraftEdits:
    """Return the draft with the public key, also in unfinished forms."""
    base = {"jwks": edits.base.get("jwks", client.get("jwks"))}
    jwks = edits.values.get("jwks", client.get("jwks")) or ""
    expected = {"jwks": add_key(str(jwks), pair.public)}
    typed = {
        section: _add_to_typed(text, pair) if section in KEY_SET_FORMS else text
        for section, text in edits.unsent_forms.items()
    }
    return replace(edits.with_values(client.modified_at, base, expected), unsent_forms=typed)


def _add_to_typed(text: str, pair: KeyPair) -> str:
    form = QueryDict(text, mutable=True)
    if "jwks" in form:
        try:
            form["jwks"] = add_key(str(form["jwks"]), pair.public)
        except InvalidKeySetError:
            return text
    return form.urlencode()


@workspace_page(Effect.CHANGE)
def lock(
    request: ConsoleRequest, workspace: Workspace, service_id: int, client_id: int
) -> HttpResponse:
    """Show the effect of locking or unlocking, and do it."""
    target = client_target(workspace, service_id, client_id)
    client = target.api().get()
    context = target.context(client)
    details = {"reason": request.GET.get("reason", "")[:400]}
    form = LockForm(request.POST or None, initial=details)
    if form.is_valid():
        path = target.path("show")
        with catch_failure(form), idempotent(request, form, path):
            _set_lock(request, target, context["name"], form)
            return redirect_to(request, path)
    context |= {
        "form": form,
        "version": client.modified_at,
        "can_delete": True,
        "live": actions.count_live_tokens(workspace.authlete, service_id, client_id),
    }
    return render_page(request, "clients/lock.html", context)


def _set_lock(request: ConsoleRequest, target: DocumentTarget, name: str, form: LockForm) -> None:
    locked = form.cleaned_data["locked"] == "yes"
    workspace = target.workspace
    authlete = workspace.connect(**form.reason_fields)
    changed = actions.set_lock(
        authlete, workspace.organization, target.service_id, target.client_id, name, locked=locked
    )
    text = {
        (True, True): _("Locked %(name)s."),
        (True, False): _("Unlocked %(name)s."),
        (False, True): _("%(name)s was already locked. Nothing was changed."),
        (False, False): _("%(name)s was already unlocked. Nothing was changed."),
    }[changed, locked]
    messages.success(request, text % {"name": name})


@workspace_page(Effect.DESTROY)
@step_up
def remove(
    request: ConsoleRequest, workspace: Workspace, service_id: int, client_id: int
) -> HttpResponse:
    """Show the effect of deleting a client, and delete it."""
    listed = client_list_path(workspace, service_id)
    redirect_repeated(request, listed)
    target = client_target(workspace, service_id, client_id)
    try:
        client = target.api().get()
    except NotFoundError as error:
        if request.method != "POST" or not error.is_from_authlete:
            raise
        _add_message(request, existed=False)
        return redirect_to(request, listed)
    context = target.context(client)
    name = context["name"].strip()
    form = DeletionForm(request.POST or None, name=name, version=client.modified_at)
    if form.is_valid():
        with catch_failure(form), idempotent(request, form, listed):
            _delete(request, target, name, form)
            return redirect_to(request, listed)
    context |= {
        "name": name,
        "form": form,
        "version": client.modified_at,
        "can_delete": True,
        "live": actions.count_live_tokens(workspace.authlete, service_id, client_id),
    }
    return render_page(request, "clients/remove.html", context)


def _delete(request: ConsoleRequest, target: DocumentTarget, name: str, form: DeletionForm) -> None:
    authlete = target.workspace.connect(**form.reason_fields)
    _add_message(request, existed=actions.delete_client(authlete, target, name), name=name)


def _add_message(request: ConsoleRequest, *, existed: bool, name: str = "") -> None:
    if existed:
        messages.success(request, _("Deleted %(name)s.") % {"name": name})
    else:
        messages.info(request, _("The client was already deleted."))
