"""Rows of client lists."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Self

from django.utils.translation import gettext_lazy as _

from console.inventory.index import redirect_hosts
from console.inventory.setting_columns import ColumnChoice
from console.inventory.setting_values import (
    CLIENT_SETTINGS,
    SettingValues,
    read_values,
    stored_values,
)
from console.lists.export import ExportFields
from console.lists.facets import Labels
from console.lists.request import ListColumn
from console.models import KnownClient
from tenants.authlete.documents.client import SECTIONS, Client
from tenants.authlete.documents.enums import (
    CLIENT_AUTH_METHOD,
    CLIENT_SOURCE,
    CLIENT_TYPE,
    GRANT_TYPE,
)
from tenants.authlete.json.reader import make_storable
from tenants.authlete.timestamps import datetime_from_ms

CLIENT_TYPE_LABELS: Labels = {name: _(label) for name, label in CLIENT_TYPE.items()}
AUTH_METHOD_LABELS: Labels = {name: _(label) for name, label in CLIENT_AUTH_METHOD.items()}
GRANT_TYPE_LABELS: Labels = {name: _(label) for name, label in GRANT_TYPE.items()}
REGISTRATION_LABELS: Labels = {name: _(label) for name, label in CLIENT_SOURCE.items()}
LOCK_LABELS: Labels = {"yes": _("Locked"), "no": _("Not locked")}


INDEX_COLUMNS = (
    "region",
    "service_id",
    "client_id",
    "name",
    "alias",
    "client_type",
    "auth_method",
    "source",
    "grants",
    "hosts",
    "locked",
    "modified_at",
    "created_at",
    "seen_at",
)
MAX_HOSTS_SHOWN = 2  # redirect hosts that a row shows
STATIC_REGISTRATION = "STATIC_REGISTRATION"


@dataclass(frozen=True, slots=True)
class ClientRow:
    """A client in a list, live or as last synced."""

    region: str
    service_id: int
    client_id: int
    name: str
    alias: str  # the client ID that the application sends
    client_type: str = ""
    auth_method: str = ""
    source: str = ""
    grants: Sequence[str] = ()
    hosts: Sequence[str] = ()
    locked: bool = False
    modified_at: int = 0  # milliseconds since 1970
    created_at: int = 0  # milliseconds since 1970
    seen_at: datetime | None = None  # None: this moment
    service: str = ""  # its name
    is_stale: bool = False  # its service did not answer when it was asked last
    client: Client | None = field(default=None, repr=False, compare=False)  # of a live list
    synced_settings: SettingValues = field(
        default_factory=dict, compare=False
    )  # if they were loaded

    @classmethod
    def from_client(cls, region: str, service_id: int, client: Client) -> Self:
        return cls(
            region,
            service_id,
            client.client_id,
            make_storable(client.client_name),
            make_storable(client.alias),
            client.client_type,
            client.auth_method,
            client.source,
            client.grant_types,
            redirect_hosts(client),
            client.is_locked,
            client.modified_at,
            client.created_at,
            client=client,
        )

    @classmethod
    def from_index(cls, values: tuple[Any, ...], service: str, *, is_stale: bool) -> Self:
        """Build a row from the columns ``INDEX_COLUMNS`` of `KnownClient`."""
        details = dict(zip(INDEX_COLUMNS, values, strict=True))
        words = {name: details[name].split() for name in ("grants", "hosts")}
        return cls(**{**details, **words}, service=service, is_stale=is_stale)

    @classmethod
    def from_known(cls, client: KnownClient, service: str, *, is_stale: bool) -> Self:
        """Build a row with all settings from the index."""
        values = tuple(getattr(client, name) for name in INDEX_COLUMNS)
        row = cls.from_index(values, service, is_stale=is_stale)
        return replace(row, synced_settings=stored_values(client))

    @property
    def settings(self) -> SettingValues:
        """The values of all settings that have one, for columns."""
        if self.client is None:
            return self.synced_settings
        return read_values(self.client.to_dict(), CLIENT_SETTINGS)

    @property
    def title(self) -> str:
        return self.name or self.alias

    @property
    def key(self) -> str:
        """Names it among all: region, service and id."""
        return f"{self.region}/{self.service_id}/{self.client_id}"

    @property
    def is_limited(self) -> bool:
        """Whether the credential can read only the name and type."""
        return not self.created_at and not self.auth_method

    @property
    def type_label(self) -> str:
        return str(CLIENT_TYPE_LABELS.get(self.client_type) or self.client_type or "–")

    @property
    def auth_label(self) -> str:
        return str(AUTH_METHOD_LABELS.get(self.auth_method) or self.auth_method)

    @property
    def source_label(self) -> str:
        return str(REGISTRATION_LABELS.get(self.source) or self.source)

    @property
    def grant_label(self) -> str:
        return ", ".join(str(GRANT_TYPE_LABELS.get(grant) or grant) for grant in self.grants)

    @property
    def registration_label(self) -> str:
        """How it came to be, where that was not by hand: it may change by itself."""
        return "" if self.source in ("", STATIC_REGISTRATION) else self.source_label

    @property
    def first_hosts(self) -> Sequence[str]:
        return self.hosts[:MAX_HOSTS_SHOWN]

    @property
    def hidden_host_count(self) -> int:
        return max(0, len(self.hosts) - MAX_HOSTS_SHOWN)


def iso_time(milliseconds: int) -> str:
    """Format an Authlete timestamp as ISO 8601; "" for none."""
    moment = datetime_from_ms(milliseconds)
    return moment.isoformat(timespec="milliseconds") if moment else ""


LIST_NAME = "clients"
NAME_COLUMN = ListColumn[ClientRow]("name", _("Client"), lambda row: row.title.casefold())
SERVICE_COLUMN = ListColumn[ClientRow](
    "service", _("Service"), lambda row: (row.region, row.service)
)
CLIENT_COLUMNS = (
    ListColumn[ClientRow]("type", _("Type"), lambda row: row.client_type),
    ListColumn[ClientRow](
        "auth", _("Authentication"), lambda row: row.auth_method, is_default=False
    ),
    ListColumn[ClientRow]("grants", _("Grants"), lambda row: tuple(row.grants)),
    ListColumn[ClientRow]("redirects", _("Redirects to"), lambda row: tuple(row.hosts)),
    ListColumn[ClientRow]("source", _("Registration"), lambda row: row.source, is_default=False),
    ListColumn[ClientRow]("id", _("Client ID"), lambda row: row.client_id, is_default=False),
    ListColumn[ClientRow]("created", _("Created"), lambda row: row.created_at, is_default=False),
    ListColumn[ClientRow]("changed", _("Changed"), lambda row: row.modified_at),
)
COLUMNS_BY_NAME = {column.name: column for column in (NAME_COLUMN, *CLIENT_COLUMNS)}
DEFAULT_COLUMNS = [column.name for column in CLIENT_COLUMNS if column.is_default]

EXPORT_FIELDS: ExportFields[ClientRow] = {
    "region": lambda row: row.region,
    "service_id": lambda row: row.service_id,
    "service": lambda row: row.service,
    "client_id": lambda row: row.client_id,
    "client_id_alias": lambda row: row.alias,
    "name": lambda row: row.name,
    "type": lambda row: row.client_type,
    "auth_method": lambda row: row.auth_method,
    "grant_types": lambda row: list(row.grants),
    "redirect_hosts": lambda row: list(row.hosts),
    "source": lambda row: row.source,
    "locked": lambda row: row.locked,
    "created_at": lambda row: iso_time(row.created_at),
    "modified_at": lambda row: iso_time(row.modified_at),
    "seen_at": lambda row: row.seen_at.isoformat() if row.seen_at else "",
}

COLUMN_CHOICE = ColumnChoice(
    LIST_NAME,
    SECTIONS,
    CLIENT_SETTINGS,
    {column.name: column.label for column in CLIENT_COLUMNS},
    DEFAULT_COLUMNS,
)
