"""Pages that review, merge and save a draft."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext_lazy

from console.documents import request_preview
from console.documents.kinds import DocumentTarget
from console.editing import drafts
from console.editing import review as editing_review
from console.editing.drafts import DraftEdits
from console.editing.sensitive_settings import SENSITIVE_SETTINGS
from console.forms.change_forms import MergeForm, VersionedChangeForm
from console.web.access import ConsoleRequest
from console.web.idempotency import idempotent
from console.web.responses import redirect_to, render_page
from console.web.step_up import step_up
from tenants.audit.models import AuditEntry
from tenants.authlete import AuthleteClient
from tenants.authlete.client import CALL_TIMEOUT_SECONDS
from tenants.authlete.documents.base import Document
from tenants.authlete.errors import AuthleteError, StaleVersionError
from tenants.authlete.operation import Effect
from tenants.authlete.outcome import Outcome
from tenants.authlete.transport.deadline import Deadline

DRAFT_CHANGED = gettext_lazy(
    "Your draft changed in another window. Nothing was sent. Review it again."
)
SAVED_BY_OTHER = gettext_lazy(
    "Someone else saved changes during your review. Nothing was sent. Review the merged changes."
)
MERGE_OUTDATED = gettext_lazy("Someone else saved changes again. Nothing was sent. Choose again.")


def review(request: ConsoleRequest, target: DocumentTarget) -> HttpResponse:
    """Show the changes in words and as the request; send them on POST.

    Changes of sensitive settings require recent authentication.
    """
    edits = drafts.load(target)
    if edits.values.keys() & SENSITIVE_SETTINGS[target.kind.name]:
        return step_up(_review)(request, target, edits)
    return _review(request, target, edits)


def _review(request: ConsoleRequest, target: DocumentTarget, edits: DraftEdits) -> HttpResponse:
    initial = {"reason": request.GET.get("reason", "")[:400]}
    form = VersionedChangeForm(request.POST or None, initial=initial)
    failure = None
    deadline = Deadline(CALL_TIMEOUT_SECONDS)
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
    document = _read_current(failure, target, target.workspace.authlete.with_deadline(deadline))
    draft_review = editing_review.review(target, document, edits)
    if draft_review.conflicts and not failure:
        return redirect_to(request, target.path("merge"))
    if draft_review.joined and not failure:  # store the merged values that are reviewed
        edits = _rebase(target, edits, document, draft_review.values)
    context = target.context(document) | {
        "edits": edits,
        "review": draft_review,
        "radius": draft_review.blast_radius,
        "notes": draft_review.warnings,
        "form": form,
        "failure": failure,
        "reviewed": request_preview.review_digest(edits.values),
        "address": f"POST {target.api_url('update')}",
        "excerpt": request_preview.format_excerpt(document, draft_review.redacted_values),
        "body": request_preview.format_body(document, draft_review.redacted_values),
        "curl": request_preview.format_curl(target, draft_review.redacted_values),
    }
    return render_page(request, target.template("review"), context)


def _save(target: DocumentTarget, form: VersionedChangeForm, edits: drafts.DraftEdits) -> str:
    """Send the draft against the reviewed version; return the path of the change."""
    authlete = target.workspace.connect(**form.reason_fields)
    hints = editing_review.change_hints(target)
    written = target.api(authlete).update(form.cleaned_data["version"], edits.values, hints)
    drafts.clear_saved(target, edits)
    target.kind.remember(target.workspace.organization, target.ref, written.reply)
    return target.path("change", written.entry_id)


def _rebase(
    target: DocumentTarget, edits: drafts.DraftEdits, document: Document, expected: dict[str, Any]
) -> drafts.DraftEdits:
    """Return the draft as it applies to the current document, unless it changed meanwhile."""
    merged = edits.rebased_on(document, expected)
    return drafts.update(target, lambda now: merged if now.values == edits.values else now)


def _read_current(
    failure: AuthleteError | None, target: DocumentTarget, authlete: AuthleteClient
) -> Document:
    """Return the current document.

    If it can't be read after a failed save, raise the error of the save.
    """
    try:
        return target.api(authlete).get()
    except AuthleteError as error:
        raise failure or error from None


def merge(request: ConsoleRequest, target: DocumentTarget) -> HttpResponse:
    """Show the opened, current and edited values, and resolve conflicts."""
    edits = drafts.load(target)
    document = target.api().get()
    draft_review = editing_review.review(target, document, edits)
    form = MergeForm(request.POST or None, conflicts=draft_review.conflicts)
    is_current = form.data.get("version") == str(document.modified_at)
    if is_current and form.is_valid():
        merged = edits.rebased_on(document, {**draft_review.values, **form.their_values})
        drafts.update(target, lambda now: merged if now.values == edits.values else now)
        return redirect_to(request, target.path("review"))
    if form.is_bound and not is_current:
        messages.warning(request, MERGE_OUTDATED)
    context = target.context(document) | {
        "review": draft_review,
        "form": form,
        "lines": editing_review.merge_rows(target, edits, draft_review),
        "by": AuditEntry.objects.filter(
            **target.audit_columns, effect=Effect.CHANGE, outcome=Outcome.SUCCEEDED
        )
        .exclude(actor_id=target.workspace.member.user.pk)
        .first(),
    }
    return render_page(request, "editing/merge.html", context)
