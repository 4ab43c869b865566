"""What policies apply to: the organization, a region or a service."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from console.inventory.services import service_name_lookup
from console.models import KnownService, Policy
from console.policies.forms import ScopeChoices
from console.web.access import Member
from tenants.models import Organization
from tenants.organizations.regions import REGION_TITLES


def list_scopes(member: Member, policies: Iterable[Policy]) -> ScopeChoices:
    """Return what has no policy yet, as the choices of a form."""
    taken = {policy.scope for policy in policies}
    regions = member.regions()
    groups: dict[str, list[tuple[str, str]]] = {
        "": [("*", member.organization.name)],
        _("Regions"): [(region.name, region.title) for region in regions],
    }
    services = KnownService.objects.filter(
        organization=member.organization, region__in=[region.name for region in regions]
    )
    for region, service_id, name in services.order_by("region", "name").values_list(
        "region", "service_id", "name"
    ):
        title = _("Services in %(region)s") % {"region": REGION_TITLES.get(region, region)}
        choice = (f"{region}/{service_id}", name or str(service_id))
        groups.setdefault(title, []).append(choice)
    groups = {
        title: [choice for choice in choices if choice[0] not in taken]
        for title, choices in groups.items()
    }
    return [*groups.pop(""), *((title, choices) for title, choices in groups.items() if choices)]


def parse_scope(scope: str) -> dict[str, str | int]:
    """Return the region and service of a scope, as columns of a policy."""
    region, _separator, service_id = scope.partition("/")
    return {"region": "" if region == "*" else region, "service_id": int(service_id or 0)}


def describe_scope(organization: Organization, policy: Policy) -> str:
    """Return the name of the organization, region or service of a policy."""
    if policy.service_id:
        return service_name_lookup(organization)(policy.region, policy.service_id)
    return REGION_TITLES.get(policy.region, policy.region) or organization.name
