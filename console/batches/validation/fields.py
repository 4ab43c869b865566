"""The fields of a token in a batch file."""

from collections.abc import Mapping
from enum import Enum, auto

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class FieldType(Enum):
    """The type of a field's value."""

    TEXT = auto()
    INTEGER = auto()
    BOOLEAN = auto()
    LIST = auto()  # of texts; separated by spaces in CSV
    JSON = auto()


FIELD_TYPE_LABELS: Mapping[FieldType, str | Promise] = {
    FieldType.TEXT: _("Text"),
    FieldType.INTEGER: _("Integer"),
    FieldType.BOOLEAN: _("true or false"),
    FieldType.LIST: _("List; in CSV, separated by spaces"),
    FieldType.JSON: _("JSON"),
}

# OpenAPI 3.0.16, `token_create_request`.
FIELD_TYPES: Mapping[str, FieldType] = {
    "grantType": FieldType.TEXT,
    "clientId": FieldType.INTEGER,
    "clientIdentifier": FieldType.TEXT,
    "subject": FieldType.TEXT,
    "scopes": FieldType.LIST,
    "accessTokenDuration": FieldType.INTEGER,
    "refreshTokenDuration": FieldType.INTEGER,
    "accessToken": FieldType.TEXT,
    "refreshToken": FieldType.TEXT,
    "accessTokenPersistent": FieldType.BOOLEAN,
    "properties": FieldType.JSON,
    "certificateThumbprint": FieldType.TEXT,
    "dpopKeyThumbprint": FieldType.TEXT,
    "authorizationDetails": FieldType.JSON,
    "resources": FieldType.LIST,
    "forExternalAttachment": FieldType.BOOLEAN,
    "jwtAtClaims": FieldType.TEXT,
    "acr": FieldType.TEXT,
    "authTime": FieldType.INTEGER,
    "sessionId": FieldType.TEXT,
    "clientIdAliasUsed": FieldType.BOOLEAN,
    "clientEntityIdUsed": FieldType.BOOLEAN,
    "metadataDocumentUsed": FieldType.BOOLEAN,
}
# The columns of the CSV template.
TEMPLATE_COLUMNS = (
    "grantType",
    "clientId",
    "subject",
    "scopes",
    "accessTokenDuration",
    "refreshTokenDuration",
    "accessToken",
    "refreshToken",
)
