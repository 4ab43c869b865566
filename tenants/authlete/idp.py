"""The identity provider (IdP), which creates the services of a region.

The four shared clusters have one IdP in common; a dedicated cluster has its own or none
(Authlete facts, 1 and 12).
"""

from dataclasses import dataclass

from tenants.authlete.messages import gettext_noop as _
from tenants.authlete.transport.connection_pool import ConnectionPool

SHARED_IDP_URL = "https://login.authlete.com"
SHARED_API_SERVER_IDS = {"us": 76281, "jp": 53285, "eu": 63294, "br": 47363}
API_SERVER_ID_BY_CLUSTER = {
    f"https://{name}.authlete.com": server_id for name, server_id in SHARED_API_SERVER_IDS.items()
}


@dataclass(frozen=True, slots=True)
class IdpAccess:
    """An organization's access to the identity provider of a region."""

    pool: ConnectionPool
    organization_id: int
    api_server_id: int  # of the cluster that new services belong to

    def find_mismatch(self, cluster_url: str) -> str:
        """Return why a credential of ``cluster_url`` must not be sent there, or nothing."""
        server_id = API_SERVER_ID_BY_CLUSTER.get(cluster_url.lower())
        is_shared = self.pool.base_url.lower() == SHARED_IDP_URL
        if is_shared and server_id is None:
            return _("Not sent: the shared identity provider does not manage this cluster.")
        if not is_shared and server_id is not None:
            return _("Not sent: a shared cluster requires the shared identity provider.")
        if server_id not in (None, self.api_server_id):
            return _("Not sent: the API server ID belongs to another region.")
        return ""
