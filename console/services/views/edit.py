from collections.abc import Sequence

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from console.access import ConsoleRequest, Workspace, workspace_page
from console.forms.section import SettingsForm, form_for
from console.page import answer, go
from console.services import drafts, overview
from console.services.drafts import Edits
from console.services.paths import service_path
from tenants.authlete.documents.base import Section
from tenants.authlete.documents.service import SECTIONS, Service
from tenants.authlete.operation import Effect

ALL = "all"  # stands for every section


@workspace_page(Effect.CHANGE)
def edit(
    request: ConsoleRequest, workspace: Workspace, service_id: int, section: str
) -> HttpResponse:
    """Change some settings; what is filled in goes on to be reviewed."""
    kind = form_for(sections_of(section))
    place = place_of(workspace, service_id)
    edits = drafts.find(workspace, service_id)
    if request.method == "POST":
        form = kind(request.POST, place=place)
        if form.is_valid():
            drafts.change(workspace, service_id, lambda now: _with(now, section, form))
            return _onward(request, workspace, service_id, form)
        service = workspace.authlete.service(service_id).get()
    else:
        service = workspace.authlete.service(service_id).get()
        form = _opened(kind, section, service, edits, place)
    asked = request.GET.get("q", "")[:200]
    form.narrow(asked, request.GET.get("show", ""))
    rows = overview.sections(service, edits)
    context = {
        "workspace": workspace,
        "service": service,
        "slug": section,
        "section": next((row for row in rows if row.slug == section), None),
        "sections": rows,
        "form": form,
        "edits": edits,
        "shown": request.GET.get("show", ""),
        "q": asked,
    }
    return answer(request, "services/edit.html", context)


@require_POST
@workspace_page(Effect.CHANGE)
def draft(
    request: ConsoleRequest, workspace: Workspace, service_id: int, section: str
) -> HttpResponse:
    """Keep a form as it stands, valid or not; asked for while it is filled in."""
    sections_of(section)
    typed = request.POST.copy()
    typed.pop("csrfmiddlewaretoken", None)
    left = {section: typed.urlencode()}
    drafts.change(workspace, service_id, lambda now: now.leaving({**now.typed, **left}))
    return answer(request, "services/draft.html", {"workspace": workspace})


@workspace_page(Effect.CHANGE)
def discard(
    request: ConsoleRequest, workspace: Workspace, service_id: int
) -> HttpResponse:
    """Throw the draft away, after asking once."""
    if request.method != "POST":
        edits = drafts.find(workspace, service_id)
        context = {"workspace": workspace, "service_id": service_id, "edits": edits}
        return answer(request, "services/discard.html", context)
    drafts.drop(workspace, service_id)
    messages.success(request, _("Your unsaved changes were thrown away."))
    return go(request, service_path("show", workspace, service_id))


@workspace_page(Effect.READ)
def fields(
    request: ConsoleRequest, workspace: Workspace, service_id: int
) -> HttpResponse:
    """Every setting of a service with its value in words, to search and to read."""
    asked = request.GET.get("q", "")[:200]
    set_only = request.GET.get("show") == "set"
    service = workspace.authlete.service(service_id).get()
    context = {
        "workspace": workspace,
        "service": service,
        "groups": overview.told(service, asked, set_only=set_only),
        "unknown": overview.unknown(service),
        "q": asked,
        "set_only": set_only,
    }
    return answer(request, "services/fields.html", context)


def sections_of(slug: str) -> Sequence[type[Section]]:
    """The sections that a part of the URL names; raises `Http404` for none."""
    if slug == ALL:
        return tuple(SECTIONS.values())
    if slug not in SECTIONS:
        raise Http404
    return (SECTIONS[slug],)


def place_of(workspace: Workspace, service_id: int) -> str:
    """Names the object of a form, so that no other takes what was seen there."""
    return f"{workspace.organization.pk}/{workspace.region.name}/{service_id}"


def _opened(
    kind: type[SettingsForm], section: str, service: Service, edits: Edits, place: str
) -> SettingsForm:
    """The form as it was left, else with what the draft wants put in."""
    if section in edits.typed:
        return kind(QueryDict(edits.typed[section]), place=place)
    return kind(document=service, edits=edits.wanted, place=place)


def _with(edits: Edits, section: str, form: SettingsForm) -> Edits:
    shown = [one.member for one in form.settings.values() if not one.fixed]
    base = {member: form.base.get(member) for member in shown}
    return edits.with_form(section, form.version, base, form.edits)


def _onward(
    request: ConsoleRequest, workspace: Workspace, service_id: int, form: SettingsForm
) -> HttpResponse:
    """To the review; back where nothing was changed, here or in other sections."""
    if drafts.find(workspace, service_id).wanted:
        return go(request, service_path("review", workspace, service_id))
    messages.info(request, _("Nothing was changed, so there is nothing to save."))
    return go(request, request.path)
