"""Create API clients from an organization's credentials."""

from collections.abc import Mapping
from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from tenants.authlete import AuthleteClient, get_connection_pool
from tenants.authlete.audit_sink import AuditSink
from tenants.authlete.errors import UnauthorizedError
from tenants.authlete.idp import IdpAccess
from tenants.authlete.redaction.fingerprint import Fingerprint
from tenants.authlete.transport.circuit_breaker import HealthSample
from tenants.authlete.transport.connection_pool import ConnectionPool, TransportFactory
from tenants.authlete.transport.retries import RetryBudget
from tenants.concurrency.locks import DatabaseLocks
from tenants.crypto.fingerprints import fingerprint_value, get_redactor
from tenants.crypto.vault import UnsealError
from tenants.models import Credential, Organization
from tenants.organizations import region_circuits
from tenants.organizations.egress import get_egress
from tenants.organizations.regions import Region, get_regions
from tenants.versions.recorder import VersionRecorder

type CredentialsByRegion = Mapping[str, Credential]  # by region


def load_credentials(organization: Organization) -> CredentialsByRegion:
    """Return an organization's credentials in the order of the regions."""
    by_region = {
        credential.region: credential
        for credential in Credential.objects.filter(organization=organization)
    }
    return {name: by_region[name] for name in get_regions() if name in by_region}


def connect(
    credentials: CredentialsByRegion,
    region: str,
    audit_sink: AuditSink,
    *,
    holder: str = "",
    service_ids: set[int] | None = None,
    read_seconds: float | None = None,
) -> AuthleteClient:
    """Create the client of a region; ``holder`` is shown to others who wait for a lock.

    ``service_ids`` are the only services that it asks for; None admits all. ``read_seconds``
    limits each read.

    Raises `UnauthorizedError` without a usable credential.
    """
    if region not in credentials:
        raise UnauthorizedError(_("This region has no credential."))
    return connect_with_credential(
        credentials[region],
        audit_sink,
        holder=holder,
        service_ids=service_ids,
        read_seconds=read_seconds,
    )


def connect_with_credential(
    credential: Credential,
    audit_sink: AuditSink,
    *,
    holder: str = "",
    service_ids: set[int] | None = None,
    read_seconds: float | None = None,
) -> AuthleteClient:
    """Create the client of a credential, saved or not."""
    region = get_regions()[credential.region]
    region_circuits.synchronize(list_pools())
    try:
        token = credential.token
    except UnsealError as error:
        message = _("The credential can't be decrypted: %(reason)s.") % {"reason": error}
        raise UnauthorizedError(message) from None
    return AuthleteClient(
        _connection_pool(region.name, region.url),
        token,
        redactor=get_redactor(credential.organization_id),
        region=region.name,
        audit_sink=audit_sink,
        retry_budget=_retry_budget(region.url),
        idp_access=_build_idp_access(region, credential),
        write_locks=DatabaseLocks(credential.organization_id, holder),
        observer=VersionRecorder(credential.organization_id),
        service_ids=service_ids,
        read_timeout_seconds=read_seconds,
    )


def list_connected_regions(credentials: CredentialsByRegion) -> list[Region]:
    """Return the regions with a credential."""
    return [get_regions()[name] for name in credentials]


def list_regions_with_service_creation(credentials: CredentialsByRegion) -> list[Region]:
    """Return the regions where services can be created and deleted."""
    return [
        region
        for region in list_connected_regions(credentials)
        if region.idp
        and region.api_server is not None
        and credentials[region.name].number is not None
    ]


def get_region_health(region: Region) -> HealthSample | None:
    """Return how this process's last call to a region ended, if any; down if it is suspended."""
    return _connection_pool(region.name, region.url).circuit_breaker.last_sample


def _connection_pool(region: str, base_url: str) -> ConnectionPool:
    return get_connection_pool(
        base_url,
        max_connections=settings.AUTHLETE_CONNECTIONS,
        transport_factory=_load_transport(),
        egress=get_egress(region, base_url),
        circuit_store=region_circuits.CachedCircuits(),
    )


def list_pools() -> list[ConnectionPool]:
    """Return the pools of all regions and identity providers."""
    pools = {
        _connection_pool(region.name, url): None
        for region in get_regions().values()
        for url in (region.url, region.idp)
        if url
    }
    return list(pools)


def _build_idp_access(region: Region, credential: Credential) -> IdpAccess | None:
    """Return access to service creation; None if an ID is missing."""
    if not region.idp or region.api_server is None or credential.number is None:
        return None
    return IdpAccess(
        _connection_pool(region.name, region.idp), credential.number, region.api_server
    )


def fingerprint_credential(credential: Credential) -> Fingerprint:
    """Return the fingerprint of a credential's token; raise `UnsealError`."""
    organization_id, token = credential.organization_id, credential.token.get_secret_value()
    return fingerprint_value(organization_id, "credential", credential.region, token)


@cache
def _retry_budget(base_url: str) -> RetryBudget:
    return RetryBudget()


def _load_transport() -> TransportFactory | None:
    name = settings.AUTHLETE_TRANSPORT
    return import_string(name) if name else None
