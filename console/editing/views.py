"""Pages that edit a draft, review and save it, and restore versions."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console.audit_log.change_descriptions import load_changes
from console.documents import overview, request_preview
from console.documents.configuration_warnings import add_form_warnings
from console.documents.kinds import DocumentKind, DocumentTarget
from console.editing import drafts
from console.editing import review as editing_review
from console.editing.drafts import ALL_SECTIONS, DraftEdits
from console.editing.restore import draft_conflict_messages, plan_restore, unrestorable_message
from console.editing.sensitive_settings import SENSITIVE_SETTINGS
from console.forms.change_forms import MergeForm, VersionedChangeForm
from console.forms.settings_form import SettingsForm, form_for
from console.forms.timestamps import format_timestamp, parse_timestamp, timestamp_param
from console.history.comparison import restorable_values, unrestorable_settings
from console.history.entries import UNDO_PAGES, UNDOABLE_OPERATIONS, undo_reason
from console.history.versions import load_versions
from console.history.views import redirect_deleted
from console.inventory.rules import RULES
from console.web.access import ConsoleRequest
from console.web.idempotency import idempotent
from console.web.responses import redirect_to, render_page
from console.web.step_up import step_up
from tenants.audit.models import AuditEntry
from tenants.authlete import AuthleteClient
from tenants.authlete.client import CALL_TIMEOUT_SECONDS
from tenants.authlete.documents.base import Document, Section
from tenants.authlete.documents.rules import Rule
from tenants.authlete.errors import AuthleteError, StaleVersionError
from tenants.authlete.operation import Effect
from tenants.authlete.outcome import Outcome
from tenants.authlete.transport.deadline import Deadline


def edit(request: ConsoleRequest, target: DocumentTarget, section: str) -> HttpResponse:
    """Edit settings in a form; on success, continue to the review.

    The parameter ``fix``, the ID of a rule, opens the form with the values that comply.
    """
    form_class = form_for(find_sections(target.kind, section))
    edits, fixed_rule = drafts.load(target), _find_fix(request, target.kind)
    if request.method == "POST":
        form = form_class(request.POST, object_key=str(target))
        if form.is_valid():
            drafts.update(target, lambda now: _apply_form(now, section, form))
            return _redirect_after_edit(request, target)
        document = target.api().get()
    else:
        document = target.api().get()
        form = _open_form(form_class, section, document, edits, target, fixed_rule)
    add_form_warnings(target, form, {**document.to_dict(), **edits.values, **form.edits})
    requested = request.GET.get("q", "")[:200]
    form.filter_settings(requested, request.GET.get("show", ""))
    unsaved = {*edits.values, *form.changed_members}
    rows = overview.section_rows(target.kind, document, unsaved, ())
    context = target.context(document) | {
        "slug": section,
        "section": next((row for row in rows if row.slug == section), None),
        "sections": rows,
        "form": form,
        "edits": edits,
        "fixed_rule": fixed_rule and _(fixed_rule.title),
        "filter": request.GET.get("show", ""),
        "q": requested,
    }
    return render_page(request, target.template("edit"), context)


def draft(request: ConsoleRequest, target: DocumentTarget, section: str) -> HttpResponse:
    """Store an unsubmitted form, valid or not; the page sends it while editing."""
    find_sections(target.kind, section)
    typed = request.POST.copy()
    typed.pop("csrfmiddlewaretoken", None)
    drafts.update(target, lambda now: now.with_unsent_form(section, typed.urlencode()))
    return render_page(request, "editing/draft.html", {"workspace": target.workspace})


def discard(request: ConsoleRequest, target: DocumentTarget) -> HttpResponse:
    """Discard the draft after confirmation."""
    if request.method != "POST":
        context = {"target": target, "workspace": target.workspace, "edits": drafts.load(target)}
        return render_page(request, "editing/discard.html", context)
    drafts.discard(target)
    messages.success(request, _("Changes discarded."))
    return redirect_to(request, target.path("show"))


def find_sections(kind: DocumentKind, slug: str) -> Sequence[type[Section]]:
    """Return the sections that a part of the URL names; raise `Http404` if there are none."""
    if slug == ALL_SECTIONS:
        return tuple(kind.sections.values())
    if slug not in kind.sections:
        raise Http404
    return (kind.sections[slug],)


def _find_fix(request: ConsoleRequest, kind: DocumentKind) -> Rule | None:
    """Return the rule whose fix the page shows at first, if it has one for this kind."""
    rule = RULES.get(request.GET.get("fix", ""))
    is_fixable = rule and rule.fix and rule.fix.keys() <= kind.declared.keys()
    return rule if is_fixable and request.method != "POST" else None


def _open_form(
    form_class: type[SettingsForm],
    section: str,
    document: Document,
    edits: DraftEdits,
    target: DocumentTarget,
    fixed_rule: Rule | None,
) -> SettingsForm:
    """Return the form as it was left, else with the draft's values and what was entered since.

    The form of all settings and that of a section show what was entered in the other. A
    ``fixed_rule`` shows the values that comply with it instead of what was entered.
    """
    if fixed_rule:
        values = {**edits.values, **fixed_rule.fix}
        return form_class(document=document, edits=values, object_key=str(target))
    forms = {
        slug: QueryDict(data)
        for slug, data in edits.unsent_forms.items()
        if section in (slug, ALL_SECTIONS) or slug == ALL_SECTIONS
    }
    if section in list(forms)[-1:]:
        return form_class(forms[section], edits=edits.values, object_key=str(target))
    entered = QueryDict(mutable=True)
    for slug, data in forms.items():
        other = form_for(find_sections(target.kind, slug))(data, object_key=str(target))
        for name in data:
            if name.partition(".")[0] in other.changed_names:
                entered.setlist(name, data.getlist(name))
    return form_class(
        document=document, edits=edits.values, entered=entered, object_key=str(target)
    )


def _apply_form(edits: DraftEdits, section: str, form: SettingsForm) -> DraftEdits:
    edits = edits.with_form(section, form.version, form.base, form.edits)
    if all_settings := edits.unsent_forms.get(ALL_SECTIONS):
        left = QueryDict(all_settings, mutable=True)
        for name in list(left):
            if name.partition(".")[0] in form.settings:
                del left[name]
        edits = edits.with_unsent_forms({**edits.unsent_forms, ALL_SECTIONS: left.urlencode()})
    return edits


def _redirect_after_edit(request: ConsoleRequest, target: DocumentTarget) -> HttpResponse:
    """Redirect to the review, or back if the draft is empty."""
    if drafts.load(target).values:
        return redirect_to(request, target.path("review"))
    messages.info(request, _("No changes to save."))
    return redirect_to(request, request.path)


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
    written = target.api(authlete).update(form.cleaned_data["version"], edits.values)
    drafts.clear_saved(target, edits)
    target.kind.remember(target, written.reply)
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
