"""Pages of saved searches."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console.audit_log.search_language import FILTERS, INTERNAL_FILTERS, format_query, parse
from console.models import SavedSearch
from console.models.searches import MAX_QUERY_CHARS, manageable_searches, visible_searches
from console.web.access import ConsoleRequest, Member, organization_page
from console.web.responses import redirect_to, render_form, render_page
from tenants.audit.events import SEARCH_CHANGE, SEARCH_REMOVE, SEARCH_SAVE
from tenants.audit.recorder import record_event
from tenants.organizations.roles import ConsolePermission

SEARCH_PARAMETERS = {*FILTERS, *INTERNAL_FILTERS, "q", "since", "until"}
IGNORED_PARAMETERS = ("at", "csrfmiddlewaretoken")  # no part of a search
FORBIDDEN_PARAMETERS = ("subject", "-subject")  # these are in no address


class SavedSearchForm(forms.ModelForm[SavedSearch]):
    """Renames, shares or pins a saved search."""

    class Meta:
        model = SavedSearch
        fields = ("name", "shared", "pinned")
        labels = {
            "name": gettext_lazy("Name"),
            "shared": gettext_lazy("Share"),
            "pinned": gettext_lazy("Pin"),
        }
        help_texts = {
            "shared": gettext_lazy(
                "Visible to everyone who can read this organization's audit log."
            ),
            "pinned": gettext_lazy("Shown above the audit log."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].widget.attrs["autocomplete"] = "off"

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        searches = SavedSearch.objects.filter(
            organization=self.instance.organization, user=self.instance.user
        )
        if searches.filter(name__iexact=name).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(gettext_lazy("A search with this name already exists."))
        return name


class NewSavedSearchForm(SavedSearchForm):
    """Saves the search of a URL."""

    query = forms.CharField(widget=forms.HiddenInput, max_length=MAX_QUERY_CHARS, required=False)

    class Meta:
        model = SavedSearch
        fields = ("name", "shared", "pinned", "query")
        labels = SavedSearchForm.Meta.labels
        help_texts = SavedSearchForm.Meta.help_texts

    def clean_query(self) -> str:
        params = QueryDict(self.cleaned_data["query"])
        kept_params = QueryDict(mutable=True)
        for name, values in params.lists():
            if name not in IGNORED_PARAMETERS + FORBIDDEN_PARAMETERS:
                kept_params.setlist(name, [value for value in values if value])
        words, problems = parse(" ".join(kept_params.getlist("q")))
        known = {name.removeprefix("-") for name in kept_params} <= SEARCH_PARAMETERS
        if problems or not known or any(word.name for word in words):
            text = gettext_lazy("Invalid search. Search the audit log, then save it.")
            raise forms.ValidationError(text)
        return kept_params.urlencode()


@organization_page(ConsolePermission.AUDIT_LOG)
def index(request: ConsoleRequest, member: Member) -> HttpResponse:
    """List one's own and shared searches."""
    searches = visible_searches(member.organization, member.user.pk).select_related("user")
    own_ids = {search.pk for search in _editable_searches(member)}
    rows = [(search, format_query(search.query)) for search in searches]
    context = {"member": member, "searches": rows, "editable_ids": own_ids}
    return render_page(request, "searches/index.html", context)


@organization_page(ConsolePermission.AUDIT_LOG)
def new(request: ConsoleRequest, member: Member) -> HttpResponse:
    """Give the search of an address a name."""
    search = SavedSearch(organization=member.organization, user=member.user)
    initial = {"query": request.GET.urlencode(), "pinned": True}
    form = NewSavedSearchForm(request.POST or None, instance=search, initial=initial)
    if form.is_valid():
        record_event(
            member.actor, SEARCH_SAVE, label=form.cleaned_data["name"], object=_audit_object(form)
        )
        form.save()
        text = _("“%(name)s” saved.") % {"name": search.name}
        messages.success(request, text)
        return redirect_to(request, f"{_audit_log_url(member)}?{search.query}")
    search_text = format_query(str(form["query"].value() or ""))
    context = {"member": member, "form": form, "search_text": search_text}
    return render_form(request, "searches/new.html", context)


@organization_page(ConsolePermission.AUDIT_LOG)
def edit(request: ConsoleRequest, member: Member, search: UUID) -> HttpResponse:
    """Edit one's own search, or one whose owner has left."""
    saved_search = get_object_or_404(_editable_searches(member), pk=search)
    form = SavedSearchForm(request.POST or None, instance=saved_search)
    if saved_search.user != member.user:
        del form.fields["shared"]  # nobody at all would find it any more
    if form.is_valid():
        record_event(
            member.actor, SEARCH_CHANGE, label=form.cleaned_data["name"], object=_audit_object(form)
        )
        form.save()
        text = _("“%(name)s” saved.") % {"name": saved_search.name}
        messages.success(request, text)
        return redirect_to(request, _index_url(member))
    search_text = format_query(saved_search.query)
    context = {"member": member, "form": form, "search": saved_search, "search_text": search_text}
    return render_form(request, "searches/edit.html", context)


@organization_page(ConsolePermission.AUDIT_LOG)
def remove(request: ConsoleRequest, member: Member, search: UUID) -> HttpResponse:
    """Forget a search; those it was shared with lose it too."""
    saved_search = get_object_or_404(_editable_searches(member), pk=search)
    if request.method == "POST":
        record_event(
            member.actor, SEARCH_REMOVE, label=saved_search.name, object=str(saved_search.pk)
        )
        saved_search.delete()
        text = _("“%(name)s” removed.") % {"name": saved_search.name}
        messages.success(request, text)
        return redirect_to(request, _index_url(member))
    context = {"member": member, "search": saved_search}
    return render_page(request, "searches/remove.html", context)


def _editable_searches(member: Member) -> QuerySet[SavedSearch]:
    manages = member.can(ConsolePermission.ADMINISTRATION)
    return manageable_searches(member.organization, member.user.pk, is_manager=manages)


def _audit_object(form: SavedSearchForm) -> str:
    """Return the search's ID and visibility for the audit log."""
    params = form.cleaned_data
    shared = "shared" if params.get("shared", form.instance.shared) else "own"
    return f"{form.instance.pk} {shared}"


def _index_url(member: Member) -> str:
    return reverse("searches:index", args=[member.organization.slug])


def _audit_log_url(member: Member) -> str:
    return reverse("audit:index", args=[member.organization.slug])
