"""Filling in the settings of a document, which makes a draft."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.utils.translation import gettext as _

from console.access import ConsoleRequest
from console.editing import drafts, overview
from console.editing.drafts import Edits
from console.editing.kind import Kind, Target
from console.editing.notes import warn
from console.forms.section import SettingsForm, form_for
from console.page import answer, go
from tenants.authlete.documents.base import Document, Section

ALL = "all"  # stands for every section


def edit(request: ConsoleRequest, target: Target, section: str) -> HttpResponse:
    """Change some settings; what is filled in goes on to be reviewed."""
    form_class = form_for(sections_of(target.kind, section))
    edits = drafts.find(target)
    if request.method == "POST":
        form = form_class(request.POST, place=str(target))
        if form.is_valid():
            drafts.change(target, lambda now: _with(now, section, form))
            return _onward(request, target)
        document = target.api().get()
    else:
        document = target.api().get()
        form = _opened(form_class, section, document, edits, target)
    warn(target, form, {**document.wire(), **edits.wanted, **form.edits})
    asked = request.GET.get("q", "")[:200]
    form.narrow(asked, request.GET.get("show", ""))
    rows = overview.sections(target.kind, document, edits)
    context = target.context(document) | {
        "slug": section,
        "section": next((row for row in rows if row.slug == section), None),
        "sections": rows,
        "form": form,
        "edits": edits,
        "shown": request.GET.get("show", ""),
        "q": asked,
    }
    return answer(request, target.template("edit"), context)


def draft(request: ConsoleRequest, target: Target, section: str) -> HttpResponse:
    """Keep a form as it stands, valid or not; asked for while it is filled in."""
    sections_of(target.kind, section)
    typed = request.POST.copy()
    typed.pop("csrfmiddlewaretoken", None)
    left = {section: typed.urlencode()}
    drafts.change(target, lambda now: now.leaving({**now.typed, **left}))
    return answer(request, target.template("draft"), {"workspace": target.workspace})


def discard(request: ConsoleRequest, target: Target) -> HttpResponse:
    """Throw the draft away, after asking once."""
    if request.method != "POST":
        context = {
            "target": target,
            "workspace": target.workspace,
            "edits": drafts.find(target),
        }
        return answer(request, target.template("discard"), context)
    drafts.drop(target)
    messages.success(request, _("Your unsaved changes were thrown away."))
    return go(request, target.path("show"))


def sections_of(kind: Kind, slug: str) -> Sequence[type[Section]]:
    """The sections that a part of the URL names; raises `Http404` for none."""
    if slug == ALL:
        return tuple(kind.sections.values())
    if slug not in kind.sections:
        raise Http404
    return (kind.sections[slug],)


def _opened(
    form_class: type[SettingsForm],
    section: str,
    document: Document,
    edits: Edits,
    target: Target,
) -> SettingsForm:
    """The form as it was left, else with what the draft wants put in."""
    if section in edits.typed:
        return form_class(QueryDict(edits.typed[section]), place=str(target))
    return form_class(document=document, edits=edits.wanted, place=str(target))


def _with(edits: Edits, section: str, form: SettingsForm) -> Edits:
    shown = [one.member for one in form.settings.values() if not one.fixed]
    base = {member: form.base.get(member) for member in shown}
    return edits.with_form(section, form.version, base, form.edits)


def _onward(request: ConsoleRequest, target: Target) -> HttpResponse:
    """To the review; back where nothing was changed, here or in other sections."""
    if drafts.find(target).wanted:
        return go(request, target.path("review"))
    messages.info(request, _("Nothing was changed, so there is nothing to save."))
    return go(request, request.path)
