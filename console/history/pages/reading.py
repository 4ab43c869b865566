"""What can be read of a document: its settings, its text, and what was done to it."""

from django.http import Http404, HttpResponse
from django.utils.text import slugify

from console.audit_log import retention
from console.audit_log.change_descriptions import (
    describe_changes,
    load_changes,
    settings_for_operation,
)
from console.audit_log.operation_labels import label_name, label_text
from console.documents import overview
from console.documents.kinds import DocumentTarget
from console.documents.request_preview import format_json
from console.forms.timestamps import timestamp_param
from console.history.entries import (
    CREATION_OPERATIONS,
    HISTORY_CATEGORIES,
    UNDOABLE_OPERATIONS,
    history_gaps,
    is_unchanged,
    is_undoable,
    load_history,
    outside_time_range,
)
from console.history.unresolved import list_unresolved
from console.history.versions import list_spans, load_versions
from console.web.access import ConsoleRequest
from console.web.responses import render_page
from tenants.audit.models import AuditEntry
from tenants.organizations.roles import ConsolePermission
from tenants.versions.models import Version


def fields(request: ConsoleRequest, target: DocumentTarget) -> HttpResponse:
    """Every setting with its value in words, to search and to read."""
    asked = request.GET.get("q", "")[:200]
    set_only = request.GET.get("show") == "set"
    document = target.api().get()
    groups = overview.describe_settings(target.kind.sections, document, asked, set_only=set_only)
    context = target.context(document) | {
        "groups": groups,
        "unknown": overview.unknown_members(target.kind, document),
        "q": asked,
        "set_only": set_only,
    }
    return render_page(request, "documents/fields.html", context)


def document(request: ConsoleRequest, target: DocumentTarget) -> HttpResponse:
    """The whole document with its secrets sealed, to read, copy or download."""
    found = target.api().get()
    text = format_json(found.to_dict())
    source = f"{target.kind.name}/get"
    context = target.context(found) | {"text": text, "source": source}
    if "download" in request.GET:
        id = target.client_id or target.service_id
        name = slugify(f"{context['name']}-{target.workspace.region.name}-{id}")
        response = HttpResponse(text + "\n", content_type="application/json")
        response["Content-Disposition"] = f'attachment; filename="{name}.json"'
        return response
    return render_page(request, "documents/document.html", context)


def history(request: ConsoleRequest, target: DocumentTarget) -> HttpResponse:
    """Who changed it, newest first, each change in sentences; also while its region is
    down, since the record is here."""
    found = load_versions(target)
    context = found.context | {"object_versions": found}
    page = load_history(target, context["name"], request.GET.get("cursor", ""))
    context["unresolved_entries"] = list_unresolved(target, context["name"])
    context |= {
        "lines": page.lines,
        "previous": f"?cursor={page.newer}" if page.newer else "",
        "next": f"?cursor={page.older}" if page.older else "",
        "retention_gaps": [] if page.older else history_gaps(target),
    }
    return render_page(request, "history/history.html", context, part="entries")


def change(request: ConsoleRequest, target: DocumentTarget, entry: str) -> HttpResponse:
    """What was sent, and what Authlete made of it; told from the record alone."""
    kept = AuditEntry.objects.filter(**target.audit_columns, entry=entry).first()
    if kept is None:
        return _removed_entry(request, target, entry)
    name = kept.label or str(target.client_id or target.service_id)
    declared = settings_for_operation(kept.operation)
    context = {
        "target": target,
        "workspace": target.workspace,
        "name": name,
        "entry": kept,
        "done": label_text(label_name(kept), name),
        "can_undo": is_undoable(kept),
        "is_saved": kept.operation in UNDOABLE_OPERATIONS and is_undoable(kept),
        "time_range": outside_time_range(kept),
        "is_unchanged": is_unchanged(kept),
        "is_creation": kept.operation in CREATION_OPERATIONS,
        "unresolved_entries": list_unresolved(target, name, kept.entry),
        "changes": describe_changes(load_changes(kept.changes), declared),
        "side_effects": describe_changes(load_changes(kept.side_effects), declared),
    }
    return render_page(request, "history/change.html", context)


def _created_another_object(organization: int, entry: str) -> bool:
    own = Version.objects.filter(organization_id=organization, written=True)
    return own.filter(entry=entry).exists()


def _removed_entry(request: ConsoleRequest, target: DocumentTarget, entry: str) -> HttpResponse:
    """What is known of a change whose entry was removed; there never was any other."""
    workspace = target.workspace
    remains = retention.find_removed_entry(workspace.organization.pk, entry)
    kept = list_spans(target)
    if remains is None or remains.category not in HISTORY_CATEGORIES or not kept:
        raise Http404
    made = [one for one in kept if one.version.written and one.version.entry == entry]
    if not made and _created_another_object(workspace.organization.pk, entry):
        raise Http404
    names = (one.version.name for one in reversed(kept) if one.version.name)
    context = {
        "target": target,
        "workspace": workspace,
        "name": next(names, str(target.client_id or target.service_id)),
        "removed_entry": remains,
        "made_at": timestamp_param(made[0].since) if made else "",
        "may_follow": workspace.member.can(ConsolePermission.AUDIT_LOG),
    }
    return render_page(request, "history/removed_entry.html", context, status=410)
