"""Pages that restore earlier values in a draft."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console.audit_log.change_descriptions import load_changes
from console.documents.kinds import DocumentTarget
from console.editing import drafts
from console.editing.restore import draft_conflict_messages, plan_restore, unrestorable_message
from console.forms.timestamps import format_timestamp, parse_timestamp, timestamp_param
from console.history.comparison import restorable_values, unrestorable_settings
from console.history.entries import UNDO_PAGES, UNDOABLE_OPERATIONS, undo_reason
from console.history.versions import load_versions
from console.history.views import redirect_deleted
from console.web.access import ConsoleRequest
from console.web.responses import redirect_to, render_page
from tenants.audit.models import AuditEntry
from tenants.authlete.documents.base import Document
from tenants.authlete.outcome import Outcome

TAMPERED_WARNING = gettext_lazy(
    "The stored version was tampered with, or its key is missing. Review every value."
)


def restore_version(request: ConsoleRequest, target: DocumentTarget) -> HttpResponse:
    """Add settings of an earlier version to the draft; redirect to its review."""
    moment = parse_timestamp(request.POST.get("at", ""))
    versions = load_versions(target)
    if versions.failure:
        raise versions.failure
    if versions.current is None:
        return redirect_deleted(request, target)
    span = versions.version_at(moment) if moment else None
    if moment is None or span is None or span.version.is_deleted:
        raise Http404
    restores_all = "whole" in request.POST
    selected = None if restores_all else request.POST.getlist("member")
    base, wanted = restorable_values(
        target.kind, versions.document(span), versions.current, selected
    )
    if not wanted:
        context = versions.context | {"timestamp_param": timestamp_param(moment)}
        return render_page(request, "editing/restore_version.html", context)
    version = versions.current.modified_at
    for message in draft_conflict_messages(target.kind, drafts.load(target), wanted):
        messages.warning(request, message)
    drafts.update(target, lambda now: now.with_values(version, base, wanted))
    if not span.is_intact:
        messages.warning(request, TAMPERED_WARNING)
    stays = (
        unrestorable_settings(target.kind, versions.document(span), versions.current)
        if restores_all
        else []
    )
    if stays:
        messages.warning(request, unrestorable_message(stays))
    reason = _("Restore the version of %(time)s") % {"time": format_timestamp(moment)}
    return redirect_to(request, f"{target.path('review')}?{urlencode({'reason': reason})}")


def restore(request: ConsoleRequest, target: DocumentTarget, entry: str) -> HttpResponse:
    """Add the values from before a change to the draft; redirect to its review."""
    logged_entry = get_object_or_404(
        AuditEntry,
        **target.audit_columns,
        entry=entry,
        operation__in=(*UNDOABLE_OPERATIONS, *UNDO_PAGES),
        outcome__in=(Outcome.SUCCEEDED, Outcome.UNKNOWN),
    )
    now = load_versions(target)
    if now.failure:
        raise now.failure
    document = now.current
    if document is None:
        return redirect_deleted(request, target)
    if logged_entry.operation in UNDO_PAGES:
        return _redirect_to_undo_page(request, target, logged_entry, document)
    changes, surprises = load_changes(logged_entry.changes), load_changes(logged_entry.side_effects)
    plan = plan_restore(target.kind, document, changes, surprises)
    if not plan.values:
        context = target.context(document) | {
            "entry": logged_entry,
            "unrestorable_settings": plan.unrestorable,
        }
        return render_page(request, "editing/restore.html", context)
    version = document.modified_at
    for message in draft_conflict_messages(target.kind, drafts.load(target), plan.values):
        messages.warning(request, message)
    drafts.update(target, lambda now: now.with_values(version, plan.base, plan.values))
    if plan.unrestorable:
        messages.warning(request, unrestorable_message(plan.unrestorable))
    query = urlencode({"reason": undo_reason(logged_entry)})
    return redirect_to(request, f"{target.path('review')}?{query}")


def _redirect_to_undo_page(
    request: ConsoleRequest, target: DocumentTarget, entry: AuditEntry, document: Document
) -> HttpResponse:
    """Redirect to the page of the action, prefilled to undo it."""
    page = UNDO_PAGES[entry.operation]
    if page == "lock" and bool(entry.value_before("locked")) == bool(document.get("locked")):
        context = target.context(document) | {"entry": entry, "unrestorable_settings": ()}
        return render_page(request, "editing/restore.html", context)
    query = urlencode({"undo": entry.entry, "reason": undo_reason(entry)})
    return redirect_to(request, f"{target.path(page)}?{query}")
