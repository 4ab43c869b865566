"""Revoke all tokens of a client, a user, or a user at a client, after a preview.

The URL names the client, the user's lookup, or both, and that alone selects Authlete's
call: nothing that a form leaves out can widen it.
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

MAX_TOKENS_PER_STATE = 100  # that are fetched to find the apps of a user
COUNTED_STATUSES = (TokenStatus.VALID, TokenStatus.INVALID)
PREVIEW_SALT = "console.tokens.revoke"
PREVIEW_LIFETIME_SECONDS = 15 * 60

PREVIEW_EXPIRED = _("The preview is older than 15 minutes. Nothing was revoked. Check it again.")
NOT_PREVIEWED = _("Nothing was revoked. Check the preview first.")


@dataclass(frozen=True, slots=True)
class ClientTokenCount:
    """The number of a user's fetched tokens for one client."""

    client_id: int
    name: str
    valid: int
    expired: int


@dataclass(frozen=True, slots=True)
class TokenCount:
    """The number of tokens, as counted by Authlete."""

    valid: int
    expired: int
    clients: Sequence[ClientTokenCount] = ()  # only for a user
    is_complete: bool = True  # whether ``clients`` covers all tokens

    @property
    def total(self) -> int:
        """The number of valid and expired tokens."""
        return self.valid + self.expired


@dataclass(frozen=True, slots=True)
class RevocationTarget:
    """The tokens of a client, a user, or a user at a client."""

    workspace: Workspace
    service_id: int
    client: Client | None = None
    lookup: OpenLookup | None = None

    def __post_init__(self) -> None:
        if self.client is None and self.lookup is None:
            raise ValueError("a client or a user is required")

    @property
    def client_name(self) -> str:
        """The client's name, alias or ID; empty without a client."""
        client = self.client
        if client is None:
            return ""
        name = client.client_name or client.alias
        return name.strip() or str(client.client_id)

    @property
    def subject(self) -> str:
        """The user's subject; empty without a user."""
        return self.lookup.subject if self.lookup else ""

    @property
    def confirmation_text(self) -> str:
        """What must be typed to confirm: the end of the subject, or the client's name."""
        return self.subject[-4:].strip() or self.subject.strip() or self.client_name

    @property
    def preview_key(self) -> str:
        """A key that identifies the target without the subject."""
        region = f"{self.workspace.organization.pk}/{self.workspace.region.name}"
        client = self.client.client_id if self.client else ""
        lookup = self.lookup.lookup.pk if self.lookup else ""
        return f"{region}/{self.service_id}/{client}/{lookup}"

    @property
    def list_path(self) -> str:
        """The path of the list of these tokens."""
        query = TokenQuery(
            str(self.client.client_id) if self.client else "",
            self.lookup.lookup.pk if self.lookup else None,
        )
        slug, region = self.workspace.organization.slug, self.workspace.region.name
        return reverse("tokens:index", args=[slug, region, self.service_id]) + query.query

    def revoke(self, form: ChangeReasonForm) -> int:
        """Revoke the tokens, and return Authlete's count of revoked tokens."""
        workspace = self.workspace
        authlete = workspace.connect(**form.reason_fields)
        tokens = authlete.service(self.service_id).tokens
        if self.client is None:
            return tokens.revoke_subject(subject=self.subject)
        client_id, label = self.client.client_id, self.client_name
        if self.lookup is None:
            return tokens.revoke_client(client_id=client_id, label=label)
        return tokens.revoke_client_and_subject(
            client_id=client_id, subject=self.subject, label=label
        )

    def count(self) -> TokenCount:
        """Count the tokens now, for a user also by client; raises an `AuthleteError`."""
        if self.client is not None:
            pages = self._fetch_pages([(status, 0) for status in COUNTED_STATUSES], 0)
            valid, expired = (page.total_count for page in pages)
            return TokenCount(valid, expired)
        starts = [(status, 0) for status in COUNTED_STATUSES]
        pages = self._fetch_pages(starts, MAX_PAGE_SIZE)
        valid, expired = (page.total_count for page in pages)
        more = [
            (status, start)
            for status, total in zip(COUNTED_STATUSES, (valid, expired), strict=True)
            for start in range(MAX_PAGE_SIZE, min(total, MAX_TOKENS_PER_STATE), MAX_PAGE_SIZE)
        ]
        pages += self._fetch_pages(more, MAX_PAGE_SIZE)
        statuses = [status for status, _start in starts + more]
        clients = self._count_by_client(zip(statuses, pages, strict=True))
        return TokenCount(valid, expired, clients, max(valid, expired) <= MAX_TOKENS_PER_STATE)

    def _count_by_client(
        self, pages: Iterable[tuple[TokenStatus, TokenPage]]
    ) -> list[ClientTokenCount]:
        counts = Counter(
            (token.client_id, status)
            for status, page in pages
            for token in page.access_tokens or ()
        )
        client_ids = dict.fromkeys(client_id for client_id, _status in counts)
        names = ClientNames(self.workspace, self.service_id).get_names(client_ids)
        return [
            ClientTokenCount(
                client_id,
                names.get(client_id, str(client_id)),
                *(counts[client_id, status] for status in COUNTED_STATUSES),
            )
            for client_id in client_ids
        ]

    def _fetch_pages(self, starts: Sequence[tuple[TokenStatus, int]], size: int) -> list[TokenPage]:
        client_id = self.client.client_id if self.client else None
        authlete = self.workspace.authlete
        fetch = partial(authlete.service(self.service_id).tokens.list, client_id, self.subject)
        pages = []
        for reply in gather(
            (authlete, partial(fetch, status, start=start, end=start + size))
            for status, start in starts
        ):
            if isinstance(reply, AuthleteError):
                raise reply
            pages.append(reply)
        return pages


class BulkRevokeForm(ChangeReasonForm):
    """The signed preview, the typed confirmation, and the reason."""

    counted = forms.CharField(widget=forms.HiddenInput, error_messages={"required": NOT_PREVIEWED})
    typed = forms.CharField()

    def __init__(self, *args: Any, target: RevocationTarget) -> None:
        super().__init__(*args)
        self.target = target

    def clean_counted(self) -> tuple[int, int]:
        """Return the numbers of valid and expired tokens in the preview."""
        try:
            key, valid, expired = signing.loads(
                self.cleaned_data["counted"], salt=PREVIEW_SALT, max_age=PREVIEW_LIFETIME_SECONDS
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
            raise forms.ValidationError(_("The text doesn't match."))
        return typed


def sign_preview(target: RevocationTarget, count: TokenCount) -> str:
    """Return a signed preview for the hidden field of its form."""
    return signing.dumps([target.preview_key, count.valid, count.expired], salt=PREVIEW_SALT)
