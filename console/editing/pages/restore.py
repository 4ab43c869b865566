"""Undoing a saved change, by a draft that is reviewed and saved as any other."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from console.access import ConsoleRequest
from console.editing import drafts
from console.editing.history import UNDOABLE
from console.editing.kind import Target
from console.editing.pages.gone import gone_meanwhile
from console.editing.past import known
from console.editing.restoring import not_put_back, put_beside, restored
from console.page import answer, go
from console.sentences import stored
from tenants.audit.models import AuditEntry


def restore(request: ConsoleRequest, target: Target, entry: str) -> HttpResponse:
    """Put the values from before a change into the draft, and lead to its review."""
    kept = get_object_or_404(
        AuditEntry,
        **target.at,
        entry=entry,
        operation__in=UNDOABLE,
        outcome__in=(AuditEntry.Outcome.DONE, AuditEntry.Outcome.UNKNOWN),
    )
    now = known(target)
    if now.failure:
        raise now.failure
    document = now.now
    if document is None:
        return gone_meanwhile(request, target)
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
    why = _("Undo %(entry)s") % {"entry": kept.ticket or kept.entry}
    return go(request, f"{target.path('review')}?{urlencode({'reason': why})}")
