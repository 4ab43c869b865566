"""Pages of bulk changes, for services and clients alike."""

from collections import Counter
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from console.bulk import jobs, selections
from console.bulk.bulk_settings import EditMode, SettingEdit, entered_value, setting_form
from console.bulk.forms import BulkActionForm, BulkConfirmForm, BulkSelectForm, EditModeForm
from console.bulk.kinds import SET, BulkKind
from console.bulk.objects import BulkSelection, SelectedObject
from console.bulk.preview import build_preview
from console.bulk.preview_list import PreviewLine, preview_list
from console.bulk.selections import BulkPreview
from console.inventory.coverage import PartialInventoryError
from console.inventory.services import service_name_lookup
from console.lists.definition import render_list
from console.models.findings import open_findings
from console.web.access import ConsoleRequest, Member
from console.web.idempotency import catch_failure, idempotent
from console.web.paths import cached_reverse
from console.web.responses import redirect_to, render_page
from console.web.step_up import step_up

MAX_SAMPLE_NAMES = 8  # names of the selection that a page lists
EMPTY_LIST_MESSAGE = _("Enter the entries to add or remove.")


def bulk_select(request: ConsoleRequest, kind: BulkKind, member: Member) -> HttpResponse:
    """Store the selection of a list; nothing changes yet."""
    form = BulkSelectForm(request.POST, kind=kind)
    selection, coverage, fix = BulkSelection(), None, ""
    if request.method == "POST" and form.is_valid():
        fix = form.cleaned_data["fix"]
        try:
            selection = _resolve(kind, member, form)
        except PartialInventoryError as error:
            coverage = error.coverage
            selection = BulkSelection(query=form.cleaned_data["query"])
    number = len(selection.objects)
    if 0 < number <= selections.MAX_SELECTED:
        created = selections.create_selection(kind, member, selection)
        if not fix:
            return redirect_to(request, kind.path("bulk_action", member, created))
        preview = build_preview(kind, member, selection, kind.actions[SET], kind.fix_of(fix))
        selections.save_preview(kind, member, created, selection, preview)
        return redirect_to(request, kind.path("bulk_preview", member, created))
    context = {
        "kind": kind,
        "member": member,
        "back": kind.list_url(member, selection),
        "number": number,
        "max_count": selections.MAX_SELECTED,
        "coverage": coverage,
    }
    return render_page(request, "bulk/bulk_select.html", context)


def _resolve(kind: BulkKind, member: Member, form: BulkSelectForm) -> BulkSelection:
    """Return the selected objects.

    Raises:
        AuthleteError: the matching objects can't be determined.
        PartialInventoryError: clients of some services were never read.

    """
    details = form.cleaned_data
    if details["fix"]:
        return BulkSelection(_violators(member, details["fix"]))
    selection = BulkSelection(
        (), details["within"], details["query"], details["shown"] or 0, selects_all=details["all"]
    )
    if selection.selects_all:
        return kind.resolve_all(member, selection)
    names = kind.find_names(member, form.refs)
    objects = [SelectedObject(*ref, names.get(ref, "")) for ref in form.refs]
    return replace(selection, objects=objects)


def _violators(member: Member, rule: str) -> list[SelectedObject]:
    """Return the objects with an open finding of a rule."""
    regions = [region.name for region in member.regions()]
    findings = open_findings(member.organization).filter(rule=rule, region__in=regions)
    columns = findings.order_by("pk").values_list("region", "service_id", "client_id", "name")
    return [SelectedObject(*values) for values in columns]


@step_up
def bulk_action(
    request: ConsoleRequest, kind: BulkKind, member: Member, selection: UUID
) -> HttpResponse:
    """Show the selected objects and the actions."""
    stored = selections.load_selection(kind, member, selection)
    if stored is None:
        return _selection_expired(request, kind, member)
    chosen, _preview = stored
    form = BulkActionForm(request.POST or None, kind=kind, member=member)
    if form.is_valid():
        action = form.cleaned_data["action"]
        if action == SET:
            setting = form.cleaned_data["setting"]
            return redirect_to(request, kind.path("bulk_setting", member, selection, setting))
        preview = build_preview(kind, member, chosen, kind.actions[action])
        selections.save_preview(kind, member, selection, chosen, preview)
        return redirect_to(request, kind.path("bulk_preview", member, selection))
    service_name = service_name_lookup(member.organization)
    context = _context(kind, member, selection, chosen) | {
        "form": form,
        "sample": [
            (item, service_name(item.region, item.service_id) if kind.has_clients else "")
            for item in chosen.objects[:MAX_SAMPLE_NAMES]
        ],
        "more": len(chosen.objects) - MAX_SAMPLE_NAMES,
    }
    return render_page(request, "bulk/bulk_action.html", context)


def bulk_setting(
    request: ConsoleRequest, kind: BulkKind, member: Member, selection: UUID, setting: str
) -> HttpResponse:
    """Ask for the new value of a setting."""
    if setting not in kind.settings:
        raise Http404
    target = kind.settings[setting]
    stored = selections.load_selection(kind, member, selection)
    if stored is None:
        return _selection_expired(request, kind, member)
    chosen, _preview = stored
    data = request.POST if request.method == "POST" else None
    form = setting_form(target)(data, object_key=f"bulk/{member.organization.pk}/{selection}")
    mode = EditModeForm(data)
    if form.is_valid() and mode.is_valid():
        edit = SettingEdit(target, EditMode(mode.cleaned_data["mode"]), entered_value(form, target))
        if edit.mode is EditMode.EXACTLY or (target.is_list and edit.value):
            preview = build_preview(kind, member, chosen, kind.actions[SET], edit)
            selections.save_preview(kind, member, selection, chosen, preview)
            return redirect_to(request, kind.path("bulk_preview", member, selection))
        form.add_error(target.setting.name, str(EMPTY_LIST_MESSAGE))
    context = _context(kind, member, selection, chosen) | {
        "property": target,
        "title": kind.actions[SET].title(len(chosen.objects), target.label),
        "form": form,
        "field": form[target.setting.name],
        "mode": mode,
    }
    return render_page(request, "bulk/bulk_setting.html", context)


@step_up
def bulk_preview(
    request: ConsoleRequest, kind: BulkKind, member: Member, selection: UUID
) -> HttpResponseBase:
    """Show the preview, and start the job."""
    stored = selections.load_selection(kind, member, selection)
    chosen, preview = stored or (BulkSelection(), None)
    if preview is None:
        return _selection_expired(request, kind, member)
    if not member.can(preview.action.effect):
        raise PermissionDenied
    form = BulkConfirmForm(request.POST or None, preview=preview)
    if form.number and form.is_valid():
        with (
            catch_failure(form),
            idempotent(request, form, kind.list_url(member, chosen)) as submit,
        ):
            job = jobs.start_job(member, preview, form)
            selections.delete_selection(member, selection)
            submit.result_url = reverse("jobs:show", args=[member.organization.slug, job.pk])
            return redirect_to(request, submit.result_url)
    context = _context(kind, member, selection, chosen) | {
        "preview": preview,
        "form": form,
        "counts": Counter(row.status for row in preview.rows),
    }
    return render_list(
        request,
        member,
        preview_list(kind, preview),
        _preview_lines(kind, member, preview),
        "bulk/bulk_preview.html",
        context,
        list_id="preview-rows",
        id_prefix="preview-",
    )


def _preview_lines(kind: BulkKind, member: Member, preview: BulkPreview) -> list[PreviewLine]:
    service_name = service_name_lookup(member.organization)
    slug, route = member.organization.slug, f"{kind.document.area}:show"
    return [
        PreviewLine(
            preview,
            row,
            service_name(row.region, row.service_id),
            cached_reverse(route, slug, *row.ref.key.split("/")),
        )
        for row in preview.rows
    ]


def _context(
    kind: BulkKind, member: Member, selection: UUID, chosen: BulkSelection
) -> dict[str, Any]:
    return {
        "kind": kind,
        "member": member,
        "choice": chosen,
        "back": kind.list_url(member, chosen),
        "bulk_action_path": kind.path("bulk_action", member, selection),
    }


def _selection_expired(request: ConsoleRequest, kind: BulkKind, member: Member) -> HttpResponse:
    """Render the page for a selection that has expired."""
    back = kind.list_url(member, BulkSelection())
    return render_page(
        request, "bulk/bulk_select.html", {"kind": kind, "back": back, "is_over": True}
    )
