import re
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from console.models import SavedSearch

PARAMETER = re.compile(r"-?[a-z]{1,20}")
PASSING = ("at", "csrfmiddlewaretoken")  # no part of a search
NEVER = ("subject", "-subject")  # these are in no address


class SearchForm(forms.ModelForm[SavedSearch]):
    class Meta:
        model = SavedSearch
        fields = ("name", "shared", "pinned")
        labels = {
            "name": _("Name"),
            "shared": _("Share it"),
            "pinned": _("Pin it"),
        }
        help_texts = {
            "shared": _("Whoever reads this organization's record finds it."),
            "pinned": _("It is offered on the record's page."),
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
            raise forms.ValidationError(_("There is a search of this name already."))
        return name


class NewSearchForm(SearchForm):
    """A search that is looked at, as its address has it."""

    query = forms.CharField(widget=forms.HiddenInput, max_length=2000, required=False)

    class Meta:
        model = SavedSearch
        fields = ("name", "shared", "pinned", "query")
        labels = SearchForm.Meta.labels
        help_texts = SearchForm.Meta.help_texts

    def clean_query(self) -> str:
        given = QueryDict(self.cleaned_data["query"])
        kept = QueryDict(mutable=True)
        for name, values in given.lists():
            if PARAMETER.fullmatch(name) and name not in PASSING + NEVER:
                kept.setlist(name, [one for one in values if one])
        return kept.urlencode()
