from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from console.audit_log.search_language import (
    FILTERS,
    INTERNAL_FILTERS,
    parse,
)
from console.models import SavedSearch
from console.models.searches import MAX_QUERY_CHARS

SEARCH_PARAMETERS = {*FILTERS, *INTERNAL_FILTERS, "q", "since", "until"}
IGNORED_PARAMETERS = ("at", "csrfmiddlewaretoken")  # no part of a search
FORBIDDEN_PARAMETERS = ("subject", "-subject")  # these are in no address


class SavedSearchForm(forms.ModelForm[SavedSearch]):
    """Renames, shares or pins a saved search."""

    class Meta:
        model = SavedSearch
        fields = ("name", "shared", "pinned")
        labels = {
            "name": _("Name"),
            "shared": _("Share"),
            "pinned": _("Pin"),
        }
        help_texts = {
            "shared": _("Visible to everyone who can read this organization's audit log."),
            "pinned": _("Shown above the audit log."),
        }

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["name"].widget.attrs["autocomplete"] = "off"

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        own = SavedSearch.objects.filter(
            organization=self.instance.organization, user=self.instance.user
        )
        if own.filter(name__iexact=name).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("A search with this name already exists."))
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
        given = QueryDict(self.cleaned_data["query"])
        kept = QueryDict(mutable=True)
        for name, values in given.lists():
            if name not in IGNORED_PARAMETERS + FORBIDDEN_PARAMETERS:
                kept.setlist(name, [one for one in values if one])
        words, problems = parse(" ".join(kept.getlist("q")))
        known = {name.removeprefix("-") for name in kept} <= SEARCH_PARAMETERS
        if problems or not known or any(one.name for one in words):
            text = _("Invalid search. Search the audit log, then save it.")
            raise forms.ValidationError(text)
        return kept.urlencode()
