"""Pages of versions: documents, comparisons and history."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from console.audit_log import retention
from console.audit_log.change_descriptions import (
    describe_changes,
    load_changes,
    settings_for_operation,
)
from console.audit_log.entry_rows import describe_entry_changes
from console.audit_log.operation_labels import label_name, label_text
from console.documents import overview
from console.documents.kinds import DocumentTarget
from console.documents.request_preview import format_json
from console.forms.change_forms import PointInTimeForm
from console.forms.timestamps import ambiguous_twin, format_timestamp, timestamp_param
from console.history.comparison import (
    COMPARE_WITH_CURRENT,
    ComparisonTarget,
    compare_documents,
    comparison_options,
    find_comparison_target,
    other_services,
)
from console.history.entries import (
    CREATION_OPERATIONS,
    GROUP_PARAM,
    HISTORY_CATEGORIES,
    UNDOABLE_OPERATIONS,
    history_filters,
    history_gaps,
    is_unchanged,
    is_undoable,
    list_unresolved,
    load_history,
    outside_time_range,
)
from console.history.groups import expand_group
from console.history.outages import read_document
from console.history.versions import (
    ObjectVersions,
    list_recreations,
    list_spans,
    load_deleted,
    load_versions,
    version_rows,
)
from console.inventory.blast_radius import recorded_impacts
from console.web.access import ConsoleRequest
from console.web.responses import redirect_to, render_page
from tenants.audit.models import AuditEntry
from tenants.authlete.documents.base import Document
from tenants.authlete.errors import AuthleteError, ForbiddenError, NotFoundError
from tenants.authlete.outcome import Outcome
from tenants.organizations.roles import ConsolePermission
from tenants.versions.models import Version
from tenants.versions.timeline import load_newest_versions


def fields(request: ConsoleRequest, target: DocumentTarget) -> HttpResponse:
    """Show every setting with its formatted value, to search and read."""
    requested = request.GET.get("q", "")[:200]
    set_only = request.GET.get("show") == "set"
    reading = read_document(target)
    document = reading.document
    groups = overview.describe_settings(
        target.kind.sections, document, requested, set_only=set_only
    )
    context = reading.context | {
        "groups": groups,
        "unknown": overview.list_unknown_fields(target.kind, document),
        "q": requested,
        "set_only": set_only,
    }
    return render_page(request, "documents/fields.html", context)


def document(request: ConsoleRequest, target: DocumentTarget) -> HttpResponse:
    """Show the whole document with its secrets redacted, to read, copy or download."""
    reading = read_document(target)
    text = format_json(reading.document.to_dict())
    source = f"{target.kind.name}/get"
    context = reading.context | {"text": text, "source": source}
    if "download" in request.GET:
        id = target.client_id or target.service_id
        name = slugify(f"{context['name']}-{target.workspace.region.name}-{id}")
        if reading.outage:
            name += reading.outage.seen_at.strftime("-last-seen-%Y%m%dT%H%M%SZ")
        response = HttpResponse(text + "\n", content_type="application/json")
        response["Content-Disposition"] = f'attachment; filename="{name}.json"'
        return response
    return render_page(request, "documents/document.html", context)


def history(request: ConsoleRequest, target: DocumentTarget) -> HttpResponse:
    """List who changed the object, newest first; also while its region is down."""
    member, group = target.workspace.member, request.GET.get(GROUP_PARAM, "")
    expanded = expand_group(request, member, history_filters(target), group) if group else None
    if group and request.htmx:
        return render_page(request, "audit/group_entries.html", {"expanded_group": expanded})
    versions = load_versions(target)
    context = versions.context | {"object_versions": versions}
    if expanded:
        return render_page(request, "history/history.html", context | {"expanded_group": expanded})
    page = load_history(target, context["name"], request.GET.get("cursor", ""))
    context["unresolved_entries"] = list_unresolved(target, context["name"])
    context |= {
        "rows": page.rows,
        "previous": f"?cursor={page.newer}" if page.newer else "",
        "next": f"?cursor={page.older}" if page.older else "",
        "retention_gaps": [] if page.older else history_gaps(target),
    }
    return render_page(request, "history/history.html", context, part="entries")


def change(request: ConsoleRequest, target: DocumentTarget, entry: str) -> HttpResponse:
    """Show what was sent and what Authlete stored, from the audit log alone."""
    audit_entry = AuditEntry.objects.filter(**target.audit_columns, entry=entry).first()
    if audit_entry is None:
        return _removed_entry(request, target, entry)
    name = audit_entry.label or str(target.client_id or target.service_id)
    declared = settings_for_operation(audit_entry.operation)
    context = {
        "target": target,
        "workspace": target.workspace,
        "name": name,
        "entry": audit_entry,
        "done": label_text(label_name(audit_entry), name),
        "can_undo": is_undoable(audit_entry),
        "is_saved": audit_entry.operation in UNDOABLE_OPERATIONS and is_undoable(audit_entry),
        "time_range": outside_time_range(audit_entry),
        "is_unchanged": is_unchanged(audit_entry),
        "is_creation": audit_entry.operation in CREATION_OPERATIONS,
        "unresolved_entries": list_unresolved(target, name, audit_entry.entry),
        "changes": describe_entry_changes(audit_entry),
        "side_effects": describe_changes(load_changes(audit_entry.side_effects), declared),
        "impacts": recorded_impacts(audit_entry),
    }
    return render_page(request, "history/change.html", context)


def _created_another_object(organization: int, entry: str) -> bool:
    versions = Version.objects.filter(organization_id=organization, written=True)
    return versions.filter(entry=entry).exists()


def _removed_entry(request: ConsoleRequest, target: DocumentTarget, entry: str) -> HttpResponse:
    """Show the tombstone of a removed entry; raise `Http404` for any other."""
    workspace = target.workspace
    removed = retention.find_removed_entry(workspace.organization.pk, entry)
    spans = list_spans(target)
    if removed is None or removed.category not in HISTORY_CATEGORIES or not spans:
        raise Http404
    written = [span for span in spans if span.version.written and span.version.entry == entry]
    if not written and _created_another_object(workspace.organization.pk, entry):
        raise Http404
    names = (span.version.name for span in reversed(spans) if span.version.name)
    context = {
        "target": target,
        "workspace": workspace,
        "name": next(names, str(target.client_id or target.service_id)),
        "removed_entry": removed,
        "made_at": timestamp_param(written[0].since) if written else "",
        "may_follow": workspace.member.can(ConsolePermission.AUDIT_LOG),
    }
    return render_page(request, "history/removed_entry.html", context, status=410)


def version_at(request: ConsoleRequest, target: DocumentTarget) -> HttpResponse:
    """Show the object's version at a time, and compare it with another version."""
    versions = load_versions(target)
    form = PointInTimeForm(request.GET)
    form.full_clean()
    now = timezone.now()
    requested = form.timestamp or now
    moment = min(requested, now)
    span = versions.version_at(moment)
    twin = ambiguous_twin(moment) if form.timestamp else None
    context = versions.context | {
        "object_versions": versions,
        "form": form,
        "moment": moment,
        "timestamp_param": timestamp_param(moment),
        "local": format_timestamp(moment),
        "is_future": requested > now,
        "other_reading": twin,
        "other_reading_param": timestamp_param(twin) if twin else "",
        "is_early": bool(versions.created_at and moment < versions.created_at),
        "span": span,
        "certain": bool(span and versions.is_certain(span, moment)),
        "first": versions.spans[0] if versions.spans else None,
        "first_at": timestamp_param(versions.spans[0].since) if versions.spans else "",
        "before_at": timestamp_param(versions.last.until) if versions.last else "",
        "rows": version_rows(versions, span),
        "comparison_options": comparison_options(target),
    }
    if span and not span.version.is_deleted:
        past_document = versions.document(span)
        context |= {
            "version_document": past_document,
            "groups": overview.describe_settings(
                target.kind.sections, past_document, set_only=True
            ),
            "unknown": overview.list_unknown_fields(target.kind, past_document),
            "text": format_json(past_document.to_dict()),
            "findings": target.kind.findings(past_document.to_dict()),
        }
        try:
            comparison_target = find_comparison_target(
                versions, form.compare_with or COMPARE_WITH_CURRENT
            )
            context |= _comparison_context(target, past_document, comparison_target)
            context["nothing"] = "compare" in form.errors or (
                form.compare_with and not comparison_target
            )
        except AuthleteError as error:
            context["error"] = error
    return render_page(request, "history/version_at.html", context)


def _comparison_context(
    target: DocumentTarget, then: Document, comparison_target: ComparisonTarget | None
) -> dict[str, Any]:
    if comparison_target is None:
        return {}
    comparison = compare_documents(
        target.kind, then, comparison_target.document, same_object=comparison_target.is_same_object
    )
    return {"comparison_target": comparison_target, "comparison": comparison}


MAX_LISTED_CLIENTS = 100  # clients that the page of a service names
DELETE_OPERATIONS = (
    "client.delete",
    "client.gone_outside",
    "idp.remove_service",
    "service.gone_outside",
)


def deleted(
    request: ConsoleRequest, target: DocumentTarget, error: NotFoundError | ForbiddenError
) -> HttpResponse:
    """Show who deleted the object, and its last version; raise ``error`` if neither is known."""
    versions = load_deleted(target, error)
    if versions.failure or not versions.last:
        raise error
    context = versions.context | {
        "object_versions": versions,
        "deletion_entry": _find_deletion(versions),
        "last_at": timestamp_param(versions.last.until),
        "unresolved_entries": list_unresolved(target, versions.context["name"]),
        "recreations": list_recreations(target),
        "deleted_clients": [] if target.client_id else _clients_of_service(target),
    }
    if versions.is_service_deleted:
        context["other_services"] = other_services(target)
    return render_page(request, target.template("deleted"), context, status=404)


def redirect_deleted(request: ConsoleRequest, target: DocumentTarget) -> HttpResponse:
    """Redirect a change of a deleted object to its page, with a warning."""
    messages.warning(request, _("It was deleted, so nothing can be restored."))
    return redirect_to(request, target.path("show"))


def _clients_of_service(target: DocumentTarget) -> list[Version]:
    """Return the last known versions of the clients that a service had."""
    location = (target.workspace.region.name, target.service_id)
    refs = load_newest_versions(target.workspace.organization.pk, [location]).values()
    existing = [version for version in refs if version.client_id and not version.is_deleted]
    return sorted(existing, key=lambda version: (version.name.casefold(), version.client_id))[
        :MAX_LISTED_CLIENTS
    ]


def _find_deletion(versions: ObjectVersions) -> AuditEntry | None:
    """Return the newest entry that reports the deletion of the object or its service."""
    location = versions.target.audit_columns | (
        {"client": ""} if versions.is_service_deleted else {}
    )
    deletions = AuditEntry.objects.filter(**location, operation__in=DELETE_OPERATIONS)
    outcomes = (Outcome.SUCCEEDED, Outcome.UNKNOWN)
    return deletions.filter(outcome__in=outcomes).first()
