"""Positions in the audit log, encrypted for one organization.

All organizations share the log's row numbers, so a number would show how much others write.
"""

from tenants.crypto import vault

MAX_DIGITS = 20  # all positions get the same length


def seal_position(organization: int, seq: int) -> str:
    """Return the row number as text that is safe in URLs and differs each time."""
    sealed = vault.seal(f"{seq:0{MAX_DIGITS}}", _context(organization))
    return sealed.translate(str.maketrans("+/", "-_"))


def open_position(organization: int, text: str) -> int:
    """Return the row number; raise `UnsealError` if it isn't one of this organization."""
    version, _, sealed = text.partition(".")
    key, _, coded = sealed.rpartition(".")
    coded = coded.translate(str.maketrans("-_", "+/"))
    return int(vault.unseal(f"{version}.{key}.{coded}", _context(organization)))


def _context(organization: int) -> str:
    return f"audit position/{organization}"
