"""Secrets that the user entered, sealed until they are saved.

A form with errors carries them sealed, so that the user doesn't retype them and the
page doesn't contain them. Only the same form can unseal them.
"""

import re

from console.forms.key_sets import indent_json
from tenants.authlete.documents.redacted_json import MisplacedRedactionError, restore_jwk_set
from tenants.crypto import vault
from tenants.crypto.fingerprints import get_draft_redactor

PRIVATE_MEMBER = re.compile(r'"(d|p|q|dp|dq|qi|oth|k)"\s*:')  # of a JWK


def seal(text: str, form_key: str, member: str) -> str:
    """Seal the entered value of a ``member`` in the form ``form_key``."""
    return vault.seal(text, f"console.forms/{form_key}/{member}")


def unseal(sealed: str, form_key: str, member: str) -> str:
    """Return the value sealed for the form and member, or an empty string."""
    try:
        return vault.unseal(sealed, f"console.forms/{form_key}/{member}")
    except vault.UnsealError:
        return ""


def redact_key_set(keys: str, form_key: str) -> str | None:
    """Return the JWK Set without private parts; None if it can't be redacted."""
    redacted = get_draft_redactor(form_key).redact_field("jwks", keys)
    if isinstance(redacted, str):
        return keys if redacted == keys else indent_json(redacted)
    return None if PRIVATE_MEMBER.search(keys) else keys


def restore_private_parts(keys: str, entered: str, form_key: str) -> str:
    """Return ``keys`` with the private parts of ``entered``."""
    redacted = redact_key_set(entered, form_key)
    try:
        return restore_jwk_set(entered, redacted, keys, strict=False) if redacted else keys
    except MisplacedRedactionError:
        return keys
