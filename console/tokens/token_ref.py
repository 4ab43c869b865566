"""One token in the pages about it, identified by its client and hash."""

import re
from dataclasses import dataclass
from math import log2
from time import time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from pydantic import SecretStr

from console.documents.kinds import service_header_context
from console.forms.change_forms import ChangeReasonForm
from console.tokens.client_names import ClientNames
from console.tokens.listing import TokenRow, TokenSearch, get_subject
from console.tokens.lookup.pasted_token import MAX_TOKEN_LENGTH
from console.tokens.query import TokenQuery
from console.web.access import ConsoleRequest, Workspace
from tenants.authlete.api.tokens import TokensApi
from tenants.authlete.documents.tokens import INVALID_TOKEN_CHARS


@dataclass(frozen=True, slots=True)
class TokenRef:
    """The token that a URL names; ``query`` is the list from which it was opened."""

    workspace: Workspace
    service_id: int
    client_id: int
    hash: str
    query: TokenQuery

    @classmethod
    def from_request(
        cls,
        request: ConsoleRequest,
        workspace: Workspace,
        service_id: int,
        client_id: int,
        token: str,
    ) -> "TokenRef":
        """Return the token that the URL names."""
        return cls(workspace, service_id, client_id, token, TokenQuery.from_url(request.GET))

    def read(self) -> TokenRow:
        """Fetch the token; raises `NotFoundError` if it doesn't exist."""
        search = TokenSearch(self.workspace, self.service_id, self.client_id, self.hash)
        token, is_valid = search.find(self.query)
        names = ClientNames(self.workspace, self.service_id).get_names([self.client_id])
        return TokenRow(token, names.get(self.client_id, ""), int(time() * 1000), is_valid)

    def api(self, form: ChangeReasonForm) -> TokensApi:
        """Return the API whose calls are logged with the reason of ``form``."""
        workspace = self.workspace
        authlete = workspace.connect(**form.reason_fields)
        return authlete.service(self.service_id).tokens

    def path(self, page: str = "show") -> str:
        """Return the path of a page about the token."""
        return self._reverse(page, self.client_id, self.hash)

    @property
    def list_path(self) -> str:
        """The path of the list from which the token was opened."""
        return self._reverse("index")

    def _reverse(self, page: str, *args: object) -> str:
        slug, region = self.workspace.organization.slug, self.workspace.region.name
        path = reverse(f"tokens:{page}", args=[slug, region, self.service_id, *args])
        return path + self.query.query

    def context(self, row: TokenRow, **extra: Any) -> dict[str, Any]:
        """Return the template context of every page about the token."""
        return {
            "workspace": self.workspace,
            "member": self.workspace.member,
            **service_header_context(self.workspace, self.service_id),
            "ref": self,
            "row": row,
            "token": row.token,
            "subject": get_subject(self.workspace, self.query),
            **extra,
        }


MIN_VALUE_BITS = 128  # RFC 6749, section 10.10
# The alphabets that a value may use, the smallest first.
ALPHABETS = (
    re.compile(r"[0-9]+"),
    re.compile(r"[0-9a-f-]+|[0-9A-F-]+"),
    re.compile(r"[a-z]+|[A-Z]+"),
    re.compile(r"[0-9a-z]+|[0-9A-Z]+"),
    re.compile(r"[0-9A-Za-z_+/.=-]+"),
)
ALPHABET_SIZES = (10, 16, 26, 36, 64)
PRINTABLE_ASCII_COUNT = 94


class TokenValueField(forms.CharField):
    """The field for a token value; pages never show it again."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"autocomplete": "off", "spellcheck": "false", "class": "mono"}
        widget = forms.PasswordInput(attrs, render_value=False)
        super().__init__(required=False, widget=widget, **kwargs)

    def clean(self, value: Any) -> SecretStr | None:
        text = super().clean(value)
        if not text:
            return None
        if len(text) > MAX_TOKEN_LENGTH:
            raise ValidationError(
                _("The value has %(count)d characters; the maximum is %(max_length)d."),
                params={"count": len(text), "max_length": MAX_TOKEN_LENGTH},
            )
        if match := INVALID_TOKEN_CHARS.search(text):
            raise ValidationError(
                _("Use only visible ASCII characters. Character %(position)d is U+%(code)s."),
                params={"position": match.start() + 1, "code": f"{ord(match[0]):04X}"},
            )
        return SecretStr(text)


def estimate_bits(value: SecretStr) -> int:
    """Return the maximum entropy of a value, as if its characters were random.

    Repetitions of the whole count once. Patterns that a person sees may be missed.
    """
    text = value.get_secret_value()
    text = text[: (text + text).find(text, 1)]
    sizes = zip(ALPHABETS, ALPHABET_SIZES, strict=True)
    size = next(
        (size for alphabet, size in sizes if alphabet.fullmatch(text)), PRINTABLE_ASCII_COUNT
    )
    used = min(size, 2 * len(set(text)))  # few different characters mean a small alphabet
    return int(len(text) * log2(used)) if used > 1 else 0
