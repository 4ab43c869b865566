"""The summary on a client's page."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from console.audit_log.change_descriptions import CLIENT_SETTINGS
from console.forms.columns import COLUMNS
from console.forms.value_text import format_value, translate
from tenants.authlete.documents.base import Document

SUMMARY_MEMBERS = (
    "applicationType",
    "tokenAuthMethod",
    "grantTypes",
    "responseTypes",
    "pkceRequired",
    "subjectType",
)
LIFETIME_MEMBERS = ("accessTokenDuration", "refreshTokenDuration")
MAX_SCOPES_NAMED = 8  # scopes that are named
TOKEN_BINDINGS = {
    "dpopRequired": "DPoP",
    "tlsClientCertificateBoundAccessTokens": gettext_lazy("certificate"),
}


def summarize_client(client: Document) -> Iterator[tuple[str, str]]:
    """Yield the most important settings, as label and value."""
    for member in SUMMARY_MEMBERS:
        _section, setting = CLIENT_SETTINGS[member]
        yield translate(setting.label), format_value(setting, client.get(member))
    extension = client.get("extension")
    inside: Mapping[str, Any] = extension if isinstance(extension, Mapping) else {}
    for column in COLUMNS["client_extension"]:
        if column.api_name in LIFETIME_MEMBERS:
            yield translate(column.label), format_value(column, inside.get(column.api_name) or 0)
    yield _("Requestable scopes"), describe_scopes(inside)
    bound = [str(name) for member, name in TOKEN_BINDINGS.items() if client.get(member) is True]
    yield _("Token binding"), ", ".join(bound) or _("service default")


def describe_scopes(extension: Mapping[str, Any]) -> str:
    """Describe the requestable scopes: any, none, or a list."""
    listed = extension.get("requestableScopes")
    if extension.get("requestableScopesEnabled") is not True:
        return _("Any scope of the service")
    if not isinstance(listed, list) or not listed:
        return _("None")
    told = ", ".join(map(str, listed[:MAX_SCOPES_NAMED]))
    more = len(listed) - MAX_SCOPES_NAMED
    if more <= 0:
        return told
    words = ngettext("%(names)s and %(more)s more", "%(names)s and %(more)s more", more)
    return words % {"names": told, "more": more}
