"""Find the apps connected to a user, in every service of every region at once.

Indexed services are checked while the regions list theirs. Services that don't respond are
reported as unchecked, never as empty.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import partial
from threading import Lock
from time import time
from typing import Any

from console.forms.rows import scope_descriptions
from console.inventory.index import index_services
from console.inventory.services import indexed_names
from console.users.connected_apps import (
    CheckedService,
    ConnectedApp,
    GrantedScopes,
    RegionResult,
    UncheckedItem,
    missing_apps_error,
)
from console.web.access import Member
from tenants.authlete import AuthleteClient
from tenants.authlete.api import grants, services, tokens
from tenants.authlete.api.grants import AuthorizedClientPage
from tenants.authlete.documents.client import Client
from tenants.authlete.documents.service import Service
from tenants.authlete.documents.tokens import TokenPage, TokenStatus
from tenants.authlete.errors import AuthleteError
from tenants.authlete.fanout import gather
from tenants.authlete.listing import PAGE_SIZE, list_all_services
from tenants.organizations.regions import Region

MAX_APPS_PER_SERVICE = 100
MAX_TOKENS_PER_APP = 200

type AppsReply = AuthorizedClientPage | AuthleteError


def find_user(member: Member, subject: str, region: str = "") -> list[RegionResult]:
    """Find the apps connected to ``subject`` in each region, or in ``region`` alone."""
    results = [
        RegionResult(candidate) for candidate in member.regions() if region in ("", candidate.name)
    ]
    indexed = indexed_names(member.organization)
    searches = []
    for result in results:
        try:
            client = member.connect(result.region.name)
        except AuthleteError as error:
            result.error = error
        else:
            names = indexed.get(result.region.name, {})
            searches.append(_RegionSearch(client, subject, names, result))
    gather((search.client, search.run) for search in searches)
    index_services(
        member.organization,
        {
            search.result.region.name: list(search.listed.values())
            for search in searches
            if not search.result.error
        },
    )
    for search in searches:
        search.collect()
    return results


def load_app(
    member: Member, subject: str, region: Region, service_id: int, client_id: int
) -> ConnectedApp:
    """Load one app, with or without tokens.

    Raises an `AuthleteError` if the connected apps can't be listed.
    """
    client = member.connect(region.name)
    name = indexed_names(member.organization).get(region.name, {}).get(service_id, "")
    calls: list[tuple[AuthleteClient, Callable[[], Any]]] = [
        (client, client.service(service_id).get),
        (client, partial(_list_apps, client, service_id, name, subject)),
    ]
    document, page = gather(calls)
    if isinstance(page, AuthleteError):
        raise page
    service = CheckedService(region, service_id, name)
    if isinstance(document, Service):
        name, scopes = document.service_name, scope_descriptions(document)
        service = CheckedService(region, service_id, name, scopes)
    documents = {listed.client_id: listed for listed in page.clients or ()}
    connected = documents.get(client_id) or Client.model_validate({"clientId": client_id})
    app = ConnectedApp(service, connected, _now_ms())
    _load_apps(client, [app], subject)
    return app


class _RegionSearch:
    """The search for one user in one region."""

    def __init__(
        self,
        client: AuthleteClient,
        subject: str,
        indexed_names: Mapping[int, str],
        result: RegionResult,
    ) -> None:
        self.client = client
        self.result = result
        self.listed: dict[int, Service] = {}
        self._subject = subject
        self._indexed_names = indexed_names
        self._pages: dict[int, AppsReply] = {}
        self._apps: dict[int, list[ConnectedApp]] = {}
        self._documents: dict[int, Service] = {}  # with their scopes
        self._load_once = Lock()  # never released

    def run(self) -> None:
        """Check the indexed services, while listing all of them and checking new ones."""
        calls: list[Callable[[], None]] = [self._check_new_services]
        calls += [partial(self._check_service, number) for number in self._indexed_names]
        gather((self.client, call) for call in calls)

    def collect(self) -> None:
        """Add the apps to the result, in the order of the services."""
        for service_id in dict.fromkeys([*self._indexed_names, *self.listed]):
            if service_id not in self.listed and not self.result.error:
                continue
            service, page = self._service(service_id), self._pages[service_id]
            if isinstance(page, AuthleteError):
                self.result.unchecked.append(UncheckedItem(service, page))
                continue
            apps = self._apps[service_id]
            self.result.services.append(service)
            if page.total_count > len(apps):
                error = missing_apps_error(page.total_count, len(apps))
                self.result.unchecked.append(UncheckedItem(service, error))
            for app in apps:
                app.service = service
            self.result.apps += apps
        self.result.apps.sort(key=lambda app: (not app.live_count, app.name.casefold()))

    def _check_new_services(self) -> None:
        try:
            self._list_services()
        except AuthleteError as error:
            self.result.error = error
        gather(
            (self.client, partial(self._check_service, service_id))
            for service_id in self.listed.keys() - self._indexed_names.keys()
        )

    def _list_services(self) -> None:
        """List the services: without scopes if one page has all of them."""
        query = {"start": 0, "end": PAGE_SIZE, "limited": "true"}
        page = self.client.send(services.LIST, query=query)
        listed = list(page.services or ())
        if page.total_count > len(listed):
            result = list_all_services([self.client])[0]
            listed, self.result.error = result.items, result.error
            self._documents = {service.api_key: service for service in listed}
        self.listed = {service.api_key: service for service in listed}

    def _check_service(self, service_id: int) -> None:
        name = self._service(service_id).name
        try:
            page = _list_apps(self.client, service_id, name, self._subject)
        except AuthleteError as error:
            self._pages[service_id] = error
            return
        service = CheckedService(self.result.region, service_id, name)
        apps = [ConnectedApp(service, client, _now_ms()) for client in page.clients or ()]
        self._pages[service_id], self._apps[service_id] = page, apps
        if apps:
            load: Callable[[], None] = partial(_load_apps, self.client, apps, self._subject)
            gather((self.client, call) for call in (load, self._load_documents))

    def _load_documents(self) -> None:
        """Load the services with their scopes, once; pages show scopes without it too."""
        if self._documents or not self._load_once.acquire(blocking=False):
            return
        with suppress(AuthleteError):
            page = self.client.services.list(start=0, end=PAGE_SIZE)
            self._documents = {
                service.api_key: service for service in page.services or ()
            } | self._documents

    def _service(self, service_id: int) -> CheckedService:
        listed = self.listed.get(service_id)
        name = listed.service_name if listed else self._indexed_names.get(service_id, "")
        document = self._documents.get(service_id)
        scopes = scope_descriptions(document) if document else {}
        return CheckedService(self.result.region, service_id, name, scopes)


def _list_apps(
    client: AuthleteClient, service_id: int, label: str, subject: str
) -> AuthorizedClientPage:
    return client.send(
        grants.LIST_POST,
        path_params={"service_id": service_id},
        body={"subject": subject, "start": 0, "end": MAX_APPS_PER_SERVICE},
        label=label,
    )


def _load_apps(client: AuthleteClient, apps: Iterable[ConnectedApp], subject: str) -> None:
    """Load tokens and granted scopes of each app; errors are stored in the app."""
    gather(
        (client, partial(load, client, app, subject))
        for app in apps
        for load in (_load_tokens, _load_scopes)
    )


def _load_tokens(client: AuthleteClient, app: ConnectedApp, subject: str) -> None:
    """Load the first page of tokens, then the others at once."""
    try:
        first = _list_tokens(client, app, subject, 0)
    except AuthleteError as error:
        app.tokens_error = error
        return
    app.token_count, app.tokens = first.total_count, list(first.access_tokens or ())
    count = min(app.token_count, MAX_TOKENS_PER_APP)
    pages = gather(
        (client, partial(_list_tokens, client, app, subject, start))
        for start in range(len(app.tokens), count, tokens.MAX_PAGE_SIZE)
    )
    for page in pages:
        if isinstance(page, AuthleteError):
            app.tokens_error = page
        else:
            app.tokens += page.access_tokens or ()


def _list_tokens(client: AuthleteClient, app: ConnectedApp, subject: str, start: int) -> TokenPage:
    return client.send(
        tokens.LIST,
        path_params=_path_params(app),
        query={
            "clientIdentifier": app.client.client_id,
            "subject": subject,
            "start": start,
            "end": start + tokens.MAX_PAGE_SIZE,
            "tokenStatus": TokenStatus.ALL.value,
        },
        label=app.name,
    )


def _load_scopes(client: AuthleteClient, app: ConnectedApp, subject: str) -> None:
    try:
        reply = client.send(
            grants.GET_SCOPES_POST,
            path_params=_path_params(app),
            body={"subject": subject},
            label=app.name,
        )
    except AuthleteError as error:
        app.scopes_error = error
        return
    if reply.merged_granted_scopes is not None:
        app.granted_scopes = GrantedScopes(reply.merged_granted_scopes, reply.modified_at)


def _path_params(app: ConnectedApp) -> dict[str, int]:
    """Return service and client, the latter for the audit log even if no path has it."""
    return {"service_id": app.service.service_id, "client_id": app.client.client_id}


def _now_ms() -> int:
    return int(time() * 1000)
