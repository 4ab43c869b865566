"""Routing of requests to handlers."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from tenants.authlete.api import OPERATIONS
from tenants.authlete.api import batches as batch
from tenants.authlete.api import clients as client
from tenants.authlete.api import diagnostics as region
from tenants.authlete.api import grants as grant
from tenants.authlete.api import hardware_keys as key
from tenants.authlete.api import idp as idp_api
from tenants.authlete.api import services as service
from tenants.authlete.api import tokens as token
from tenants.authlete.operation import ApiHost, Operation
from tenants.sandbox.context import SandboxContext
from tenants.sandbox.handlers import (
    batches,
    client_operations,
    clients,
    discovery,
    grants,
    hardware_keys,
    id_tokens,
    idp,
    introspection,
    jose,
    services,
    token_create,
    tokens,
)
from tenants.sandbox.http_messages import SandboxResponse

type Handler = Callable[[SandboxContext], SandboxResponse]

HANDLERS: dict[str, Handler] = {
    service.LIST.name: services.get_list,
    service.GET.name: services.get,
    service.UPDATE.name: services.update,
    service.CREATE.name: services.create,
    service.DELETE.name: services.delete,
    service.CONFIGURATION.name: discovery.get,
    service.JWKS.name: jose.get,
    client.LIST.name: clients.get_list,
    client.GET.name: clients.get,
    client.CREATE.name: clients.create,
    client.UPDATE.name: clients.update,
    client.DELETE.name: clients.delete,
    client.SET_LOCK.name: client_operations.set_lock,
    client.REFRESH_SECRET.name: client_operations.refresh_secret,
    client.SET_SECRET.name: client_operations.set_secret,
    client.GET_REQUESTABLE_SCOPES.name: client_operations.get_scopes,
    client.UPDATE_REQUESTABLE_SCOPES.name: client_operations.set_scopes,
    client.UPDATE_REQUESTABLE_SCOPES_POST.name: client_operations.set_scopes,
    client.DELETE_REQUESTABLE_SCOPES.name: client_operations.delete_scopes,
    token.LIST.name: tokens.get_list,
    token.CREATE.name: token_create.create,
    token.UPDATE.name: tokens.update,
    token.DELETE.name: tokens.delete,
    token.REVOKE.name: tokens.revoke,
    batch.CREATE.name: batches.create,
    batch.STATUS.name: batches.status,
    token.REISSUE_ID_TOKEN.name: id_tokens.reissue,
    region.INTROSPECT.name: introspection.introspect,
    region.INTROSPECT_STANDARD.name: introspection.introspect_standard,
    region.VERIFY_JOSE.name: jose.verify,
    grant.LIST.name: grants.get_list,
    grant.LIST_POST.name: grants.get_list,
    grant.LIST_BY_SUBJECT.name: grants.get_list,
    grant.UPDATE.name: grants.update,
    grant.DELETE.name: grants.delete,
    grant.DELETE_POST.name: grants.delete,
    grant.DELETE_BY_SUBJECT.name: grants.delete,
    grant.GET_SCOPES.name: grants.get_scopes,
    grant.GET_SCOPES_POST.name: grants.get_scopes,
    grant.GET_SCOPES_BY_SUBJECT.name: grants.get_scopes,
    grant.DELETE_SCOPES.name: grants.delete_scopes,
    grant.DELETE_SCOPES_BY_SUBJECT.name: grants.delete_scopes,
    key.LIST.name: hardware_keys.get_list,
    key.GET.name: hardware_keys.get,
    key.CREATE.name: hardware_keys.create,
    key.DELETE.name: hardware_keys.delete,
    region.CREDENTIAL_JWKS.name: jose.get_credential_keys,
    region.INFO.name: services.info,
    region.ECHO.name: services.echo,
    region.HEALTH.name: services.healthcheck,
    idp_api.LIST_SERVERS.name: idp.list_servers,
    idp_api.CREATE_SERVICE.name: idp.create,
    idp_api.REMOVE_SERVICE.name: idp.remove,
}
PUBLIC_OPERATIONS = (region.INFO.name, region.ECHO.name, region.HEALTH.name)  # without access token


@dataclass(frozen=True, slots=True)
class Route:
    """An operation with its path; without a handler it isn't implemented."""

    operation: Operation[Any]
    pattern: re.Pattern[str]
    handler: Handler | None

    @property
    def name(self) -> str:
        return self.operation.name

    @property
    def display_path(self) -> str:
        """Return the path in Authlete's messages: without /api and parameters."""
        return re.sub(r"/\{\w+\}", "", self.operation.path.removeprefix("/api"))

    @property
    def is_public(self) -> bool:
        return self.name in PUBLIC_OPERATIONS


@dataclass(frozen=True, slots=True)
class RouteMatch:
    """The route of a request and its path parameters.

    Without a ``route``, ``allowed`` are the methods the path supports.
    """

    route: Route | None = None
    path_params: Mapping[str, str] = field(default_factory=dict)
    allowed: str = ""

    @property
    def name(self) -> str:
        return self.route.name if self.route else ""


class RouteTable:
    """The routes of one host."""

    def __init__(self, operations: Iterable[Operation[Any]]) -> None:
        # Several operations may share a path and method; the first declared wins.
        calls = {
            (operation.path, operation.method): operation for operation in reversed([*operations])
        }
        routes = reversed([*map(_build_route, calls.values())])
        # Paths with fewer parameters first.
        self.routes = sorted(routes, key=lambda route: route.pattern.groups)

    def find(self, method: str, path: str) -> RouteMatch:
        """Return the match for a method and path."""
        allowed = set()
        for route in self.routes:
            if match := route.pattern.fullmatch(path.removesuffix("/")):
                if route.operation.method == method:
                    values = match.groupdict()
                    return RouteMatch(route, {name: unquote(values[name]) for name in values})
                allowed.add(route.operation.method)
        return RouteMatch(allowed=", ".join(sorted(allowed)))


def _build_route(operation: Operation[Any]) -> Route:
    pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", operation.path))
    return Route(operation, pattern, HANDLERS.get(operation.name))


CLUSTER_ROUTES = RouteTable(
    operation for operation in OPERATIONS.values() if operation.host is ApiHost.CLUSTER
)
IDP_ROUTES = RouteTable(
    operation for operation in OPERATIONS.values() if operation.host is ApiHost.IDP
)
