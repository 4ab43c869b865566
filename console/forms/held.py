"""What a person entered and no page may show, until it is saved.

A form that comes back with an error holds it sealed, so that nothing has to be entered
twice and nothing secret stands in the page. It opens only in the same form.
"""

import re

from console.forms.keysets import pretty
from tenants import vault
from tenants.authlete.documents.sealed_keys import Misplaced, put_back
from tenants.fingerprints import redactor

_private = re.compile(r'"(d|p|q|dp|dq|qi|oth|k)"\s*:')  # in what may be a JWK


def seal(text: str, place: str, member: str) -> str:
    """What must not be shown again, as it may stand in the form at this place."""
    return vault.seal(text, f"console.forms/{place}/{member}")


def opened(sealed: str, place: str, member: str) -> str:
    """What was sealed for this place; nothing where it was not."""
    try:
        return vault.unseal(sealed, f"console.forms/{place}/{member}")
    except vault.Sealed:
        return ""


def shown(keys: str) -> str | None:
    """The text of a key set as a page may show it; None where that is not safe."""
    seen = redactor().member("jwks", keys)
    if isinstance(seen, str):
        return keys if seen == keys else pretty(seen)
    return None if _private.search(keys) else keys


def joined(keys: str, entered: str) -> str:
    """``keys`` as they came back, with the private parts that were ``entered``."""
    seen = shown(entered)
    try:
        return put_back(entered, seen, keys, wholly=False) if seen else keys
    except Misplaced:
        return keys
