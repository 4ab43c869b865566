"""What the page of a client tells first: how it signs in, and what it may get."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from console.forms.columns import COLUMNS
from console.forms.words import said, words
from console.sentences import CLIENT
from tenants.authlete.documents.base import Document

PLAIN = (
    "applicationType",
    "tokenAuthMethod",
    "grantTypes",
    "responseTypes",
    "pkceRequired",
    "subjectType",
)
LIFETIMES = ("accessTokenDuration", "refreshTokenDuration")
MOST = 8  # scopes that are named
BOUND = {
    "dpopRequired": "DPoP",
    "tlsClientCertificateBoundAccessTokens": gettext_lazy("certificate"),
}


def facts(client: Document) -> Iterator[tuple[str, str]]:
    """What each is called, and how it is."""
    for member in PLAIN:
        _section, setting = CLIENT[member]
        yield said(setting.label), words(setting, client.get(member))
    extension = client.get("extension")
    inside: Mapping[str, Any] = extension if isinstance(extension, Mapping) else {}
    for one in COLUMNS["client_extension"]:
        if one.member in LIFETIMES:
            yield said(one.label), words(one, inside.get(one.member) or 0)
    yield _("Scopes it may ask for"), scopes(inside)
    bound = [str(name) for member, name in BOUND.items() if client.get(member) is True]
    yield _("Tokens are bound by"), ", ".join(bound) or _("what the service asks for")


def scopes(extension: Mapping[str, Any]) -> str:
    """Any, none, or exactly these: the three states that a limit can be in."""
    listed = extension.get("requestableScopes")
    if extension.get("requestableScopesEnabled") is not True:
        return _("Any scope of the service")
    if not isinstance(listed, list) or not listed:
        return _("None at all")
    told = ", ".join(map(str, listed[:MOST]))
    more = len(listed) - MOST
    if more <= 0:
        return told
    words = ngettext("%(told)s and %(more)s more", "%(told)s and %(more)s more", more)
    return words % {"told": told, "more": more}
