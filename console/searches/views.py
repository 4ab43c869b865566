"""Searches of the record by name: saved, shared, pinned, renamed and removed."""

from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from console.access import ConsoleRequest, Member, organization_page
from console.models import SavedSearch
from console.models.searches import kept_by, seen_by
from console.page import answer, go
from console.searches.forms import NewSearchForm, SearchForm
from tenants.audit.events import SEARCH_CHANGE, SEARCH_REMOVE, SEARCH_SAVE
from tenants.audit.notes import note
from tenants.roles import Right


@organization_page(Right.RECORD)
def index(request: ConsoleRequest, member: Member) -> HttpResponse:
    """One's own, and those that others share."""
    searches = seen_by(member.organization, member.user.pk).select_related("user")
    mine = {one.pk for one in _own(member)}
    context = {"member": member, "searches": searches, "mine": mine}
    return answer(request, "searches/index.html", context)


@organization_page(Right.RECORD)
def new(request: ConsoleRequest, member: Member) -> HttpResponse:
    """Give the search of an address a name."""
    search = SavedSearch(organization=member.organization, user=member.user)
    initial = {"query": request.GET.urlencode(), "pinned": True}
    form = NewSearchForm(request.POST or None, instance=search, initial=initial)
    if form.is_valid():
        note(
            member.who, SEARCH_SAVE, label=form.cleaned_data["name"], object=_kept(form)
        )
        form.save()
        said = _("“%(name)s” is saved.") % {"name": search.name}
        messages.success(request, said)
        return go(request, f"{_record(member)}?{search.query}")
    asked = SavedSearch(query=str(form["query"].value() or ""))
    context = {"member": member, "form": form, "asked": asked}
    status = 422 if form.errors else 200
    return answer(request, "searches/new.html", context, status=status)


@organization_page(Right.RECORD)
def edit(request: ConsoleRequest, member: Member, search: UUID) -> HttpResponse:
    """Rename, share or pin a search of one's own, or of somebody who has left."""
    found = get_object_or_404(_own(member), pk=search)
    form = SearchForm(request.POST or None, instance=found)
    if found.user != member.user:
        del form.fields["shared"]  # nobody at all would find it any more
    if form.is_valid():
        note(
            member.who,
            SEARCH_CHANGE,
            label=form.cleaned_data["name"],
            object=_kept(form),
        )
        form.save()
        said = _("“%(name)s” is saved.") % {"name": found.name}
        messages.success(request, said)
        return go(request, _index(member))
    context = {"member": member, "form": form, "search": found}
    status = 422 if form.errors else 200
    return answer(request, "searches/edit.html", context, status=status)


@organization_page(Right.RECORD)
def remove(request: ConsoleRequest, member: Member, search: UUID) -> HttpResponse:
    """Forget a search; those it was shared with lose it too."""
    found = get_object_or_404(_own(member), pk=search)
    if request.method == "POST":
        note(member.who, SEARCH_REMOVE, label=found.name, object=str(found.pk))
        found.delete()
        said = _("“%(name)s” is removed.") % {"name": found.name}
        messages.success(request, said)
        return go(request, _index(member))
    context = {"member": member, "search": found}
    return answer(request, "searches/remove.html", context)


def _own(member: Member) -> QuerySet[SavedSearch]:
    manages = member.may(Right.MANAGE)
    return kept_by(member.organization, member.user.pk, manages=manages)


def _kept(form: SearchForm) -> str:
    """What the record keeps of a search: its id and who finds it, not its words."""
    given = form.cleaned_data
    shared = "shared" if given.get("shared", form.instance.shared) else "own"
    return f"{form.instance.pk} {shared}"


def _index(member: Member) -> str:
    return reverse("searches:index", args=[member.organization.slug])


def _record(member: Member) -> str:
    return reverse("audit:index", args=[member.organization.slug])
