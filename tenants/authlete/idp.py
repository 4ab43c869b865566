"""Where a region's services are created, and which token may be sent there.

The four shared clusters have one identity provider for all; a dedicated cluster has
its own, or none (`api.md`, sections 1 and 12).
"""

from dataclasses import dataclass

from tenants.authlete.connections import Connections
from tenants.authlete.words import gettext_noop as _

SHARED_IDP = "https://login.authlete.com"
SHARED = {"us": 76281, "jp": 53285, "eu": 63294, "br": 47363}  # apiServerId of each
CLUSTERS = {f"https://{name}.authlete.com": server for name, server in SHARED.items()}


@dataclass(frozen=True, slots=True)
class IdpAccess:
    """An organization, as the identity provider of its region knows it."""

    lines: Connections
    organization_id: int
    api_server_id: int  # of the cluster; another one's would create elsewhere

    def unfit_for(self, cluster: str) -> str:
        """Why a token for ``cluster`` must not be sent there, or nothing."""
        server = CLUSTERS.get(cluster.lower())
        shared = self.lines.base_url.lower() == SHARED_IDP
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
            return _(
                "The credential is not sent: the server's number is another region's."
            )
        return ""
