"""Forms that change the key sets of a service."""

from collections.abc import Collection, Mapping
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from console.forms.change_forms import ChangeReasonForm
from console.keys.jwks.key_sets import KeySet

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
