"""An app that may act for a subject: what it holds, and until when."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from console.models import ReceiptPlace
from console.scopes import in_words
from console.subjects.lines import Line
from tenants.authlete.documents.client import Client
from tenants.authlete.documents.tokens import IssuedToken
from tenants.authlete.errors import AuthleteError, Unreadable
from tenants.regions import Region

type Ended = tuple[ReceiptPlace, Line]


@dataclass(frozen=True, slots=True)
class Place:
    """A service that was asked."""

    region: Region
    service_id: int
    name: str
    scopes: dict[str, str] = field(default_factory=dict)  # what each is for, by name


@dataclass(frozen=True, slots=True)
class Granted:
    """The scopes that Authlete remembers; its time is in milliseconds since 1970."""

    scopes: Sequence[str]
    modified_at: int


def too_few(counted: int, shown: int) -> Unreadable:
    """What is told where a service shows fewer apps than it counts."""
    told = {"counted": counted, "shown": shown}
    return Unreadable(_("It counts %(counted)d apps and showed %(shown)d.") % told)


def is_live(token: IssuedToken, now: int) -> bool:
    """Whether it works or can be refreshed; ``now`` in milliseconds since 1970."""
    return not (end := _end(token)) or end > now


def _end(token: IssuedToken) -> int:
    ends = [token.access_token_expires_at]
    if token.refresh_token_hash:
        ends.append(token.refresh_token_expires_at)
    return 0 if 0 in ends else max(ends)


@dataclass(slots=True)
class App:
    """A client of which the subject has tokens, be they expired."""

    place: Place
    client: Client
    now: int  # milliseconds since 1970
    tokens: list[IssuedToken] = field(default_factory=list)
    total: int = 0  # tokens, by Authlete's own count
    granted: Granted | None = None  # None: nothing is remembered
    tokens_error: AuthleteError | None = None  # why they are not known, or not all
    granted_error: AuthleteError | None = None

    @property
    def name(self) -> str:
        return self.client.client_name or str(self.client.client_id)

    @property
    def live(self) -> int:
        """Tokens that work, or that can be refreshed."""
        return sum(1 for one in self.tokens if self._is_live(one))

    @property
    def expired(self) -> int:
        return len(self.tokens) - self.live

    @property
    def uncounted(self) -> int:
        """Tokens of which it is not known whether they are live."""
        return max(0, self.total - len(self.tokens))

    @property
    def is_known(self) -> bool:
        """Whether all its tokens were seen."""
        return self.tokens_error is None and not self.uncounted

    @property
    def scopes(self) -> list[str]:
        """Those of live tokens, or where none is live those of all."""
        held = [one for one in self.tokens if self._is_live(one)] or self.tokens
        return list(dict.fromkeys(scope for one in held for scope in one.scopes or ()))

    @property
    def may(self) -> list[tuple[str, str]]:
        """The same with what each is for, where somebody says so."""
        return [(one, in_words(one, self.place.scopes)) for one in self.scopes]

    @property
    def only_granted(self) -> list[str]:
        """Scopes that are remembered and that no such token has."""
        held = set(self.scopes)
        return [
            one
            for one in (self.granted.scopes if self.granted else ())
            if one not in held
        ]

    @property
    def refreshed_at(self) -> int:
        return max((one.last_refreshed_at for one in self.tokens), default=0)

    @property
    def created_at(self) -> int:
        return min((one.created_at for one in self.tokens if one.created_at), default=0)

    @property
    def ends_at(self) -> int:
        """When the last token stops to work and to be refreshed; 0 is never."""
        ends = [_end(one) for one in self.tokens]
        return 0 if 0 in ends else max(ends, default=0)

    def _is_live(self, token: IssuedToken) -> bool:
        return is_live(token, self.now)


@dataclass(frozen=True, slots=True)
class Unchecked:
    """What was not found out, and why."""

    place: Place
    error: AuthleteError
    app: str = ""  # of this app; nothing: whether the service has any


@dataclass(slots=True)
class Told:
    """What one region told."""

    region: Region
    places: list[Place] = field(default_factory=list)  # services that answered
    apps: list[App] = field(default_factory=list)
    unchecked: list[Unchecked] = field(default_factory=list)
    error: AuthleteError | None = None  # why its services are not known, or not all
    ended: Sequence[Ended] = ()  # what was revoked from the same page

    @property
    def answered(self) -> bool:
        """Whether anything is known of the region."""
        return bool(self.places) or self.is_whole

    @property
    def is_whole(self) -> bool:
        """Whether all services said which apps there are."""
        return self.error is None and not self.unchecked

    @property
    def is_known(self) -> bool:
        """Whether all apps said what they hold, as well."""
        return self.is_whole and all(
            app.is_known and not app.granted_error for app in self.apps
        )
