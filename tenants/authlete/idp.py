"""Where a region's services are created, and which token may be sent there.

The four shared clusters have one identity provider for all; a dedicated cluster has
its own, or none (Authlete facts, 1 and 12).
"""

from dataclasses import dataclass

from tenants.authlete.messages import gettext_noop as _
from tenants.authlete.transport.connection_pool import ConnectionPool

SHARED_IDP_URL = "https://login.authlete.com"
SHARED_API_SERVER_IDS = {
    "us": 76281,
    "jp": 53285,
    "eu": 63294,
    "br": 47363,
}  # apiServerId of each
API_SERVER_ID_BY_CLUSTER = {
    f"https://{name}.authlete.com": server for name, server in SHARED_API_SERVER_IDS.items()
}


@dataclass(frozen=True, slots=True)
class IdpAccess:
    """An organization, as the identity provider of its region knows it."""

    pool: ConnectionPool
    organization_id: int
    api_server_id: int  # of the cluster; another one's would create elsewhere

    def find_mismatch(self, cluster_url: str) -> str:
        """Why a token for ``cluster`` must not be sent there, or nothing."""
        server = API_SERVER_ID_BY_CLUSTER.get(cluster_url.lower())
        shared = self.pool.base_url.lower() == SHARED_IDP_URL
        if shared and server is None:
            return _(
                "The credential is not sent: the shared identity provider does not know"
                " this cluster."
            )
        if not shared and server is not None:
            return _(
                "The credential is not sent: a shared cluster has the shared identity"
                " provider alone."
            )
        if server not in (None, self.api_server_id):
            return _("The credential is not sent: the server's number is another region's.")
        return ""
