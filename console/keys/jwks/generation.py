"""New keys for the sets of a service.

What is made here goes to Authlete in the same request, and is kept nowhere.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from joserfc.jwk import ECKey, OKPKey, RSAKey

DEFAULT_RSA_BITS = 3072  # of RSA; NIST SP 800-57 part 1, table 2, to 2030 and after
MAX_RSA_BITS = 4096  # bits, also in the place of a larger one: making those takes many seconds

# Each with what it is for and the kind of key that it takes (RFC 7518, section 3.1 and
# 4.1; RFC 8037, section 3.1).
SIGNING_ALGORITHMS: Mapping[str, str | Promise] = {
    "ES256": _("ES256: P-256; small and fast, the usual choice"),
    "RS256": _("RS256: RSA; what every client of OpenID Connect knows"),
    "PS256": _("PS256: RSA; what FAPI takes besides ES256"),
    "EdDSA": _("EdDSA: Ed25519; not every client knows it yet"),
    "ES384": _("ES384: P-384"),
    "ES512": _("ES512: P-521"),
}
DECRYPTION_ALGORITHMS: Mapping[str, str | Promise] = {
    "RSA-OAEP-256": _("RSA-OAEP-256: RSA; for requests that clients encrypt"),
    "ECDH-ES+A256KW": _("ECDH-ES+A256KW: P-256; the same"),
}
CURVE_BY_ALGORITHM = {
    "ES256": "P-256",
    "ES384": "P-384",
    "ES512": "P-521",
    "EdDSA": "Ed25519",
    "ECDH-ES+A256KW": "P-256",
}


def generate_key(alg: str, kid: str = "") -> dict[str, Any]:
    """A new key as a JWK, private part included; without ``kid`` it is called by its
    thumbprint (RFC 7638)."""
    curve = CURVE_BY_ALGORITHM.get(alg, "")
    key = _generate(
        "RSA" if not curve else "OKP" if alg == "EdDSA" else "EC",
        curve,
        DEFAULT_RSA_BITS,
    )
    use = "enc" if alg in DECRYPTION_ALGORITHMS else "sig"
    return {"kid": kid or key.thumbprint(), "use": use, "alg": alg} | _jwk_members(key)


def generate_like(template: Mapping[str, Any], kid: str, bits: int) -> dict[str, Any]:
    """A new key of the kind, use and algorithm of an ``old`` one, so that it can sign
    for all who take that one; of RSA at least as many ``bits``, and enough.

    Raises `ValueError` for a kind of key that is not made here.
    """
    kind, curve = str(template.get("kty")), str(template.get("crv", ""))
    key = _generate(kind, curve, min(max(DEFAULT_RSA_BITS, bits), MAX_RSA_BITS))
    kept = {name: template[name] for name in ("use", "key_ops", "alg") if name in template}
    return {"kid": kid} | kept | _jwk_members(key)


def _generate(kind: str, curve: str, bits: int) -> ECKey | OKPKey | RSAKey:
    match kind:
        case "EC":
            return ECKey.generate_key(curve)
        case "OKP":
            return OKPKey.generate_key(curve)  # type: ignore[arg-type]  # or ValueError
        case "RSA":
            return RSAKey.generate_key(bits)
    raise ValueError(f"no key of the type {kind} is made here")


def _jwk_members(key: ECKey | OKPKey | RSAKey) -> dict[str, Any]:
    return dict(key.as_dict(private=True))
