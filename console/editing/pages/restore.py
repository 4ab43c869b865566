"""Undoing a saved change, by a draft that is reviewed and saved as any other."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console.audit_log.change_descriptions import load_changes
from console.documents.kinds import DocumentTarget
from console.editing import drafts
from console.editing.restore import (
    draft_conflict_messages,
    plan_restore,
    unrestorable_message,
)
from console.forms.timestamps import format_timestamp, parse_timestamp, timestamp_param
from console.history.comparison import restorable_values, unrestorable_settings
from console.history.entries import UNDO_PAGES, UNDOABLE_OPERATIONS, undo_reason
from console.history.pages.deleted import redirect_deleted
from console.history.versions import load_versions
from console.web.access import ConsoleRequest
from console.web.responses import redirect_to, render_page
from tenants.audit.models import AuditEntry
from tenants.authlete.documents.base import Document
from tenants.authlete.errors import Outcome

TAMPERED_WARNING = gettext_lazy(
    "The stored version was tampered with, or its key is missing. Review every value."
)


def restore_version(request: ConsoleRequest, target: DocumentTarget) -> HttpResponse:
    """Put settings as they were into the draft, and lead to its review."""
    moment = parse_timestamp(request.POST.get("at", ""))
    found = load_versions(target)
    if found.failure:
        raise found.failure
    if found.current is None:
        return redirect_deleted(request, target)
    span = found.version_at(moment) if moment else None
    if moment is None or span is None or span.version.is_deleted:
        raise Http404
    whole = "whole" in request.POST
    chosen = None if whole else request.POST.getlist("member")
    base, wanted = restorable_values(target.kind, found.document(span), found.current, chosen)
    if not wanted:
        context = found.context | {"timestamp_param": timestamp_param(moment)}
        return render_page(request, "editing/restore_version.html", context)
    version = found.current.modified_at
    for told in draft_conflict_messages(target.kind, drafts.load(target), wanted):
        messages.warning(request, told)
    drafts.update(target, lambda now: now.with_values(version, base, wanted))
    if not span.is_intact:
        messages.warning(request, TAMPERED_WARNING)
    stays = unrestorable_settings(target.kind, found.document(span), found.current) if whole else []
    if stays:
        messages.warning(request, unrestorable_message(stays))
    why = _("Restore the version of %(time)s") % {"time": format_timestamp(moment)}
    return redirect_to(request, f"{target.path('review')}?{urlencode({'reason': why})}")


def restore(request: ConsoleRequest, target: DocumentTarget, entry: str) -> HttpResponse:
    """Put the values from before a change into the draft, and lead to its review."""
    kept = get_object_or_404(
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
    if kept.operation in UNDO_PAGES:
        return _redirect_to_undo_page(request, target, kept, document)
    asked, surprises = load_changes(kept.changes), load_changes(kept.side_effects)
    found = plan_restore(target.kind, document, asked, surprises)
    if not found.values:
        context = target.context(document) | {
            "entry": kept,
            "unrestorable_settings": found.unrestorable,
        }
        return render_page(request, "editing/restore.html", context)
    version = document.modified_at
    for told in draft_conflict_messages(target.kind, drafts.load(target), found.values):
        messages.warning(request, told)
    drafts.update(target, lambda now: now.with_values(version, found.base, found.values))
    if found.unrestorable:
        messages.warning(request, unrestorable_message(found.unrestorable))
    told = urlencode({"reason": undo_reason(kept)})
    return redirect_to(request, f"{target.path('review')}?{told}")


def _redirect_to_undo_page(
    request: ConsoleRequest,
    target: DocumentTarget,
    kept: AuditEntry,
    document: Document,
) -> HttpResponse:
    """To the page that did it, set as it was before."""
    page = UNDO_PAGES[kept.operation]
    if page == "lock" and bool(kept.value_before("locked")) == bool(document.get("locked")):
        context = target.context(document) | {"entry": kept, "unrestorable_settings": ()}
        return render_page(request, "editing/restore.html", context)
    told = urlencode({"undo": kept.entry, "reason": undo_reason(kept)})
    return redirect_to(request, f"{target.path(page)}?{told}")
