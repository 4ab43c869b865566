"""Calls to the identity provider of the region: services are born and die there.

From the public IdP specification; `docs/design.md`, section 5 says why.
"""

from tenants.authlete.documents.service import Service
from tenants.authlete.operation import Effect, Host, Operation

CREATE_SERVICE = Operation(
    "idp.create_service",
    "POST",
    "/api/service",
    Service,
    Effect.CHANGE,
    host=Host.IDP,
)
REMOVE_SERVICE = Operation(
    "idp.remove_service",
    "POST",
    "/api/service/remove",
    type(None),
    Effect.DESTROY,
    host=Host.IDP,
)
LIST_SERVERS = Operation(
    "idp.list_servers",
    "GET",
    "/api/apiserver",
    list,
    host=Host.IDP,
)
