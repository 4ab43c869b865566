"""Whose tokens are to end at one service, and how many those are before they do.

The address names the client, the subject's lookup, or both, and the call of Authlete
follows from what it names: nothing that a form leaves out can make it mean more.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.urls import reverse

from console.access import Workspace
from console.editing.forms import WhyForm
from console.lookups import Found
from console.tokens.asked import Asked
from console.tokens.names import Names
from console.tokens.reading import narrowed
from tenants.authlete.api.tokens import LIST, MOST
from tenants.authlete.documents.client import Client
from tenants.authlete.documents.tokens import TokenPage, TokenStatus
from tenants.authlete.errors import AuthleteError
from tenants.authlete.many import Ask, each

LOOKED_AT = 100  # tokens of each state, to tell which apps a subject's are of
STATES = (TokenStatus.VALID, TokenStatus.INVALID)


@dataclass(frozen=True, slots=True)
class App:
    """A client that a subject's tokens are of, and how many of them were seen."""

    client_id: int
    name: str
    valid: int
    expired: int


@dataclass(frozen=True, slots=True)
class Counted:
    """How many tokens there are, by Authlete's own count."""

    valid: int
    expired: int
    apps: Sequence[App] = ()  # of a subject's
    whole: bool = True  # whether all of them were looked at for that

    @property
    def total(self) -> int:
        return self.valid + self.expired


@dataclass(frozen=True, slots=True)
class Whose:
    """A client's tokens, a subject's, or a subject's at a client; never neither."""

    workspace: Workspace
    service_id: int
    client: Client | None = None
    found: Found | None = None

    def __post_init__(self) -> None:
        if self.client is None and self.found is None:
            raise ValueError("whose tokens?")

    @property
    def client_name(self) -> str:
        """What the client is called; one without a name is known by its number."""
        client = self.client
        if client is None:
            return ""
        name = client.client_name or client.alias
        return name.strip() or str(client.client_id)

    @property
    def subject(self) -> str:
        return self.found.subject if self.found else ""

    @property
    def confirms(self) -> str:
        """What is typed by whoever means it: the end of a subject, or a name."""
        return self.subject[-4:].strip() or self.subject.strip() or self.client_name

    @property
    def key(self) -> str:
        """Tells it from others, without naming a subject."""
        place = f"{self.workspace.organization.pk}/{self.workspace.region.name}"
        client = self.client.client_id if self.client else ""
        lookup = self.found.lookup.pk if self.found else ""
        return f"{place}/{self.service_id}/{client}/{lookup}"

    @property
    def listed(self) -> str:
        """The list of these tokens."""
        asked = Asked(
            str(self.client.client_id) if self.client else "",
            self.found.lookup.pk if self.found else None,
        )
        place = self.workspace.organization.slug, self.workspace.region.name
        return reverse("tokens:index", args=[*place, self.service_id]) + asked.query

    def revoke(self, why: WhyForm) -> int:
        """End all of them, and return how many ended."""
        authlete = self.workspace.member.connect(
            self.workspace.region.name,
            reason=why.cleaned_data["reason"],
            ticket=why.cleaned_data["ticket"],
        )
        tokens = authlete.service(self.service_id).tokens
        if self.client is None:
            return tokens.revoke_subject(subject=self.subject)
        number, label = self.client.client_id, self.client_name
        if self.found is None:
            return tokens.revoke_client(client_id=number, label=label)
        return tokens.revoke_pair(client_id=number, subject=self.subject, label=label)

    def count(self) -> Counted:
        """How many there are now; of a subject, at which clients.

        Raises an `AuthleteError` where that is not known.
        """
        names_apps = self.client is None
        first = self._pages([(one, 0) for one in STATES], MOST if names_apps else 0)
        valid, expired = (page.total_count for page in first)
        if not names_apps:
            return Counted(valid, expired)
        rest = [
            (state, start)
            for state, total in zip(STATES, (valid, expired), strict=True)
            for start in range(MOST, min(total, LOOKED_AT), MOST)
        ]
        pages = zip(
            [*STATES, *(state for state, _ in rest)],
            [*first, *self._pages(rest, MOST)],
            strict=True,
        )
        whole = max(valid, expired) <= LOOKED_AT
        return Counted(valid, expired, self._apps(pages), whole)

    def _apps(self, pages: Iterable[tuple[TokenStatus, TokenPage]]) -> list[App]:
        seen = Counter(
            (token.client_id, state)
            for state, page in pages
            for token in page.access_tokens or ()
        )
        numbers = dict.fromkeys(number for number, _ in seen)
        names = Names(self.workspace, self.service_id).of(numbers)
        return [
            App(one, names.get(one, str(one)), *(seen[one, state] for state in STATES))
            for one in numbers
        ]

    def _pages(
        self, wanted: Sequence[tuple[TokenStatus, int]], size: int
    ) -> list[TokenPage]:
        number = self.client.client_id if self.client else None
        asks: list[Ask] = [
            (
                self.workspace.authlete,
                {"service_id": self.service_id},
                narrowed(number, self.subject, state) | {"start": at, "end": at + size},
            )
            for state, at in wanted
        ]
        pages = []
        for reply in each(LIST, asks):
            if isinstance(reply, AuthleteError):
                raise reply
            pages.append(reply)
        return pages
