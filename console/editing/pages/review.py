"""A draft on its way to Authlete: reviewed, merged where it must be, and sent."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from console.documents import request_preview
from console.documents.kinds import DocumentTarget
from console.editing import drafts
from console.editing import review as editing_review
from console.forms.change_forms import MergeForm, VersionedChangeForm
from console.web.access import ConsoleRequest
from console.web.idempotency import idempotent
from console.web.responses import redirect_to, render_page
from tenants.audit.models import AuditEntry
from tenants.authlete import AuthleteClient
from tenants.authlete.client import CALL_TIMEOUT_SECONDS
from tenants.authlete.documents.base import Document
from tenants.authlete.errors import AuthleteError, Outcome, StaleVersionError
from tenants.authlete.operation import Effect
from tenants.authlete.transport.deadline import Deadline

DRAFT_CHANGED = _("Your draft changed in another window. Nothing was sent. Review it again.")
SAVED_BY_OTHER = _(
    "Someone else saved changes during your review. Nothing was sent. Review the merged changes."
)
MERGE_OUTDATED = _("Someone else saved changes again. Nothing was sent. Choose again.")


def review(request: ConsoleRequest, target: DocumentTarget) -> HttpResponse:
    """What would be sent, in sentences and as the request itself; then send it."""
    edits = drafts.load(target)
    told = {"reason": request.GET.get("reason", "")[:400]}
    form = VersionedChangeForm(request.POST or None, initial=told)
    failure = None
    end = Deadline(CALL_TIMEOUT_SECONDS)
    if form.is_valid():
        try:
            with idempotent(request, form, request.path) as submit:
                if form.cleaned_data["reviewed"] == request_preview.review_digest(edits.values):
                    submit.result_url = _save(target, form, edits)
                else:
                    messages.warning(request, DRAFT_CHANGED)
            return redirect_to(request, submit.result_url)
        except StaleVersionError:
            messages.warning(request, SAVED_BY_OTHER)
            return redirect_to(request, request.path)
        except AuthleteError as error:
            failure = error
    document = _read_current(failure, target, target.workspace.authlete.with_deadline(end))
    found = editing_review.review(target, document, edits)
    if found.conflicts and not failure:
        return redirect_to(request, target.path("merge"))
    if found.joined and not failure:  # what is sent has to be what was reviewed
        edits = _rebase(target, edits, document, found.values)
    context = target.context(document) | {
        "edits": edits,
        "review": found,
        "notes": found.warnings,
        "form": form,
        "failure": failure,
        "reviewed": request_preview.review_digest(edits.values),
        "address": f"POST {target.api_url('update')}",
        "excerpt": request_preview.format_excerpt(document, found.redacted_values),
        "body": request_preview.format_body(document, found.redacted_values),
        "curl": request_preview.format_curl(target, found.redacted_values),
    }
    return render_page(request, target.template("review"), context)


def _save(target: DocumentTarget, form: VersionedChangeForm, edits: drafts.DraftEdits) -> str:
    """Send the draft against the reviewed version; return the path of the change."""
    authlete = target.workspace.member.connect(
        target.workspace.region.name,
        reason=form.cleaned_data["reason"],
        ticket=form.cleaned_data["ticket"],
    )
    written = target.api(authlete).update(form.cleaned_data["version"], edits.values)
    drafts.clear_saved(target, edits)
    target.kind.remember(target, written.reply)
    return target.path("change", written.entry_id)


def _rebase(
    target: DocumentTarget,
    edits: drafts.DraftEdits,
    document: Document,
    wanted: dict[str, Any],
) -> drafts.DraftEdits:
    """The draft as it is made to the document of now, unless it changed meanwhile."""
    merged = edits.rebased_on(document, wanted)
    return drafts.update(target, lambda now: merged if now.values == edits.values else now)


def _read_current(
    failure: AuthleteError | None, target: DocumentTarget, authlete: AuthleteClient
) -> Document:
    """The document as it is now; where it cannot be read after a save has failed, what
    became of the save is what has to be told."""
    try:
        return target.api(authlete).get()
    except AuthleteError as error:
        raise failure or error from None


def merge(request: ConsoleRequest, target: DocumentTarget) -> HttpResponse:
    """Three versions beside each other: when opened, theirs now, yours."""
    edits = drafts.load(target)
    document = target.api().get()
    found = editing_review.review(target, document, edits)
    form = MergeForm(request.POST or None, conflicts=found.conflicts)
    is_current = form.data.get("version") == str(document.modified_at)
    if is_current and form.is_valid():
        merged = edits.rebased_on(document, {**found.values, **form.their_values})
        drafts.update(target, lambda now: merged if now.values == edits.values else now)
        return redirect_to(request, target.path("review"))
    if form.is_bound and not is_current:
        messages.warning(request, MERGE_OUTDATED)
    context = target.context(document) | {
        "review": found,
        "form": form,
        "lines": editing_review.merge_rows(target, edits, found),
        "by": _last_change(target),
    }
    return render_page(request, "editing/merge.html", context)


def _last_change(target: DocumentTarget) -> AuditEntry | None:
    """The newest change that somebody else made here, if there is one."""
    return (
        AuditEntry.objects.filter(
            **target.audit_columns,
            effect=Effect.CHANGE,
            outcome=Outcome.SUCCEEDED,
        )
        .exclude(actor_id=target.workspace.member.user.pk)
        .first()
    )
