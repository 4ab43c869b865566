"""Case variants of non-ASCII text.

Neither SQLite nor all PostgreSQL locales fold the case of non-ASCII letters or compose accents.
"""

from unicodedata import normalize


def case_variants(text: str) -> tuple[str, ...]:
    """Return the case variants of a text; the database handles ASCII itself."""
    if text.isascii():
        return (text,)
    spellings = (text, text.lower(), text.upper(), text.capitalize(), text.title())
    forms = (normalize(form, method) for form in ("NFC", "NFD") for method in spellings)
    return tuple(dict.fromkeys((text, *forms)))


def fold_case(text: str) -> str:
    """Fold case and compose accents."""
    return normalize("NFC", normalize("NFC", text).casefold())
