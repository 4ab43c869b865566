"""What a token can be made with: each member, and how a table writes it."""

from collections.abc import Mapping
from enum import Enum, auto


class Kind(Enum):
    """What a member's value is."""

    TEXT = auto()
    WHOLE = auto()  # a whole number
    FLAG = auto()
    LIST = auto()  # of texts; between spaces in a table
    JSON = auto()  # which stands as such in a cell of a table


# Spec 3.0.16, `token_create_request`.
MEMBERS: Mapping[str, Kind] = {
    "grantType": Kind.TEXT,
    "clientId": Kind.WHOLE,
    "clientIdentifier": Kind.TEXT,
    "subject": Kind.TEXT,
    "scopes": Kind.LIST,
    "accessTokenDuration": Kind.WHOLE,
    "refreshTokenDuration": Kind.WHOLE,
    "accessToken": Kind.TEXT,
    "refreshToken": Kind.TEXT,
    "accessTokenPersistent": Kind.FLAG,
    "properties": Kind.JSON,
    "certificateThumbprint": Kind.TEXT,
    "dpopKeyThumbprint": Kind.TEXT,
    "authorizationDetails": Kind.JSON,
    "resources": Kind.LIST,
    "forExternalAttachment": Kind.FLAG,
    "jwtAtClaims": Kind.TEXT,
    "acr": Kind.TEXT,
    "authTime": Kind.WHOLE,
    "sessionId": Kind.TEXT,
    "clientIdAliasUsed": Kind.FLAG,
    "clientEntityIdUsed": Kind.FLAG,
    "metadataDocumentUsed": Kind.FLAG,
}
# Columns of the template that is handed out.
TEMPLATE = (
    "grantType",
    "clientId",
    "subject",
    "scopes",
    "accessTokenDuration",
    "refreshTokenDuration",
    "accessToken",
    "refreshToken",
)
