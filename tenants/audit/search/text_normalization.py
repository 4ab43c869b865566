"""Letters beyond those of ASCII: which of them are alike, SQLite does not know, nor
does PostgreSQL in every locale; and neither that a letter with its accent is the same
in one character and in two."""

from unicodedata import normalize


def case_variants(text: str) -> tuple[str, ...]:
    """A text as it may be written where capital letters make no difference; those of
    ASCII are the database's own business."""
    if text.isascii():
        return (text,)
    ways = (text, text.lower(), text.upper(), text.capitalize(), text.title())
    forms = (normalize(form, one) for form in ("NFC", "NFD") for one in ways)
    return tuple(dict.fromkeys((text, *forms)))


def fold_case(text: str) -> str:
    """Equal for texts that differ in capital letters or in how accents are kept."""
    return normalize("NFC", normalize("NFC", text).casefold())
