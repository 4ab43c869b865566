"""What can be read of a document: its settings, its text, and what was done to it."""

from django.http import Http404, HttpResponse
from django.utils.text import slugify

from console import keeping
from console.access import ConsoleRequest
from console.editing import overview
from console.editing.history import (
    MAKING,
    TOLD,
    UNDOABLE,
    before,
    between,
    is_as_before,
    is_undoable,
    past,
)
from console.editing.kind import Target
from console.editing.moments import address_of
from console.editing.past import known, spans
from console.editing.sending import pretty
from console.editing.unsettled import unsettled
from console.operations import deed_of, title
from console.page import answer
from console.sentences import declared_of, sentences, stored
from tenants.audit.models import AuditEntry
from tenants.authlete.errors import Outcome
from tenants.roles import Right
from tenants.versions.models import Version


def fields(request: ConsoleRequest, target: Target) -> HttpResponse:
    """Every setting with its value in words, to search and to read."""
    asked = request.GET.get("q", "")[:200]
    set_only = request.GET.get("show") == "set"
    document = target.api().get()
    groups = overview.told(target.kind.sections, document, asked, set_only=set_only)
    context = target.context(document) | {
        "groups": groups,
        "unknown": overview.unknown(target.kind, document),
        "q": asked,
        "set_only": set_only,
    }
    return answer(request, target.template("fields"), context)


def document(request: ConsoleRequest, target: Target) -> HttpResponse:
    """The whole document with its secrets sealed, to read, copy or download."""
    found = target.api().get()
    text = pretty(found.wire())
    source = f"{target.kind.name}/get"
    context = target.context(found) | {"text": text, "source": source}
    if "download" in request.GET:
        id = target.client_id or target.service_id
        name = slugify(f"{context['name']}-{target.workspace.region.name}-{id}")
        response = HttpResponse(text + "\n", content_type="application/json")
        response["Content-Disposition"] = f'attachment; filename="{name}.json"'
        return response
    return answer(request, target.template("document"), context)


def history(request: ConsoleRequest, target: Target) -> HttpResponse:
    """Who changed it, newest first, each change in sentences; also while its region is
    down, since the record is here."""
    found = known(target)
    context = found.context | {"found": found}
    page = past(target, context["name"], request.GET.get("cursor", ""))
    context["unsettled"] = unsettled(target, context["name"])
    context |= {
        "lines": page.lines,
        "previous": f"?cursor={page.newer}" if page.newer else "",
        "next": f"?cursor={page.older}" if page.older else "",
        "beyond": [] if page.older else before(target),
    }
    return answer(request, target.template("history"), context, part="entries")


def saved(request: ConsoleRequest, target: Target, entry: str) -> HttpResponse:
    """What was sent, and what Authlete made of it; told from the record alone."""
    kept = AuditEntry.objects.filter(**target.at, entry=entry).first()
    if kept is None:
        return _removed(request, target, entry)
    name = kept.label or str(target.client_id or target.service_id)
    declared = declared_of(kept.operation)
    context = {
        "target": target,
        "workspace": target.workspace,
        "name": name,
        "entry": kept,
        "done": title(deed_of(kept), name, is_done=kept.outcome == Outcome.DONE),
        "can_undo": is_undoable(kept),
        "is_saved": kept.operation in UNDOABLE and is_undoable(kept),
        "between": between(kept),
        "as_before": is_as_before(kept),
        "made": kept.operation in MAKING,
        "unsettled": unsettled(target, name, kept.entry),
        "changes": sentences(stored(kept.changes), declared),
        "surprises": sentences(stored(kept.unasked), declared),
    }
    return answer(request, target.template("saved"), context)


def _made_another(organization: int, entry: str) -> bool:
    own = Version.objects.filter(organization_id=organization, written=True)
    return own.filter(entry=entry).exists()


def _removed(request: ConsoleRequest, target: Target, entry: str) -> HttpResponse:
    """What is known of a change whose entry was removed; there never was any other."""
    workspace = target.workspace
    remains = keeping.remains(workspace.organization.pk, entry)
    kept = spans(target)
    if remains is None or remains.kind not in TOLD or not kept:
        raise Http404
    made = [one for one in kept if one.version.written and one.version.entry == entry]
    if not made and _made_another(workspace.organization.pk, entry):
        raise Http404
    names = (one.version.name for one in reversed(kept) if one.version.name)
    context = {
        "target": target,
        "workspace": workspace,
        "name": next(names, str(target.client_id or target.service_id)),
        "remains": remains,
        "made_at": address_of(made[0].since) if made else "",
        "may_follow": workspace.member.may(Right.RECORD),
    }
    return answer(request, "editing/removed.html", context, status=410)
