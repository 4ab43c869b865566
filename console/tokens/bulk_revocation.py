"""Whose tokens are to end at one service, and how many those are before they do.

The address names the client, the subject's lookup, or both, and the call of Authlete
follows from what it names: nothing that a form leaves out can make it mean more.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django import forms
from django.core import signing
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from console.forms.change_forms import ChangeReasonForm
from console.tokens.client_names import ClientNames
from console.tokens.query import TokenQuery
from console.users.lookups import OpenLookup
from console.web.access import Workspace
from tenants.authlete.api.tokens import MAX_PAGE_SIZE
from tenants.authlete.documents.client import Client
from tenants.authlete.documents.tokens import TokenPage, TokenStatus
from tenants.authlete.errors import AuthleteError
from tenants.authlete.fanout import gather

MAX_TOKENS_PER_STATE = 100  # tokens of each state, to tell which apps a subject's are of
COUNTED_STATUSES = (TokenStatus.VALID, TokenStatus.INVALID)


@dataclass(frozen=True, slots=True)
class ClientTokenCount:
    """A client that a subject's tokens are of, and how many of them were seen."""

    client_id: int
    name: str
    valid: int
    expired: int


@dataclass(frozen=True, slots=True)
class TokenCount:
    """How many tokens there are, by Authlete's own count."""

    valid: int
    expired: int
    clients: Sequence[ClientTokenCount] = ()  # of a subject's
    is_complete: bool = True  # whether all of them were looked at for that

    @property
    def total(self) -> int:
        return self.valid + self.expired


@dataclass(frozen=True, slots=True)
class RevocationTarget:
    """A client's tokens, a subject's, or a subject's at a client; never neither."""

    workspace: Workspace
    service_id: int
    client: Client | None = None
    lookup: OpenLookup | None = None

    def __post_init__(self) -> None:
        if self.client is None and self.lookup is None:
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
        return self.lookup.subject if self.lookup else ""

    @property
    def confirmation_text(self) -> str:
        """What is typed by whoever means it: the end of a subject, or a name."""
        return self.subject[-4:].strip() or self.subject.strip() or self.client_name

    @property
    def preview_key(self) -> str:
        """Tells it from others, without naming a subject."""
        place = f"{self.workspace.organization.pk}/{self.workspace.region.name}"
        client = self.client.client_id if self.client else ""
        lookup = self.lookup.lookup.pk if self.lookup else ""
        return f"{place}/{self.service_id}/{client}/{lookup}"

    @property
    def list_path(self) -> str:
        """The list of these tokens."""
        asked = TokenQuery(
            str(self.client.client_id) if self.client else "",
            self.lookup.lookup.pk if self.lookup else None,
        )
        place = self.workspace.organization.slug, self.workspace.region.name
        return reverse("tokens:index", args=[*place, self.service_id]) + asked.query

    def revoke(self, form: ChangeReasonForm) -> int:
        """End all of them, and return how many ended."""
        authlete = self.workspace.member.connect(
            self.workspace.region.name,
            reason=form.cleaned_data["reason"],
            ticket=form.cleaned_data["ticket"],
        )
        tokens = authlete.service(self.service_id).tokens
        if self.client is None:
            return tokens.revoke_subject(subject=self.subject)
        number, label = self.client.client_id, self.client_name
        if self.lookup is None:
            return tokens.revoke_client(client_id=number, label=label)
        return tokens.revoke_client_and_subject(client_id=number, subject=self.subject, label=label)

    def count(self) -> TokenCount:
        """How many there are now; of a subject, at which clients.

        Raises an `AuthleteError` where that is not known.
        """
        names_apps = self.client is None
        first = self._fetch_pages(
            [(one, 0) for one in COUNTED_STATUSES], MAX_PAGE_SIZE if names_apps else 0
        )
        valid, expired = (page.total_count for page in first)
        if not names_apps:
            return TokenCount(valid, expired)
        rest = [
            (state, start)
            for state, total in zip(COUNTED_STATUSES, (valid, expired), strict=True)
            for start in range(MAX_PAGE_SIZE, min(total, MAX_TOKENS_PER_STATE), MAX_PAGE_SIZE)
        ]
        pages = zip(
            [*COUNTED_STATUSES, *(state for state, _ in rest)],
            [*first, *self._fetch_pages(rest, MAX_PAGE_SIZE)],
            strict=True,
        )
        whole = max(valid, expired) <= MAX_TOKENS_PER_STATE
        return TokenCount(valid, expired, self._count_by_client(pages), whole)

    def _count_by_client(
        self, pages: Iterable[tuple[TokenStatus, TokenPage]]
    ) -> list[ClientTokenCount]:
        seen = Counter(
            (token.client_id, state) for state, page in pages for token in page.access_tokens or ()
        )
        numbers = dict.fromkeys(number for number, _ in seen)
        names = ClientNames(self.workspace, self.service_id).get_names(numbers)
        return [
            ClientTokenCount(
                one,
                names.get(one, str(one)),
                *(seen[one, state] for state in COUNTED_STATUSES),
            )
            for one in numbers
        ]

    def _fetch_pages(self, starts: Sequence[tuple[TokenStatus, int]], size: int) -> list[TokenPage]:
        number = self.client.client_id if self.client else None
        authlete = self.workspace.authlete
        fetch = authlete.service(self.service_id).tokens.list
        pages = []
        for reply in gather(
            (authlete, partial(fetch, number, self.subject, state, start=at, end=at + size))
            for state, at in starts
        ):
            if isinstance(reply, AuthleteError):
                raise reply
            pages.append(reply)
        return pages


PREVIEW_SALT = "console.tokens.revoke"
PREVIEW_LIFETIME_SECONDS = 15 * 60  # seconds that a preview holds
PREVIEW_EXPIRED = _("The preview was over 15 minutes old. Nothing was revoked; look again.")
NOT_PREVIEWED = _("This was not previewed. Nothing was revoked; look at what it would end.")


class BulkRevokeForm(ChangeReasonForm):
    """What was previewed, what is typed by whoever means it, and why."""

    counted = forms.CharField(widget=forms.HiddenInput, error_messages={"required": NOT_PREVIEWED})
    typed = forms.CharField()

    def __init__(self, *args: Any, target: RevocationTarget) -> None:
        super().__init__(*args)
        self.target = target

    def clean_counted(self) -> tuple[int, int]:
        """How many worked, and how many had expired, in the preview."""
        try:
            key, valid, expired = signing.loads(
                self.cleaned_data["counted"],
                salt=PREVIEW_SALT,
                max_age=PREVIEW_LIFETIME_SECONDS,
            )
        except signing.SignatureExpired:
            raise forms.ValidationError(PREVIEW_EXPIRED) from None
        except signing.BadSignature:
            raise forms.ValidationError(NOT_PREVIEWED) from None
        if key != self.target.preview_key:
            raise forms.ValidationError(NOT_PREVIEWED)
        return valid, expired

    def clean_typed(self) -> str:
        typed: str = self.cleaned_data["typed"]
        if typed.strip() != self.target.confirmation_text:
            raise forms.ValidationError(_("This is something else."))
        return typed


def sign_preview(target: RevocationTarget, count: TokenCount) -> str:
    """A preview, as its form carries it."""
    return signing.dumps([target.preview_key, count.valid, count.expired], salt=PREVIEW_SALT)
