"""Names of services and clients that the console knows, deleted ones too."""

from collections.abc import Iterable, Mapping

from console.models import KnownClient, KnownService
from tenants.authlete.object_ref import ObjectRef
from tenants.models import Organization
from tenants.versions.models import Version


def load_object_names(
    organization: Organization, refs: Iterable[ObjectRef]
) -> Mapping[ObjectRef, str]:
    """Return the names of known services and clients; unknown ones are missing."""
    wanted = set(refs)
    service_ids = {ref.service_id for ref in wanted}
    client_ids = {ref.client_id for ref in wanted if ref.client_id}
    columns = ("region", "service_id", "client_id", "name")
    versions = Version.objects.filter(
        organization_id=organization.pk,
        service_id__in=service_ids,
        client_id__in={ref.client_id for ref in wanted},
    )
    names = {
        ObjectRef(*row[:3]): row[3] for row in versions.order_by("number").values_list(*columns)
    }
    services = KnownService.objects.filter(organization=organization, service_id__in=service_ids)
    names |= {
        ObjectRef(region, service_id): name
        for region, service_id, name in services.values_list("region", "service_id", "name")
    }
    if client_ids:
        clients = KnownClient.objects.filter(
            organization=organization, service_id__in=service_ids, client_id__in=client_ids
        )
        names |= {ObjectRef(*row[:3]): row[3] for row in clients.values_list(*columns)}
    return {
        ref: names[ref] or str(ref.client_id or ref.service_id) for ref in wanted & names.keys()
    }
