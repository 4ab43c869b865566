"""What the page of a client tells first: how it signs in, and what it may get."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console.editing.kind import Target
from console.forms.columns import COLUMNS
from console.forms.words import said, words
from console.sentences import CLIENT
from tenants.authlete.documents.base import Document
from tenants.authlete.operation import Effect

PLAIN = (
    "applicationType",
    "tokenAuthMethod",
    "grantTypes",
    "responseTypes",
    "pkceRequired",
    "subjectType",
)
LIFETIMES = ("accessTokenDuration", "refreshTokenDuration")
BOUND = {
    "dpopRequired": "DPoP",
    "tlsClientCertificateBoundAccessTokens": gettext_lazy("by certificate"),
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing to know, and where it is set."""

    label: str
    words: str
    path: str  # empty for who may not change it


def facts(target: Target, client: Document) -> list[Fact]:
    may = target.workspace.member.may(Effect.CHANGE)

    def path(member: str) -> str:
        section, setting = CLIENT[member]
        return f"{target.path('edit', section)}#field-{setting.name}" if may else ""

    return [Fact(label, told, path(member)) for member, label, told in _told(client)]


def _told(client: Document) -> Iterator[tuple[str, str, str]]:
    for member in PLAIN:
        _section, setting = CLIENT[member]
        yield member, said(setting.label), words(setting, client.get(member))
    extension = client.get("extension")
    inside: Mapping[str, Any] = extension if isinstance(extension, Mapping) else {}
    for one in COLUMNS["client_extension"]:
        if one.member in LIFETIMES:
            yield "extension", said(one.label), words(one, inside.get(one.member) or 0)
    yield "extension", _("Scopes it may ask for"), scopes(inside)
    bound = [str(name) for member, name in BOUND.items() if client.get(member) is True]
    yield (
        "dpopRequired",
        _("Bound access tokens"),
        ", ".join(bound) or _("only as the service asks for it"),
    )


def scopes(extension: Mapping[str, Any]) -> str:
    """Any, none, or exactly these: the three states that a limit can be in."""
    listed = extension.get("requestableScopes")
    if extension.get("requestableScopesEnabled") is not True:
        return _("Any scope of the service")
    if not isinstance(listed, list) or not listed:
        return _("None at all")
    return ", ".join(map(str, listed))
