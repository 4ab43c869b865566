"""Tell fields with secrets from others by their names."""

import re
from enum import Enum, auto
from functools import lru_cache

from tenants.authlete.json.reader import replace_surrogates
from tenants.authlete.redaction.secret_names import is_secret_name

# From spec 3.0.16 and the replies of the identity provider.
SECRET_FIELDS = frozenset(
    """
    apiSecret clientSecret newClientSecret oldClientSecret
    authenticationCallbackApiKey authenticationCallbackApiSecret
    developerAuthenticationCallbackApiKey developerAuthenticationCallbackApiSecret
    snsCredentials developerSnsCredentials registrationAccessTokenHash
    accessToken refreshToken jwtAccessToken idToken sessionId cnonce ticket
    responseContent sharedKeyForSign sharedKeyForEncryption token jose dpop
    accessTokenIdentifier refreshTokenIdentifier parameters
    """.split()
)
JWKS_NAME_PATTERN = re.compile(r"(?i)jwks?$")
PUBLIC_JWK_FIELDS = frozenset(  # of a JWK; RFC 7517, RFC 7518 section 6, RFC 8037
    "kty use key_ops alg kid x5u x5c x5t x5t#S256 crv x y n e iat nbf exp".split()
    + "hsmName handle publicKey".split()  # of a hardware key (spec 3.0.16, `hsk`)
)


class NameKind(Enum):
    """The kind of a field's value, by its name."""

    JWKS = auto()  # a JWK Set
    SECRET = auto()
    MAYBE_SECRET = auto()  # a secret, unless it is a number or a flag


@lru_cache(4096)
def classify_field(name: str) -> tuple[str, NameKind | None]:
    """Return the cleaned name of a field, and its kind."""
    if name in SECRET_FIELDS:
        return name, NameKind.SECRET
    if JWKS_NAME_PATTERN.search(name):
        return replace_surrogates(name), NameKind.JWKS
    return replace_surrogates(name), NameKind.MAYBE_SECRET if is_secret_name(name) else None
