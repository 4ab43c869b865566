"""Generate keys for the key sets of a service.

A generated key is sent to Authlete in the same request and not stored.
"""

from collections.abc import Collection, Mapping
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from joserfc.jwk import ECKey, OKPKey, RSAKey

from console.forms.change_forms import ChangeReasonForm
from console.keys.jwks.key_sets import KeySet

DEFAULT_RSA_BITS = 3072  # NIST SP 800-57 part 1, table 2: until 2030 and after
MAX_RSA_BITS = 4096  # generating a longer key takes many seconds

# RFC 7518, sections 3.1 and 4.1; RFC 8037, section 3.1.
SIGNING_ALGORITHMS: Mapping[str, str | Promise] = {
    "ES256": _("ES256: P-256; small and fast, the usual choice"),
    "RS256": _("RS256: RSA; supported by every OpenID Connect client"),
    "PS256": _("PS256: RSA; allowed by FAPI"),
    "EdDSA": _("EdDSA: Ed25519; not supported by all clients"),
    "ES384": _("ES384: P-384"),
    "ES512": _("ES512: P-521"),
}
DECRYPTION_ALGORITHMS: Mapping[str, str | Promise] = {
    "RSA-OAEP-256": _("RSA-OAEP-256: RSA"),
    "ECDH-ES+A256KW": _("ECDH-ES+A256KW: P-256"),
}
CURVE_BY_ALGORITHM = {
    "ES256": "P-256",
    "ES384": "P-384",
    "ES512": "P-521",
    "EdDSA": "Ed25519",
    "ECDH-ES+A256KW": "P-256",
}


def generate_key(alg: str, kid: str = "") -> dict[str, Any]:
    """Return a new private key as a JWK; its default ID is the thumbprint (RFC 7638)."""
    curve = CURVE_BY_ALGORITHM.get(alg, "")
    kty = "RSA" if not curve else "OKP" if alg == "EdDSA" else "EC"
    key = _generate(kty, curve, DEFAULT_RSA_BITS)
    use = "enc" if alg in DECRYPTION_ALGORITHMS else "sig"
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


MAX_KID_LENGTH = 100  # our own limit

CONFLICT_MESSAGE = _(
    "Someone changed this service after you opened the page. Nothing was sent. Check the keys and"
    " try again."
)


class VersionForm(ChangeReasonForm):
    """The reason for a change, and the version of the service that the page shows."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, version: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.current_version = version

    def clean(self) -> None:
        if self.cleaned_data.get("version") != self.current_version:
            self.add_error(None, CONFLICT_MESSAGE)


class KidField(forms.RegexField):
    """The ID of a new key; its characters need no escaping in JSON or URLs."""

    default_error_messages = {"invalid": _("Use only letters, digits and - . _ ~ :")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(r"^[A-Za-z0-9._~:-]+\Z", max_length=MAX_KID_LENGTH, **kwargs)


class NewJwkForm(VersionForm):
    """Algorithm and ID of a new key in a key set."""

    alg = forms.ChoiceField(
        label=_("Algorithm"),
        choices=[
            (_("Signature"), list(SIGNING_ALGORITHMS.items())),
            (_("Encryption"), list(DECRYPTION_ALGORITHMS.items())),
        ],
        help_text=_("Determines the key type. RSA keys have 3072 bits."),
    )
    kid = KidField(label=_("Key ID"), required=False, help_text=_("Default: the key's thumbprint."))
    field_order = ("alg", "kid", "reason", "ticket")

    def __init__(self, *args: Any, keys: KeySet, used_kids: Collection[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.used_kids = used_kids
        if keys.member != "jwks":
            self.fields["alg"].choices = SIGNING_ALGORITHMS.items()  # type: ignore[attr-defined]

    def clean_kid(self) -> str:
        return check_kid_unused(self.used_kids, self.cleaned_data["kid"])


def check_kid_unused(used_kids: Collection[str], kid: str) -> str:
    """Return ``kid``; raises `ValidationError` if another key has it."""
    if kid in used_kids:
        raise forms.ValidationError(_("Another key of this service has this ID."))
    return kid
