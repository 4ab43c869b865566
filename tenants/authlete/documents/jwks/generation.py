"""Generate JSON Web Keys (RFC 7517)."""

from collections.abc import Mapping
from typing import Any

from joserfc.jwk import ECKey, OKPKey, RSAKey

from tenants.authlete.documents.jwks.signing import KEY_TYPE_BY_ALG

DEFAULT_RSA_BITS = 3072  # NIST SP 800-57 part 1, table 2: until 2030 and after
MAX_RSA_BITS = 4096  # generating a longer key takes many seconds

# RFC 7518, section 4.1.
ENCRYPTION_KEY_TYPES = {"RSA-OAEP-256": ("RSA", ""), "ECDH-ES+A256KW": ("EC", "P-256")}


def generate_key(alg: str, kid: str = "") -> dict[str, Any]:
    """Return a new private key as a JWK; its default ID is the thumbprint (RFC 7638)."""
    kty, curve = {**KEY_TYPE_BY_ALG, **ENCRYPTION_KEY_TYPES}[alg]
    key = _generate(kty, curve, DEFAULT_RSA_BITS)
    use = "enc" if alg in ENCRYPTION_KEY_TYPES else "sig"
    return {"kid": kid or key.thumbprint(), "use": use, "alg": alg} | key.as_dict(private=True)


def generate_like(template: Mapping[str, Any], kid: str, bits: int) -> dict[str, Any]:
    """Return a new private JWK with the type, use and algorithm of ``template``.

    An RSA key has at least ``bits``, within the default and maximum above. Raises
    `ValueError` for an unsupported key type.
    """
    curve = str(template.get("crv", ""))
    key_bits = min(max(DEFAULT_RSA_BITS, bits), MAX_RSA_BITS)
    key = _generate(str(template.get("kty")), curve, key_bits)
    shared = {name: template[name] for name in ("use", "key_ops", "alg") if name in template}
    return {"kid": kid} | shared | key.as_dict(private=True)


def _generate(kty: str, curve: str, bits: int) -> ECKey | OKPKey | RSAKey:
    match kty:
        case "EC":
            return ECKey.generate_key(curve)
        case "OKP":
            return OKPKey.generate_key(curve)  # type: ignore[arg-type]  # or ValueError
        case "RSA":
            return RSAKey.generate_key(bits)
    raise ValueError(f"keys of type {kty} are not supported")
