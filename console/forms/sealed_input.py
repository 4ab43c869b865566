"""What a person entered and no page may show, until it is saved.

A form that comes back with an error holds it sealed, so that nothing has to be entered
twice and nothing secret stands in the page. It opens only in the same form.
"""

import re

from console.forms.key_sets import indent_json
from tenants.authlete.documents.redacted_json import MisplacedRedactionError, restore_jwk_set
from tenants.crypto import vault
from tenants.crypto.fingerprints import get_redactor

PRIVATE_MEMBER = re.compile(r'"(d|p|q|dp|dq|qi|oth|k)"\s*:')  # in what may be a JWK


def seal(text: str, place: str, member: str) -> str:
    """Seal a text that must not be shown again, for the form at ``place``."""
    return vault.seal(text, f"console.forms/{place}/{member}")


def unseal(sealed: str, place: str, member: str) -> str:
    """Return what was sealed for this place; empty if it was sealed elsewhere."""
    try:
        return vault.unseal(sealed, f"console.forms/{place}/{member}")
    except vault.UnsealError:
        return ""


def redact_key_set(keys: str) -> str | None:
    """Return the text of a key set without private parts; None if that can't be done safely."""
    seen = get_redactor().redact_field("jwks", keys)
    if isinstance(seen, str):
        return keys if seen == keys else indent_json(seen)
    return None if PRIVATE_MEMBER.search(keys) else keys


def restore_private_parts(keys: str, entered: str) -> str:
    """``keys`` as they came back, with the private parts that were ``entered``."""
    seen = redact_key_set(entered)
    try:
        return restore_jwk_set(entered, seen, keys, strict=False) if seen else keys
    except MisplacedRedactionError:
        return keys
