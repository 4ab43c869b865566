"""Columns of the settings that hold objects; each member is a setting of its own.

Source: Authlete facts, 9.3. Their rules are declared with the document types.
"""

from tenants.authlete.documents.base import InputType, Setting
from tenants.authlete.documents.client.tokens import ClientExtensionSettings
from tenants.authlete.documents.service.credentials import CredentialIssuerSettings
from tenants.authlete.messages import gettext_noop as _


def _column(kind: str, member: str, label: str) -> Setting:
    return Setting(member.lower(), member, label, "", InputType(kind))


COLUMNS: dict[str, tuple[Setting, ...]] = {
    "pairs": (_column("entry", "key", _("Key")), _column("entry", "value", _("Value"))),
    "tagged": (_column("entry", "tag", _("Language")), _column("entry", "value", _("Text"))),
    "named_uris": (_column("entry", "name", _("Name")), _column("entry", "uri", _("URL"))),
    "trust_anchors": (
        _column("entry", "entityId", _("Entity ID")),
        _column("jwks", "jwks", _("Public keys (JWK Set)")),
    ),
    "sns": (
        _column("entry", "sns", _("Network")),
        _column("secret", "apiKey", _("API key")),
        _column("secret", "apiSecret", _("API secret")),
    ),
    "hsks": (
        _column("text", "kid", _("Key ID")),
        _column("text", "kty", _("Type")),
        _column("text", "use", _("Use")),
        _column("text", "alg", _("Algorithm")),
        _column("text", "hsmName", _("Module")),
        _column("text", "handle", _("Handle")),
    ),
    "scopes": (
        _column("entry", "name", _("Name")),
        _column("text", "description", _("Description")),
        _column("flag", "defaultEntry", _("Default")),
        _column("tagged", "descriptions", _("Translated descriptions")),
        _column("pairs", "attributes", _("Attributes")),
    ),
    "issuer_metadata": CredentialIssuerSettings.settings(),
    "client_extension": ClientExtensionSettings.settings(),
}
