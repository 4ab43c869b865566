"""A draft on its way to Authlete: reviewed, merged where it must be, and sent."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from console import once
from console.access import ConsoleRequest
from console.editing import drafts, reviewing, sending
from console.editing.forms import MergeForm, ReasonForm
from console.editing.kind import Target
from console.page import answer, go
from tenants.audit.models import AuditEntry
from tenants.authlete import Authlete
from tenants.authlete.client import SECONDS
from tenants.authlete.deadline import Deadline
from tenants.authlete.documents.base import Document
from tenants.authlete.errors import AuthleteError, Stale
from tenants.authlete.operation import Effect

AGAIN = _(
    "Your draft changed in another window. Nothing was sent; review it once more."
)
OVERTAKEN = _(
    "Someone else saved a change while you were reviewing. Nothing was sent. "
    "This is your change upon theirs."
)
CHOOSE_AGAIN = _("Someone saved once more. Choose again; nothing was sent.")


def review(request: ConsoleRequest, target: Target) -> HttpResponse:
    """What would be sent, in sentences and as the request itself; then send it."""
    edits = drafts.find(target)
    told = {"reason": request.GET.get("reason", "")[:400]}
    form = ReasonForm(request.POST or None, initial=told)
    failure = None
    end = Deadline(SECONDS)
    if form.is_valid():
        if not once.claim(request, form):
            return once.again(request, form, request.path)
        if form.cleaned_data["reviewed"] != sending.mark(edits.wanted):
            once.failed(request, form)
            messages.warning(request, AGAIN)
            return go(request, request.path)
        try:
            return _saved(request, target, form, edits)
        except AuthleteError as error:
            once.failed(request, form)
            failure = error
        if isinstance(failure, Stale):
            messages.warning(request, OVERTAKEN)
            return go(request, request.path)
    document = _read_after(failure, target, target.workspace.authlete.within(end))
    found = reviewing.review(target, document, edits)
    if found.conflicts and not failure:
        return go(request, target.path("merge"))
    if found.joined and not failure:  # what is sent has to be what was reviewed
        edits = _rebased(target, edits, document, found.wanted)
    context = target.context(document) | {
        "edits": edits,
        "found": found,
        "notes": found.notes,
        "form": form,
        "failure": failure,
        "once": once.fresh(),
        "reviewed": sending.mark(edits.wanted),
        "address": f"POST {target.address('update')}",
        "excerpt": sending.excerpt(document, found.shown),
        "body": sending.body(document, found.shown),
        "curl": sending.curl(target, found.shown),
    }
    return answer(request, target.template("review"), context)


def _saved(
    request: ConsoleRequest, target: Target, form: ReasonForm, edits: drafts.Edits
) -> HttpResponse:
    """Send the draft onto the version that it was reviewed against."""
    authlete = target.workspace.member.connect(
        target.workspace.region.name,
        reason=form.cleaned_data["reason"],
        ticket=form.cleaned_data["ticket"],
    )
    written = target.api(authlete).update(form.cleaned_data["version"], edits.wanted)
    drafts.settle(target, edits)
    target.kind.remember(target, written.reply)
    return once.came_to(request, form, target.path("saved", written.entry))


def _rebased(
    target: Target, edits: drafts.Edits, document: Document, wanted: dict[str, Any]
) -> drafts.Edits:
    """The draft as it is made to the document of now, unless it changed meanwhile."""
    merged = edits.upon(document, wanted)
    return drafts.change(
        target, lambda now: merged if now.wanted == edits.wanted else now
    )


def _read_after(
    failure: AuthleteError | None, target: Target, authlete: Authlete
) -> Document:
    """The document as it is now; where it cannot be read after a save has failed, what
    became of the save is what has to be told."""
    try:
        return target.api(authlete).get()
    except AuthleteError as error:
        raise failure or error from None


def merge(request: ConsoleRequest, target: Target) -> HttpResponse:
    """Three versions beside each other: when opened, theirs now, yours."""
    edits = drafts.find(target)
    document = target.api().get()
    found = reviewing.review(target, document, edits)
    form = MergeForm(request.POST or None, conflicts=found.conflicts)
    is_current = form.data.get("version") == str(document.modified_at)
    if is_current and form.is_valid():
        merged = edits.upon(document, {**found.wanted, **form.given_up})
        drafts.change(target, lambda now: merged if now.wanted == edits.wanted else now)
        return go(request, target.path("review"))
    if form.is_bound and not is_current:
        messages.warning(request, CHOOSE_AGAIN)
    context = target.context(document) | {
        "found": found,
        "form": form,
        "lines": reviewing.side_by_side(target, edits, found),
        "by": _last_change(target),
    }
    return answer(request, target.template("merge"), context)


def _last_change(target: Target) -> AuditEntry | None:
    """The newest change that somebody else made here, if there is one."""
    return (
        AuditEntry.objects.filter(
            **target.at, effect=Effect.CHANGE, outcome=AuditEntry.Outcome.DONE
        )
        .exclude(actor_id=target.workspace.member.user.pk)
        .first()
    )
