from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from console import once
from console.access import ConsoleRequest, Member, organization_page
from console.clients.bulk import kept, selecting, starting
from console.clients.bulk.deeds import DEEDS, SET
from console.clients.bulk.forms import ConfirmForm, DeedForm, ModeForm, SelectForm
from console.clients.bulk.kept import CANNOT, CHANGE, SAME, UNREAD, Choice, Preview
from console.clients.bulk.previewing import preview
from console.clients.bulk.reading import Placed
from console.clients.bulk.settable import PROPERTIES, Edit, Mode, entered, form_of
from console.models import KnownService
from console.page import answer, go
from console.stepup import step_up
from tenants.authlete.errors import AuthleteError
from tenants.authlete.operation import Effect

SIZE = 50  # rows of a preview on a page
FATES = (CHANGE, SAME, CANNOT, UNREAD)
SAMPLE = 8  # names that are told of what was chosen
EMPTY = _("Enter what is to be added or taken out.")


@organization_page(Effect.CHANGE)
def bulk(request: ConsoleRequest, member: Member) -> HttpResponse:
    """Keep which clients were chosen in a list; nothing is done with them yet."""
    form = SelectForm(request.POST)
    chosen = Choice()
    if request.method == "POST" and form.is_valid():
        chosen = selecting.chosen(member, form)
    number = len(chosen.clients)
    if 0 < number <= kept.MOST:
        return go(request, _path("bulk_action", member, kept.keep(member, chosen)))
    back = selecting.back(member, chosen)
    context = {"back": back, "number": number, "most": kept.MOST}
    return answer(request, "clients/bulk.html", context)


@organization_page(Effect.CHANGE)
@step_up
def bulk_action(
    request: ConsoleRequest, member: Member, selection: UUID
) -> HttpResponse:
    """What was chosen, and what can be done with it."""
    choice = kept.find(member, selection)
    if choice is None:
        return _over(request, member)
    form = DeedForm(request.POST or None, member=member)
    if form.is_valid():
        deed = form.cleaned_data["deed"]
        if deed == SET:
            name = form.cleaned_data["setting"]
            return go(request, _path("bulk_setting", member, selection, name))
        kept.add(member, selection, choice, preview(member, choice, deed))
        return go(request, _path("bulk_preview", member, selection))
    context = _context(member, selection, choice) | {
        "form": form,
        "sample": _named(member, choice.clients[:SAMPLE]),
        "more": len(choice.clients) - SAMPLE,
    }
    return answer(request, "clients/bulk_action.html", context)


@organization_page(Effect.CHANGE)
def bulk_setting(
    request: ConsoleRequest, member: Member, selection: UUID, setting: str
) -> HttpResponse:
    """The value that all of them are to have, or what is added to a list."""
    one = PROPERTIES.get(setting)
    if one is None:
        raise Http404
    choice = kept.find(member, selection)
    if choice is None:
        return _over(request, member)
    data = request.POST if request.method == "POST" else None
    form = form_of(one)(data, place=f"bulk/{member.organization.pk}/{selection}")
    mode = ModeForm(data)
    if form.is_valid() and mode.is_valid():
        edit = Edit(one, Mode(mode.cleaned_data["mode"]), entered(form, one))
        if edit.mode is Mode.EXACTLY or (one.is_list and edit.value):
            kept.add(member, selection, choice, preview(member, choice, SET, edit))
            return go(request, _path("bulk_preview", member, selection))
        form.add_error(one.setting.name, str(EMPTY))
    context = _context(member, selection, choice) | {
        "property": one,
        "form": form,
        "field": form[one.setting.name],
        "mode": mode,
    }
    return answer(request, "clients/bulk_setting.html", context)


@organization_page(Effect.CHANGE)
@step_up
def bulk_preview(
    request: ConsoleRequest, member: Member, selection: UUID
) -> HttpResponse:
    """What would come of each of them; then have a job do it."""
    choice = kept.find(member, selection)
    if choice is None or choice.preview is None:
        return _over(request, member)
    found = choice.preview
    deed = DEEDS[found.deed]
    if not member.may(deed.effect):
        raise PermissionDenied
    form = ConfirmForm(request.POST or None, preview=found)
    failure = None
    if form.number and form.is_valid():
        if not once.claim(request, form):
            return once.again(request, form, selecting.back(member, choice))
        try:
            job = starting.start(member, found, form)
            kept.drop(member, selection)
            place = [member.organization.slug, job.pk]
            return once.came_to(request, form, reverse("jobs:show", args=place))
        except AuthleteError as error:
            once.failed(request, form)
            failure = error
    context = _context(member, selection, choice) | {
        "deed": deed,
        "preview": found,
        "form": form,
        "failure": failure,
        "once": once.fresh(),
        **_listed(request, member, found),
    }
    return answer(request, "clients/bulk_preview.html", context)


def _listed(request: HttpRequest, member: Member, found: Preview) -> dict[str, Any]:
    """One page of the rows, of one fate where the address says so."""
    counts = {fate: len(found.of(fate)) for fate in FATES}
    fate = request.GET.get("show", "")
    rows = found.of(fate) if fate in counts else found.rows
    page = Paginator(rows, SIZE).get_page(request.GET.get("page"))
    return {
        "page": page,
        "lines": [
            {"row": row, "service": service, "changes": found.changes(row)}
            for row, service in _named(member, page)
        ],
        "show": fate if fate in counts else "",
        "counts": counts,
        "previous": _turned(request, page.number - 1) if page.has_previous() else "",
        "next": _turned(request, page.number + 1) if page.has_next() else "",
    }


def _named[One: Placed](member: Member, found: Iterable[One]) -> list[tuple[One, str]]:
    """Each with the name of its service, as it was last seen."""
    names = {
        (one.region, one.service_id): one.name
        for one in KnownService.objects.filter(organization=member.organization)
    }
    return [
        (one, names.get((one.region, one.service_id)) or str(one.service_id))
        for one in found
    ]


def _turned(request: HttpRequest, number: int) -> str:
    asked = QueryDict(mutable=True)
    if show := request.GET.get("show"):
        asked["show"] = show
    asked["page"] = str(number)
    return f"?{asked.urlencode()}"


def _context(member: Member, selection: UUID, choice: Choice) -> dict[str, Any]:
    return {
        "member": member,
        "selection": selection,
        "choice": choice,
        "back": selecting.back(member, choice),
    }


def _over(request: ConsoleRequest, member: Member) -> HttpResponse:
    """For a selection that is not there any more, or was never this person's."""
    context = {"back": selecting.back(member, Choice()), "is_over": True}
    return answer(request, "clients/bulk.html", context)


def _path(name: str, member: Member, selection: UUID, *more: str) -> str:
    return reverse(f"clients:{name}", args=[member.organization.slug, selection, *more])
