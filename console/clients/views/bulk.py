from collections import Counter
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from console.clients.bulk import jobs, resolver, selections
from console.clients.bulk.bulk_settings import (
    BULK_ACTIONS,
    BULK_SETTINGS,
    FIXABLE_RULES,
    SET,
    EditMode,
    SettingEdit,
    entered_value,
    fix_of,
    setting_form,
)
from console.clients.bulk.forms import BulkActionForm, BulkConfirmForm, BulkSelectForm, EditModeForm
from console.clients.bulk.preview import build_preview
from console.clients.bulk.preview_list import PreviewLine, preview_list
from console.clients.bulk.resolver import HasClientRef
from console.clients.bulk.selections import ClientSelection
from console.inventory.services import service_name_lookup
from console.lists.definition import render_list
from console.web.access import ConsoleRequest, Member, organization_page
from console.web.idempotency import catch_failure, idempotent
from console.web.responses import redirect_to, render_page
from console.web.step_up import step_up
from tenants.authlete.operation import Effect

MAX_SAMPLE_NAMES = 8  # names of the selection that a page lists
EMPTY_LIST_MESSAGE = _("Enter the entries to add or remove.")


@organization_page(Effect.CHANGE)
def bulk_select(request: ConsoleRequest, member: Member) -> HttpResponse:
    """Store the selection of a list; nothing changes yet."""
    form = BulkSelectForm(request.POST)
    selection, coverage, fix = ClientSelection(), None, ""
    if request.method == "POST" and form.is_valid():
        fix = form.cleaned_data["fix"]
        try:
            if fix:
                selection = resolver.resolve_findings(member, fix)
            else:
                selection = resolver.resolve_selection(member, form)
        except resolver.PartialInventoryError as error:
            coverage = error.coverage
            selection = ClientSelection(query=form.cleaned_data["query"])
    number = len(selection.clients)
    if 0 < number <= selections.MAX_SELECTED_CLIENTS:
        created = selections.create_selection(member, selection)
        if not fix:
            return redirect_to(request, _bulk_path("bulk_action", member, created))
        preview = build_preview(member, selection, SET, fix_of(FIXABLE_RULES[fix]))
        selections.save_preview(member, created, selection, preview)
        return redirect_to(request, _bulk_path("bulk_preview", member, created))
    return_url = resolver.list_url(member, selection)
    context = {
        "member": member,
        "back": return_url,
        "number": number,
        "max_count": selections.MAX_SELECTED_CLIENTS,
        "coverage": coverage,
    }
    return render_page(request, "clients/bulk_select.html", context)


@organization_page(Effect.CHANGE)
@step_up
def bulk_action(request: ConsoleRequest, member: Member, selection: UUID) -> HttpResponse:
    """Show the selected clients and the actions."""
    choice = selections.load_selection(member, selection)
    if choice is None:
        return _selection_expired(request, member)
    form = BulkActionForm(request.POST or None, member=member)
    if form.is_valid():
        action = form.cleaned_data["action"]
        if action == SET:
            name = form.cleaned_data["setting"]
            return redirect_to(request, _bulk_path("bulk_setting", member, selection, name))
        selections.save_preview(member, selection, choice, build_preview(member, choice, action))
        return redirect_to(request, _bulk_path("bulk_preview", member, selection))
    context = _context(member, selection, choice) | {
        "form": form,
        "sample": _with_service_names(member, choice.clients[:MAX_SAMPLE_NAMES]),
        "more": len(choice.clients) - MAX_SAMPLE_NAMES,
    }
    return render_page(request, "clients/bulk_action.html", context)


@organization_page(Effect.CHANGE)
def bulk_setting(
    request: ConsoleRequest, member: Member, selection: UUID, setting: str
) -> HttpResponse:
    """Ask for the new value of a setting."""
    bulk_setting = BULK_SETTINGS.get(setting)
    if bulk_setting is None:
        raise Http404
    choice = selections.load_selection(member, selection)
    if choice is None:
        return _selection_expired(request, member)
    data = request.POST if request.method == "POST" else None
    form = setting_form(bulk_setting)(data, object_key=f"bulk/{member.organization.pk}/{selection}")
    mode = EditModeForm(data)
    if form.is_valid() and mode.is_valid():
        edit = SettingEdit(
            bulk_setting, EditMode(mode.cleaned_data["mode"]), entered_value(form, bulk_setting)
        )
        if edit.mode is EditMode.EXACTLY or (bulk_setting.is_list and edit.value):
            selections.save_preview(
                member, selection, choice, build_preview(member, choice, SET, edit)
            )
            return redirect_to(request, _bulk_path("bulk_preview", member, selection))
        form.add_error(bulk_setting.setting.name, str(EMPTY_LIST_MESSAGE))
    context = _context(member, selection, choice) | {
        "property": bulk_setting,
        "form": form,
        "field": form[bulk_setting.setting.name],
        "mode": mode,
    }
    return render_page(request, "clients/bulk_setting.html", context)


@organization_page(Effect.CHANGE)
@step_up
def bulk_preview(request: ConsoleRequest, member: Member, selection: UUID) -> HttpResponseBase:
    """Show the preview, and start the job."""
    choice = selections.load_selection(member, selection)
    if choice is None or choice.preview is None:
        return _selection_expired(request, member)
    preview = choice.preview
    bulk_action = BULK_ACTIONS[preview.action]
    if not member.can(bulk_action.effect):
        raise PermissionDenied
    form = BulkConfirmForm(request.POST or None, preview=preview)
    if form.number and form.is_valid():
        with (
            catch_failure(form),
            idempotent(request, form, resolver.list_url(member, choice)) as submit,
        ):
            job = jobs.start_job(member, preview, form)
            selections.delete_selection(member, selection)
            submit.result_url = reverse("jobs:show", args=[member.organization.slug, job.pk])
            return redirect_to(request, submit.result_url)
    context = _context(member, selection, choice) | {
        "bulk_action": bulk_action,
        "preview": preview,
        "form": form,
        "counts": Counter(row.status for row in preview.rows),
    }
    return render_list(
        request,
        member,
        preview_list(preview),
        [
            PreviewLine(preview, row, service)
            for row, service in _with_service_names(member, preview.rows)
        ],
        "clients/bulk_preview.html",
        context,
        list_id="preview-rows",
        id_prefix="preview-",
    )


def _with_service_names[One: HasClientRef](
    member: Member, clients: Iterable[One]
) -> list[tuple[One, str]]:
    """Pair each client with the last known name of its service."""
    service_name = service_name_lookup(member.organization)
    return [(client, service_name(client.region, client.service_id)) for client in clients]


def _context(member: Member, selection: UUID, choice: ClientSelection) -> dict[str, Any]:
    return {
        "member": member,
        "selection": selection,
        "choice": choice,
        "back": resolver.list_url(member, choice),
    }


def _selection_expired(request: ConsoleRequest, member: Member) -> HttpResponse:
    """Render the page for a selection that has expired."""
    context = {"back": resolver.list_url(member, ClientSelection()), "is_over": True}
    return render_page(request, "clients/bulk_select.html", context)


def _bulk_path(name: str, member: Member, selection: UUID, *more: str) -> str:
    return reverse(f"clients:{name}", args=[member.organization.slug, selection, *more])
