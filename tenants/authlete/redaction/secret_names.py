"""Names that say that a value is a secret."""

import re
import unicodedata
from functools import lru_cache

# Known fields that the rule below matches, and that hold no secret.
PUBLIC_NAMES = frozenset({"accessTokens", "issuableCredentials", "bindingKey", "bindingKeys"})
MAX_NAME_CHARS = 100  # of the end of a name
WORD_PATTERN = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_]+|\d+")
SECRET_WORDS = frozenset(
    """
    secret password passwd pwd pw passphrase passcode psk pin otp totp hotp seed mnemonic
    credential bearer token ticket assertion cookie jwt jws jwe keystore pfx pkcs recovery cred
    private
    """.split()
)
# Endings of words written without separators.
SECRET_ENDINGS = tuple(
    "secret password passwd passphrase passcode credential token keystore totpseed".split()
)
HASHED_WORDS = frozenset("secret password passwd pwd passphrase passcode pin".split())
CODE_PURPOSES = frozenset(
    "recovery backup authorization auth device verification scratch otp mfa security".split()
)
PUBLIC_KEY_WORDS = frozenset(
    "public publickey primary foreign sort partition group cache object monkey turkey".split()
)
# What may follow the word for a secret, for the same secret.
FORM_WORDS = frozenset(
    """
    value text data plain plaintext raw pem der base base64 b64 hex string encoded encrypted
    current previous new old next backup active default list set
    """.split()
)
# A name that ends with one of these is about a secret.
ABOUT_WORDS = frozenset(
    """
    endpoint uri url duration at alg algorithm enc type id identifier kid method mode format
    policy charset length count size lifetime expiry expiration ttl enabled required supported
    allowed permitted rejected info name label description hint status state issuer subject scope
    resource claim usage version fingerprint thumbprint hash digest delivery audience aud date
    time only cache server configuration metadata persistent kept reissuable used updated
    embedded reset linked idempotent included parameter per dn
    """.split()
)


@lru_cache(4096)
def _is_secret(name: str) -> bool:
    normal = unicodedata.normalize("NFKC", name)
    words = [_singular(word.lower()) for word in WORD_PATTERN.findall(normal)]
    while words and (words[-1].isdecimal() or words[-1] in FORM_WORDS):
        del words[-1]
    if not words:
        return False
    *preceding, last = words
    if last == "hash":
        return bool(HASHED_WORDS.intersection(preceding))
    if last in ABOUT_WORDS:
        return False
    joined = "".join(words)
    if joined.endswith(SECRET_ENDINGS) or SECRET_WORDS.intersection(words):
        return True
    if last.endswith("key"):
        return joined != "key" and not PUBLIC_KEY_WORDS.intersection(words)
    return last.endswith("code") and any(
        purpose in joined.removesuffix("code") for purpose in CODE_PURPOSES
    )


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 2 and word.endswith("s") and not word.endswith("ss") else word


def is_secret_name(name: object) -> bool:
    """Return whether a name says that its value is a secret.

    Words are separated by case or by other characters, as in ``apiKey`` and ``api-key``.
    """
    return isinstance(name, str) and name not in PUBLIC_NAMES and _is_secret(name[-MAX_NAME_CHARS:])
