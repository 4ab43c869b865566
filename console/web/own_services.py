"""The services of an organization: no others are asked for at Authlete."""

from django.utils import timezone

from console.models import KnownService
from tenants.authlete import AuthleteClient
from tenants.authlete.documents.service import Service
from tenants.authlete.json.reader import make_storable
from tenants.authlete.listing import list_all_services
from tenants.models import Organization
from tenants.versions.models import Version


def load_service_ids(organization: Organization, region: str) -> set[int]:
    """Return the IDs of the indexed services of a region."""
    rows = KnownService.objects.filter(organization=organization, region=region)
    return set(rows.values_list("service_id", flat=True))


def is_own_service(organization: Organization, authlete: AuthleteClient, service_id: int) -> bool:
    """Return whether the service is, or was, one of the organization's.

    Lists the region's services if neither the index nor a stored version knows it. Raises
    `AuthleteError` if the list is incomplete without it.
    """
    location = {"region": authlete.region, "service_id": service_id}
    if Version.objects.filter(organization_id=organization.pk, **location).exists():
        return True
    (listed,) = list_all_services([authlete])
    service = listed.items_by_id.get(service_id)
    if service is None and listed.is_truncated:
        service = authlete.services.find(service_id, start=listed.kind.max_items)
    elif service is None and listed.error:
        raise listed.error
    if service:
        index_service(organization, authlete.region, service)
        return True
    return False


def index_service(organization: Organization, region: str, service: Service) -> None:
    """Add a service to the index, if it is not there."""
    changed = service.modified_at
    KnownService.objects.get_or_create(
        organization=organization,
        region=region,
        service_id=service.api_key,
        defaults={
            "name": make_storable(service.service_name),
            "issuer": make_storable(service.issuer),
            "modified_at": changed if abs(changed) < 2**63 else 0,
            "seen_at": timezone.now(),
        },
    )
