"""What a token can be made with: each member, and how a table writes it."""

from collections.abc import Mapping
from enum import Enum, auto


class FieldType(Enum):
    """What a member's value is."""

    TEXT = auto()
    INTEGER = auto()  # a whole number
    BOOLEAN = auto()
    LIST = auto()  # of texts; between spaces in a table
    JSON = auto()  # which stands as such in a cell of a table


# Spec 3.0.16, `token_create_request`.
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
# Columns of the template that is handed out.
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
