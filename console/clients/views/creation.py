from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext_lazy

from console.audit_log.change_descriptions import CLIENT_SETTINGS, describe_changes
from console.clients.creation import copies, drafts
from console.clients.creation.drafts import ClientOrigin, NewClientDraft, create_client
from console.clients.creation.presets import (
    CLIENT_PRESETS,
    ClientPreset,
    ServiceMismatch,
    find_mismatches,
)
from console.clients.forms import build_new_client_form, form_edits
from console.clients.paths import client_list_path, client_path, new_client_path
from console.clients.rotation.lifecycle import secret_uses
from console.documents import overview
from console.documents.request_preview import format_json, review_digest
from console.forms.change_forms import ReviewedChangeForm
from console.history.versions import recreation_reason
from console.inventory.index import index_client
from console.web.access import ConsoleRequest, Workspace, workspace_page
from console.web.idempotency import FirstSubmit, catch_failure, idempotent, redirect_repeated
from console.web.responses import redirect_to, render_page
from console.web.step_up import step_up
from tenants.authlete.documents.client import SECTIONS, Client
from tenants.authlete.documents.client.rules import check_client
from tenants.authlete.documents.service import Service
from tenants.authlete.object_ref import ObjectRef
from tenants.authlete.operation import Effect
from tenants.authlete.redaction.unknown_fields import CLIENT_SCHEMA
from tenants.crypto.fingerprints import fingerprint_client_secret, get_draft_redactor

DRAFT_EXPIRED = gettext_lazy("Your entries have expired. Nothing was created. Enter them again.")
CHANGED_DURING_REVIEW = gettext_lazy(
    "The service or the original has changed since your review. Nothing was created. "
    "Review the client again."
)


@workspace_page(Effect.CHANGE)
def new(request: ConsoleRequest, workspace: Workspace, service_id: int) -> HttpResponse:
    """Choose an application type, then enter the settings."""
    draft = drafts.load_draft(workspace, service_id, request.GET.get("new", ""))
    start = draft.origin if draft else ClientOrigin.from_params(request.GET.dict())
    into = copies.copy_target_path(workspace, request.GET.get("into", ""))
    if start and into:
        return redirect_to(request, into + start.query)
    service = workspace.authlete.service(service_id).get()
    context = {"workspace": workspace, "service": service, "start": start}
    if start is None:
        context |= _choice_context(request, workspace, service)
        return render_page(request, "clients/new.html", context)
    client = drafts.load_initial_client(workspace, service, start)
    form = build_new_client_form(
        client,
        _form_key(workspace, service_id, start),
        request.POST if request.method == "POST" else None,
        dict(draft.edits) if draft else None,
    )
    if form.is_valid():
        key = drafts.save_draft(workspace, service_id, NewClientDraft(start, form_edits(form)))
        return redirect_to(request, new_client_path("create", workspace, service_id, key))
    context |= {
        "new_client": client,
        "form": form,
        "mismatches": find_mismatches(client.document, service),
        "source_services": copies.list_source_services(workspace, service) if client.copy else [],
    }
    return render_page(request, "clients/new.html", context)


@workspace_page(Effect.CHANGE)
@step_up
def create(request: ConsoleRequest, workspace: Workspace, service_id: int) -> HttpResponse:
    """Review the new client, create it, and show its secret once."""
    key = request.GET.get("new", "")
    form = ReviewedChangeForm(request.POST or None)
    listed = client_list_path(workspace, service_id)
    redirect_repeated(request, listed)
    entered = drafts.load_draft(workspace, service_id, key)
    if entered is None:
        messages.warning(request, DRAFT_EXPIRED)
        return redirect_to(request, new_client_path("new", workspace, service_id))
    service = workspace.authlete.service(service_id).get()
    initial_client = drafts.load_initial_client(workspace, service, entered.origin)
    if initial_client.is_recreation:
        form.initial = {"reason": recreation_reason(entered.origin.deleted)}
    client = initial_client.build_document(entered.edits)
    new_client = Client.model_validate({"clientId": 0, **client})
    redactor = get_draft_redactor(workspace.member.user.pk, key).with_schema(CLIENT_SCHEMA)
    redacted = redactor.redact(client)
    reviewed = review_digest(redacted)
    if form.is_valid() and form.cleaned_data["reviewed"] != reviewed:
        messages.warning(request, CHANGED_DURING_REVIEW)
    elif form.is_valid():
        with catch_failure(form), idempotent(request, form, listed) as submit:
            response = _create(request, workspace, service, client, form, submit)
            drafts.delete_draft(workspace, service_id, key)
            return response
    context = {
        "workspace": workspace,
        "service": service,
        "key": key,
        "new_client": initial_client,
        "client": client,
        "form": form,
        "reviewed": reviewed,
        "mismatches": find_mismatches(client, service),
        "findings": check_client(client),
        "uses": secret_uses(new_client),
        "groups": overview.describe_settings(SECTIONS, new_client, set_only=True),
        "unknown": sorted(client.keys() - CLIENT_SETTINGS.keys()),
        "body": format_json(redacted),
    }
    return render_page(request, "clients/create.html", context)


def _create(
    request: ConsoleRequest,
    workspace: Workspace,
    service: Service,
    client: dict[str, Any],
    form: ReviewedChangeForm,
    submit: FirstSubmit,
) -> HttpResponse:
    """Create the client; only this response contains the secret."""
    authlete = workspace.connect(**form.reason_fields)
    created_client = create_client(authlete, service.api_key, client)
    path = client_path("show", workspace, service.api_key, created_client.client_id)
    submit.result_url = path
    if created_client.client:
        index_client(
            workspace.organization, authlete.region, service.api_key, created_client.client
        )
    new_client = created_client.client or Client.model_validate({"clientId": 0, **client})
    context = {
        "workspace": workspace,
        "service": service,
        "created_client": created_client,
        "client": new_client,
        "secret": created_client.secret.get_secret_value()
        if created_client.secret and secret_uses(new_client)
        else "",
        "secret_fingerprint": fingerprint_client_secret(
            workspace.organization.pk,
            ObjectRef(authlete.region, service.api_key, created_client.client_id),
            created_client.secret,
        ).hex
        if created_client.secret
        else "",
        "name": client.get("clientName") or str(created_client.client_id),
        "path": path,
        "side_effects": describe_changes(created_client.surprises, CLIENT_SETTINGS),
    }
    response = render_page(request, "clients/created.html", context)
    response["Cache-Control"] = "no-store"
    return response


def _choice_context(
    request: ConsoleRequest, workspace: Workspace, service: Service
) -> dict[str, Any]:
    """Return the presets with their mismatches, and the clients to copy."""
    kinds = [
        {"slug": slug, "kind": preset, "mismatches": _fatal_mismatches(preset, service)}
        for slug, preset in CLIENT_PRESETS.items()
    ]
    homes = copies.list_source_services(workspace, service)
    requested = request.GET.get("q", "")[:200]
    source = request.GET.get("from", "")
    home = next(
        (source_service for source_service in homes if source_service.key == source), homes[0]
    )
    clients = (
        copies.find_source_clients(workspace, home, requested) if "from" in request.GET else None
    )
    return {
        "kinds": kinds,
        "source_services": homes,
        "selected_service": home,
        "q": requested,
        "source_clients": clients,
    }


def _fatal_mismatches(archetype: ClientPreset, service: Service) -> list[ServiceMismatch]:
    mismatches = find_mismatches(archetype.build_client(service), service)
    return [mismatch for mismatch in mismatches if mismatch.is_fatal]


def _form_key(workspace: Workspace, service_id: int, start: ClientOrigin) -> str:
    """Return the key that ties a form to its origin."""
    where = f"{workspace.organization.pk}/{workspace.region.name}/{service_id}"
    return f"{where}/new/{start.query}"
