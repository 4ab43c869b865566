"""Resolve a selection of all matching services, and fetch lists of services."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from console.bulk.kinds import ConnectedRef, Fetched, Matcher
from console.bulk.objects import BulkSelection, SelectedObject
from console.inventory.services import ServiceRow, indexed_names, list_services
from console.services.service_list import filter_services, parse_service_request
from console.web.access import Member
from tenants.authlete.documents.service import Service
from tenants.authlete.listing import list_all_services
from tenants.authlete.object_ref import ObjectRef
from tenants.organizations.regions import get_regions


def fetch_service_lists(pairs: Sequence[ConnectedRef]) -> Iterator[tuple[ObjectRef, Fetched]]:
    """Fetch services with the lists of their regions."""
    regions = {ref.region: api for ref, api in pairs}
    by_region = dict(zip(regions, list_all_services(list(regions.values())), strict=True))
    for ref, _api in pairs:
        listed = by_region[ref.region]
        yield ref, listed.items_by_id.get(ref.service_id, listed.error)


def resolve_all_services(member: Member, selection: BulkSelection) -> BulkSelection:
    """Return the selection with all services that match its list now."""
    request = parse_service_request(QueryDict(selection.query))
    if request.query.problem:
        return selection
    services = list_services(member)
    found = [
        SelectedObject(row.region.name, row.service.api_key, name=row.name)
        for row in filter_services(request, services.rows)
    ]
    warnings = [
        _("%(region)s didn't respond.") % {"region": failure.region.title}
        for failure in services.unreachable
    ]
    return replace(selection, objects=found, warnings=warnings)


def build_service_matcher(_member: Member, selection: BulkSelection) -> Matcher:
    """Return whether a service still matches the list that it was selected in."""
    request = parse_service_request(QueryDict(selection.query))

    def is_matching(ref: ObjectRef, service: Service) -> bool:
        return bool(filter_services(request, [ServiceRow(get_regions()[ref.region], service)]))

    return is_matching


def find_service_names(member: Member, refs: Sequence[ObjectRef]) -> Mapping[ObjectRef, str]:
    """Return the last known names of services."""
    names = indexed_names(member.organization)
    return {ref: names.get(ref.region, {}).get(ref.service_id, "") for ref in refs}


def service_list_url(member: Member, selection: BulkSelection) -> str:
    """Return the URL of the list that the services were selected in."""
    path = reverse("services:index", args=[member.organization.slug])
    return f"{path}?{selection.query}" if selection.query else path
