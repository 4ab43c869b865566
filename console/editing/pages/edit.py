"""Filling in the settings of a document, which makes a draft."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.utils.translation import gettext as _

from console.documents import overview
from console.documents.configuration_warnings import add_form_warnings
from console.documents.kinds import DocumentKind, DocumentTarget
from console.editing import drafts
from console.editing.drafts import DraftEdits
from console.forms.settings_form import SettingsForm, form_for
from console.web.access import ConsoleRequest
from console.web.responses import redirect_to, render_page
from tenants.authlete.documents.base import Document, Section

ALL_SECTIONS = "all"  # stands for every section


def edit(request: ConsoleRequest, target: DocumentTarget, section: str) -> HttpResponse:
    """Change some settings; what is filled in goes on to be reviewed."""
    form_class = form_for(find_sections(target.kind, section))
    edits = drafts.load(target)
    if request.method == "POST":
        form = form_class(request.POST, place=str(target))
        if form.is_valid():
            drafts.update(target, lambda now: _apply_form(now, section, form))
            return _redirect_after_edit(request, target)
        document = target.api().get()
    else:
        document = target.api().get()
        form = _open_form(form_class, section, document, edits, target)
    add_form_warnings(target, form, {**document.to_dict(), **edits.values, **form.edits})
    asked = request.GET.get("q", "")[:200]
    form.filter_settings(asked, request.GET.get("show", ""))
    rows = overview.section_rows(target.kind, document, edits.values)
    context = target.context(document) | {
        "slug": section,
        "section": next((row for row in rows if row.slug == section), None),
        "sections": rows,
        "form": form,
        "edits": edits,
        "filter": request.GET.get("show", ""),
        "q": asked,
    }
    return render_page(request, target.template("edit"), context)


def draft(request: ConsoleRequest, target: DocumentTarget, section: str) -> HttpResponse:
    """Keep a form as it stands, valid or not; asked for while it is filled in."""
    find_sections(target.kind, section)
    typed = request.POST.copy()
    typed.pop("csrfmiddlewaretoken", None)
    left = {section: typed.urlencode()}
    drafts.update(target, lambda now: now.with_unsent_forms({**now.unsent_forms, **left}))
    return render_page(request, "editing/draft.html", {"workspace": target.workspace})


def discard(request: ConsoleRequest, target: DocumentTarget) -> HttpResponse:
    """Throw the draft away, after asking once."""
    if request.method != "POST":
        context = {
            "target": target,
            "workspace": target.workspace,
            "edits": drafts.load(target),
        }
        return render_page(request, "editing/discard.html", context)
    drafts.discard(target)
    messages.success(request, _("Changes discarded."))
    return redirect_to(request, target.path("show"))


def find_sections(kind: DocumentKind, slug: str) -> Sequence[type[Section]]:
    """The sections that a part of the URL names; raises `Http404` for none."""
    if slug == ALL_SECTIONS:
        return tuple(kind.sections.values())
    if slug not in kind.sections:
        raise Http404
    return (kind.sections[slug],)


def _open_form(
    form_class: type[SettingsForm],
    section: str,
    document: Document,
    edits: DraftEdits,
    target: DocumentTarget,
) -> SettingsForm:
    """The form as it was left, else with what the draft wants put in."""
    if section in edits.unsent_forms:
        return form_class(QueryDict(edits.unsent_forms[section]), place=str(target))
    return form_class(document=document, edits=edits.values, place=str(target))


def _apply_form(edits: DraftEdits, section: str, form: SettingsForm) -> DraftEdits:
    shown = [one.api_name for one in form.settings.values() if not one.is_immutable]
    base = {member: form.base.get(member) for member in shown}
    return edits.with_form(section, form.version, base, form.edits)


def _redirect_after_edit(request: ConsoleRequest, target: DocumentTarget) -> HttpResponse:
    """To the review; back where nothing was changed, here or in other sections."""
    if drafts.load(target).values:
        return redirect_to(request, target.path("review"))
    messages.info(request, _("No changes to save."))
    return redirect_to(request, request.path)
