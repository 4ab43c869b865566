"""What a key in hardware can be for: algorithm, use and type always go together.

RFC 7518, sections 3.1 and 4.1; RFC 8812, section 3.2.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class AlgorithmGroup(NamedTuple):
    """The algorithms of one use and type."""

    use: str
    kty: str
    label: str | Promise
    help: str | Promise
    algorithms: Mapping[str, str | Promise]


GROUPS = (
    AlgorithmGroup(
        "sig",
        "EC",
        _("Signs, elliptic curve"),
        _("Short signatures that are made quickly. ES256 is the usual choice."),
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
        _("Signs, RSA"),
        _("Long signatures that everybody can check. FAPI takes PS256 and no RS256."),
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
        _("Decrypts, elliptic curve"),
        _("Reads what others encrypt to the service, such as request objects."),
        {
            "ECDH-ES+A256KW": _("ECDH-ES+A256KW"),
            "ECDH-ES+A192KW": _("ECDH-ES+A192KW"),
            "ECDH-ES+A128KW": _("ECDH-ES+A128KW"),
            "ECDH-ES": _("ECDH-ES: the agreed key itself"),
        },
    ),
    AlgorithmGroup(
        "enc",
        "RSA",
        _("Decrypts, RSA"),
        _("The same with RSA. RSA1_5 is for partners who know nothing else."),
        {
            "RSA-OAEP-256": _("RSA-OAEP-256"),
            "RSA-OAEP": _("RSA-OAEP: over SHA-1"),
            "RSA1_5": _("RSA1_5: old, avoid it"),
        },
    ),
)
GROUP_BY_ALGORITHM: Mapping[str, AlgorithmGroup] = {
    alg: group for group in GROUPS for alg in group.algorithms
}


def algorithm_choices() -> Iterator[tuple[str | Promise, list[tuple[str, str | Promise]]]]:
    """For a select: each group with its algorithms."""
    for group in GROUPS:
        yield group.label, list(group.algorithms.items())
