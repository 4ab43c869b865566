"""Pages that edit and discard a draft."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.utils.translation import gettext as _

from console.documents import overview
from console.documents.configuration_warnings import add_form_warnings
from console.documents.kinds import DocumentKind, DocumentTarget
from console.editing import drafts
from console.editing.drafts import ALL_SECTIONS, DraftEdits
from console.forms.settings_form import SettingsForm, form_for
from console.inventory.rules import RULES
from console.web.access import ConsoleRequest
from console.web.responses import redirect_to, render_page
from tenants.authlete.documents.base import Document, Section
from tenants.authlete.documents.rules import Rule


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
