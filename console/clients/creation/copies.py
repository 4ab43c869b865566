"""Copy a client, and find clients to copy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext

from console.audit_log.change_descriptions import CLIENT_SETTINGS
from console.clients.scopes import service_scopes
from console.models import KnownService
from console.web.access import Workspace
from console.web.paths import parse_service_ref
from tenants.authlete.documents.client import Client
from tenants.authlete.documents.service import Service
from tenants.authlete.errors import AuthleteError
from tenants.authlete.listing import list_all_clients
from tenants.authlete.redaction.fingerprint import contains_fingerprint
from tenants.authlete.redaction.unknown_fields import CLIENT_SCHEMA, drop_hidden

# One client's alone: no two of a service have the alias, the names are what people
# tell them apart by, and the chain of trust names the entity that the original is.
NEVER_COPIED = frozenset({"clientIdAlias", "clientName", "clientNames", "trustChain"})
UNREPORTED = frozenset(  # of what is not copied; Authlete sets them for every client
    {
        "number",
        "serviceNumber",
        "clientName",
        "clientIdAliasEnabled",
        "createdAt",
        "modifiedAt",
        "derivedSectorIdentifier",
    }
)
# Whoever is there can act for the copy too, or has its users sent to them.
SHARED_SETTINGS = (
    "redirectUris",
    "requestUris",
    "jwksUri",
    "jwks",
    "sectorIdentifierUri",
    "bcNotificationEndpoint",
    "credentialOfferEndpoint",
    "loginUri",
)
EXTENSION, SCOPES = "extension", "requestableScopes"
MANUAL_SOURCES = ("", "STATIC_REGISTRATION")


@dataclass(frozen=True, slots=True)
class ClientCopy:
    """The document of a copy, and how it differs from the original."""

    client: Mapping[str, Any]
    left_out: tuple[str, ...] = ()  # labels: what is the original's alone
    secrets_left_out: tuple[str, ...] = ()  # labels: private keys and hidden texts
    shared_settings: tuple[str, ...] = ()  # labels: addresses and keys that both have now
    lost_scopes: tuple[str, ...] = ()  # the original may ask for them
    no_scopes: bool = False  # those were all; it may ask for none
    is_registered: bool = False  # by itself or by others, which still change it


def copy_client(original: Client, target: Service) -> ClientCopy:
    """Copy a client into a service, and unknown members without hidden texts."""
    created: dict[str, Any] = {}
    left_out, sealed = [], []
    for member, value in original.to_dict().items():
        _, setting = CLIENT_SETTINGS.get(member, ("", None))
        label = setting.label if setting else member
        if member in NEVER_COPIED or (setting and setting.is_immutable):
            if setting and setting.is_customized(value) and not _is_unreported(original, member):
                left_out.append(label)
            continue
        known = drop_hidden(value, CLIENT_SCHEMA.get(member, {}))
        if contains_fingerprint(known):
            sealed.append(label)
        else:
            created[member] = known
            if known != value:
                sealed.append(gettext("%(setting)s: unknown fields") % {"setting": label})
    created, removed_scopes = _limit_scopes(created, service_scopes(target))
    return ClientCopy(
        created,
        tuple(left_out),
        tuple(sealed),
        tuple(CLIENT_SETTINGS[name][1].label for name in SHARED_SETTINGS if created.get(name)),
        removed_scopes,
        bool(removed_scopes) and not created[EXTENSION][SCOPES],
        original.source not in MANUAL_SOURCES,
    )


def _is_unreported(original: Client, member: str) -> bool:
    if member == "clientIdAlias":
        return original.alias == str(original.client_id)
    return member in UNREPORTED or (member == "clientSource" and original.source in MANUAL_SOURCES)


def _limit_scopes(
    document: dict[str, Any], service_scopes: Mapping[str, str] | None
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return the document without unknown scopes, and those scopes."""
    extension = document.get(EXTENSION)
    scopes = extension.get(SCOPES) if isinstance(extension, dict) else None
    if not isinstance(extension, dict) or service_scopes is None or not isinstance(scopes, list):
        return document, ()
    removed_scopes = tuple(str(name) for name in scopes if name not in service_scopes)
    names = [name for name in scopes if name in service_scopes]
    return document | {
        EXTENSION: {**extension, SCOPES: names}
    } if removed_scopes else document, removed_scopes


MAX_COPY_SOURCES = 30  # clients


@dataclass(frozen=True, slots=True)
class SourceService:
    """A service whose clients can be copied."""

    region: str
    service_id: int
    name: str

    @property
    def key(self) -> str:
        return f"{self.region}/{self.service_id}"


@dataclass(frozen=True, slots=True)
class SourceClients:
    """The matching clients of one service."""

    service: SourceService
    clients: Sequence[Client] = ()
    hidden_count: int = 0  # that were not looked through, or are not shown
    error: AuthleteError | None = None  # why not all were looked through


def list_source_services(workspace: Workspace, service: Service) -> list[SourceService]:
    """Return this service first, then the other known services by name."""
    own_service = SourceService(
        workspace.region.name, service.api_key, service.service_name or str(service.api_key)
    )
    services = KnownService.objects.filter(
        organization=workspace.organization,
        region__in=[region.name for region in workspace.member.regions()],
    ).order_by("name", "region")
    source_services = [
        SourceService(service.region, service.service_id, service.name or str(service.service_id))
        for service in services
    ]
    return [
        own_service,
        *(
            source_service
            for source_service in source_services
            if source_service.key != own_service.key
        ),
    ]


def copy_target_path(workspace: Workspace, service_key: str) -> str:
    """Return the path to create a client in another service, or ""."""
    home = parse_service_ref(service_key)
    regions = {region.name for region in workspace.member.regions()}
    if not home or home[0] not in regions:
        return ""
    return reverse("clients:new", args=[workspace.organization.slug, *home])


def find_source_clients(workspace: Workspace, source: SourceService, search: str) -> SourceClients:
    """Return the first clients whose name, alias or ID matches ``search``."""
    try:
        authlete = workspace.member.connect(source.region)
    except AuthleteError as error:
        return SourceClients(source, error=error)
    (listed,) = list_all_clients([(authlete, source.service_id)])
    matching = [client for client in listed.items if _matches(client, search)]
    more = max(len(matching) - MAX_COPY_SOURCES, 0) + max(listed.total - len(listed.items), 0)
    return SourceClients(source, matching[:MAX_COPY_SOURCES], more, listed.error)


def _matches(client: Client, search: str) -> bool:
    text = f"{client.client_name} {client.alias} {client.client_id}".lower()
    return all(word in text for word in search.lower().split())
