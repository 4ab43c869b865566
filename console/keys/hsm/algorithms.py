"""The algorithms of HSM keys; an algorithm determines the key's use and type.

RFC 7518, sections 3.1 and 4.1; RFC 8812, section 3.2.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


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
