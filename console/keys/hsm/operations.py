"""Create and delete HSM keys, and find out the outcome when a response was lost.

The list of keys then tells: a new key is found by its ID, which no other key has, and a
deleted one by its handle.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from secrets import token_urlsafe
from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tenants.authlete.api.hardware_keys import HardwareKey, HardwareKeysApi
from tenants.authlete.errors import AuthleteError, NotFoundError
from tenants.authlete.outcome import Outcome


class LostReplyError(Exception):
    """A call without a usable response, which may have been carried out.

    ``is_listed``: whether the key is listed since; None if the list is unavailable.
    """

    def __init__(self, error: AuthleteError, is_listed: bool | None) -> None:
        super().__init__(str(error))
        self.error = error
        self.is_listed = is_listed


@dataclass(frozen=True, slots=True)
class CreatedHsmKey:
    """A key that was created."""

    handle: str  # empty if Authlete's response has none
    is_reconciled: bool = False  # the response was lost, and the list has the key


def create_key(keys: HardwareKeysApi, data: Mapping[str, Any]) -> CreatedHsmKey:
    """Create the key that a `NewHsmKeyForm` describes.

    Raises `LostReplyError` if the outcome is unknown, or an `AuthleteError`.
    """
    group, kid = GROUP_BY_ALGORITHM[data["alg"]], data["kid"] or token_urlsafe(32)
    try:
        key = keys.create(
            kty=group.kty, use=group.use, alg=data["alg"], kid=kid, hsm_name=data["hsm_name"]
        )
    except AuthleteError as error:
        if error.outcome is not Outcome.UNKNOWN:
            raise
        listed = _find_listed(keys, lambda key: key.kid == kid)
        if listed:
            return CreatedHsmKey(listed[0].handle, is_reconciled=True)
        raise LostReplyError(error, None if listed is None else False) from None
    return CreatedHsmKey(key.handle if key else "")


def delete_key(keys: HardwareKeysApi, handle: str, name: str) -> bool:
    """Delete a key; return False if it no longer existed.

    Raises `LostReplyError` if the outcome is unknown, or an `AuthleteError`.
    """
    try:
        keys.delete(handle, name)
    except AuthleteError as error:
        if isinstance(error, NotFoundError) and error.is_from_authlete:
            return False
        if error.outcome is not Outcome.UNKNOWN:
            raise
        listed = _find_listed(keys, lambda key: key.handle == handle)
        if listed != []:
            raise LostReplyError(error, None if listed is None else True) from None
    return True


def _find_listed(
    keys: HardwareKeysApi, matches: Callable[[HardwareKey], bool]
) -> list[HardwareKey] | None:
    """Return the matching keys, or None if the list is unavailable."""
    try:
        return [key for key in keys.list() if matches(key)]
    except AuthleteError:
        return None


class AlgorithmGroup(NamedTuple):
    """The algorithms of one use and key type."""

    use: str
    kty: str
    label: str | Promise
    help: str | Promise
    algorithms: Mapping[str, str | Promise]


ALGORITHM_GROUPS = (
    AlgorithmGroup(
        "sig",
        "EC",
        _("Signature, elliptic curve"),
        _("Small and fast signatures. ES256 is the usual choice."),
        {
            "ES256": _("ES256: P-256"),
            "ES384": _("ES384: P-384"),
            "ES512": _("ES512: P-521"),
            "ES256K": _("ES256K: secp256k1"),
        },
    ),
    AlgorithmGroup(
        "sig",
        "RSA",
        _("Signature, RSA"),
        _("Widely supported. FAPI allows PS256 but not RS256."),
        {
            "PS256": _("PS256: PSS"),
            "PS384": _("PS384: PSS"),
            "PS512": _("PS512: PSS"),
            "RS256": _("RS256: PKCS #1 v1.5"),
            "RS384": _("RS384: PKCS #1 v1.5"),
            "RS512": _("RS512: PKCS #1 v1.5"),
        },
    ),
    AlgorithmGroup(
        "enc",
        "EC",
        _("Encryption, elliptic curve"),
        _("Decrypts data sent to the service, such as request objects."),
        {
            "ECDH-ES+A256KW": _("ECDH-ES+A256KW"),
            "ECDH-ES+A192KW": _("ECDH-ES+A192KW"),
            "ECDH-ES+A128KW": _("ECDH-ES+A128KW"),
            "ECDH-ES": _("ECDH-ES: direct key agreement"),
        },
    ),
    AlgorithmGroup(
        "enc",
        "RSA",
        _("Encryption, RSA"),
        _("Use RSA1_5 only for partners that support nothing else."),
        {
            "RSA-OAEP-256": _("RSA-OAEP-256"),
            "RSA-OAEP": _("RSA-OAEP: SHA-1"),
            "RSA1_5": _("RSA1_5: outdated, avoid"),
        },
    ),
)
GROUP_BY_ALGORITHM: Mapping[str, AlgorithmGroup] = {
    alg: group for group in ALGORITHM_GROUPS for alg in group.algorithms
}


def algorithm_choices() -> Iterator[tuple[str | Promise, list[tuple[str, str | Promise]]]]:
    """Yield the groups with their algorithms, as choices of a select field."""
    for group in ALGORITHM_GROUPS:
        yield group.label, list(group.algorithms.items())
