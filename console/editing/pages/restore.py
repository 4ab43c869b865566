"""Undoing a saved change, by a draft that is reviewed and saved as any other."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404

from console.access import ConsoleRequest
from console.editing import drafts
from console.editing.history import APART, UNDOABLE, why_undone
from console.editing.kind import Target
from console.editing.pages.gone import gone_meanwhile
from console.editing.past import known
from console.editing.restoring import not_put_back, put_beside, restored
from console.page import answer, go
from console.sentences import stored
from tenants.audit.models import AuditEntry
from tenants.authlete.documents.base import Document


def restore(request: ConsoleRequest, target: Target, entry: str) -> HttpResponse:
    """Put the values from before a change into the draft, and lead to its review."""
    kept = get_object_or_404(
        AuditEntry,
        **target.at,
        entry=entry,
        operation__in=(*UNDOABLE, *APART),
        outcome__in=(AuditEntry.Outcome.DONE, AuditEntry.Outcome.UNKNOWN),
    )
    now = known(target)
    if now.failure:
        raise now.failure
    document = now.now
    if document is None:
        return gone_meanwhile(request, target)
    if kept.operation in APART:
        return _apart(request, target, kept, document)
    asked, surprises = stored(kept.changes), stored(kept.unasked)
    found = restored(target.kind, document, asked, surprises)
    if not found.wanted:
        context = target.context(document) | {"entry": kept, "left": found.left}
        return answer(request, target.template("restore"), context)
    version = document.modified_at
    for told in put_beside(target.kind, drafts.find(target), found.wanted):
        messages.warning(request, told)
    drafts.change(target, lambda now: now.more(version, found.base, found.wanted))
    if found.left:
        messages.warning(request, not_put_back(found.left))
    told = urlencode({"reason": why_undone(kept)})
    return go(request, f"{target.path('review')}?{told}")


def _apart(
    request: ConsoleRequest, target: Target, kept: AuditEntry, document: Document
) -> HttpResponse:
    """To the page that did it, set as it was before."""
    page = APART[kept.operation]
    if page == "lock" and bool(kept.before("locked")) == bool(document.get("locked")):
        context = target.context(document) | {"entry": kept, "left": ()}
        return answer(request, target.template("restore"), context)
    told = urlencode({"undo": kept.entry, "reason": why_undone(kept)})
    return go(request, f"{target.path(page)}?{told}")
