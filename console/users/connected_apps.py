"""Apps connected to a user, their tokens and scopes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from console.forms.rows import describe_scope
from console.models import ReceiptService
from console.users.receipt_lines import ReceiptLine
from tenants.authlete.documents.client import Client
from tenants.authlete.documents.tokens import IssuedToken
from tenants.authlete.errors import AuthleteError, InvalidResponseError
from tenants.organizations.regions import Region

type RevokedApp = tuple[ReceiptService, ReceiptLine]


@dataclass(frozen=True, slots=True)
class CheckedService:
    """A service that was checked."""

    region: Region
    service_id: int
    name: str
    scopes: dict[str, str] = field(default_factory=dict)  # descriptions by scope name


@dataclass(frozen=True, slots=True)
class GrantedScopes:
    """The scopes that Authlete remembers; its time is in milliseconds since 1970."""

    scopes: Sequence[str]
    modified_at: int


def missing_apps_error(counted: int, listed: int) -> InvalidResponseError:
    """Build the error for a list that is shorter than its count."""
    details = {"counted": counted, "shown": listed}
    return InvalidResponseError(_("Only %(shown)d of %(counted)d apps were returned.") % details)


def is_token_live(token: IssuedToken, now_ms: int) -> bool:
    """Return whether it is usable or refreshable; ``now_ms`` is milliseconds since 1970."""
    return not (expires_at := _expires_at(token)) or expires_at > now_ms


def _expires_at(token: IssuedToken) -> int:
    expiries = [token.access_token_expires_at]
    if token.refresh_token_hash:
        expiries.append(token.refresh_token_expires_at)
    return 0 if 0 in expiries else max(expiries)


@dataclass(slots=True)
class ConnectedApp:
    """A client with tokens of the user, expired ones included."""

    service: CheckedService
    client: Client
    now_ms: int  # milliseconds since 1970
    tokens: list[IssuedToken] = field(default_factory=list)
    token_count: int = 0  # as counted by Authlete
    granted_scopes: GrantedScopes | None = None  # None: no remembered scopes
    tokens_error: AuthleteError | None = None  # why tokens are missing
    scopes_error: AuthleteError | None = None

    @property
    def name(self) -> str:
        return self.client.client_name or str(self.client.client_id)

    @property
    def live_count(self) -> int:
        """Tokens that work, or that can be refreshed."""
        return sum(1 for token in self.tokens if self._is_live(token))

    @property
    def expired_count(self) -> int:
        return len(self.tokens) - self.live_count

    @property
    def unread_count(self) -> int:
        """Return the number of tokens that may be live."""
        return max(0, self.token_count - len(self.tokens))

    @property
    def is_complete(self) -> bool:
        """Whether all its tokens were read."""
        return self.tokens_error is None and not self.unread_count

    @property
    def scopes(self) -> list[str]:
        """Those of live tokens, or where none is live those of all."""
        tokens = [token for token in self.tokens if self._is_live(token)] or self.tokens
        return list(
            dict.fromkeys(scope for issued_token in tokens for scope in issued_token.scopes or ())
        )

    @property
    def scope_descriptions(self) -> list[tuple[str, str]]:
        """The scopes with their descriptions, if known."""
        return [(scope, describe_scope(scope, self.service.scopes)) for scope in self.scopes]

    @property
    def unused_scopes(self) -> list[str]:
        """Return the remembered scopes that no token has."""
        token_scopes = set(self.scopes)
        return [
            scope
            for scope in (self.granted_scopes.scopes if self.granted_scopes else ())
            if scope not in token_scopes
        ]

    @property
    def refreshed_at(self) -> int:
        return max((token.last_refreshed_at for token in self.tokens), default=0)

    @property
    def created_at(self) -> int:
        return min((token.created_at for token in self.tokens if token.created_at), default=0)

    @property
    def expires_at(self) -> int:
        """When the last token stops to work and to be refreshed; 0 is never."""
        expiries = [_expires_at(token) for token in self.tokens]
        return 0 if 0 in expiries else max(expiries, default=0)

    def _is_live(self, token: IssuedToken) -> bool:
        return is_token_live(token, self.now_ms)


@dataclass(frozen=True, slots=True)
class UncheckedItem:
    """A service or app that couldn't be read."""

    service: CheckedService
    error: AuthleteError
    app: str = ""  # of this app; nothing: whether the service has any


@dataclass(slots=True)
class RegionResult:
    """The search result of one region."""

    region: Region
    services: list[CheckedService] = field(default_factory=list)  # services that answered
    apps: list[ConnectedApp] = field(default_factory=list)
    unchecked: list[UncheckedItem] = field(default_factory=list)
    error: AuthleteError | None = None  # why its services are not known, or not all
    read_at: datetime = field(default_factory=timezone.now)
    is_stored: bool = False  # not read for this request
    revoked_apps: Sequence[RevokedApp] = ()  # apps revoked from the same lookup
    list_context: Mapping[str, Any] = field(default_factory=dict)  # of the list of its apps

    @property
    def has_answer(self) -> bool:
        """Return whether the region returned any result."""
        return bool(self.services) or self.lists_all_apps

    @property
    def lists_all_apps(self) -> bool:
        """Whether all services returned their apps."""
        return self.error is None and not self.unchecked

    @property
    def is_complete(self) -> bool:
        """Whether all apps could be read too."""
        return self.lists_all_apps and all(
            app.is_complete and not app.scopes_error for app in self.apps
        )


@dataclass(frozen=True)
class RevocationPreview:
    """Totals over all regions."""

    regions: Sequence[RegionResult]

    @cached_property
    def apps(self) -> list[ConnectedApp]:
        return [app for region in self.regions for app in region.apps]

    @property
    def live_count(self) -> int:
        return sum(app.live_count for app in self.apps)

    @property
    def expired_count(self) -> int:
        return sum(app.expired_count for app in self.apps)

    @property
    def incomplete_app_count(self) -> int:
        """Return the apps whose tokens couldn't all be loaded."""
        return sum(not app.is_complete for app in self.apps)

    @property
    def granted_app_count(self) -> int:
        """Return the apps with remembered scopes."""
        return sum(app.granted_scopes is not None for app in self.apps)

    @property
    def service_count(self) -> int:
        return sum(len(region.services) for region in self.regions)

    @cached_property
    def failed_regions(self) -> list[RegionResult]:
        """Return the regions whose services couldn't all be listed."""
        return [region for region in self.regions if region.error]

    @cached_property
    def unchecked(self) -> list[UncheckedItem]:
        """Unchecked services of regions that responded."""
        return [
            problem for region in self.regions if region.has_answer for problem in region.unchecked
        ]

    @property
    def is_complete(self) -> bool:
        return not self.failed_regions and not self.unchecked
