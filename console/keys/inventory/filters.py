"""What the list of keys can be searched and filtered by."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from console.keys.inventory.labels import EXPIRY_LABELS, ISSUE_LABELS, KIND_LABELS
from console.lists.facets import Facet
from console.lists.query import SearchVocabulary
from console.lists.request import ListRequest
from tenants.organizations.regions import Region

ANY_ISSUE = "any"
SEARCH_FIELDS = "kid thumbprint subject alg use kty kind region mark owner service setting".split()
VOCABULARY = SearchVocabulary(
    {name: name for name in SEARCH_FIELDS}, "alg:RS256", {}, frozenset(SEARCH_FIELDS)
)
SORTS = ("ends", "kid", "owner", "kind")

type KeyGroup = Mapping[str, Any]  # keys with the same region, kind and issues, and their counts


def _issues(group: KeyGroup) -> Sequence[str]:
    issues = group["marks"].split()
    return [*issues, ANY_ISSUE] if issues else []


KIND_FACET = Facet[KeyGroup]("kind", _("Kind"), lambda group: [group["kind"]], KIND_LABELS)
ISSUE_FACET = Facet[KeyGroup](
    "mark", _("Issues"), _issues, {ANY_ISSUE: _("Anything"), **ISSUE_LABELS}
)
EXPIRY_FACET = Facet[KeyGroup](  # counted apart: its values overlap
    "ends", _("Expiry"), lambda _group: (), EXPIRY_LABELS, is_single=True
)
REGION_FACET = Facet[KeyGroup]("region", _("Region"), lambda group: [group["region"]])


def parse_request(params: QueryDict, regions: Sequence[Region]) -> ListRequest:
    """Parse the URL parameters of the list, with the titles of ``regions`` as labels."""
    titles = {region.name: region.title for region in regions}
    facets = [KIND_FACET, ISSUE_FACET, EXPIRY_FACET, replace(REGION_FACET, labels=titles)]
    return ListRequest(params, VOCABULARY, facets, SORTS)
