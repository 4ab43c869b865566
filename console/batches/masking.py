"""What Authlete says about a batch, without what it may quote of it.

The values of tokens are gone when it says it, so they cannot be looked for: whatever
could be one is taken out, and the result code tells the rest.
"""

import re

from console.batches.validation.fields import FIELD_TYPES

QUOTED = re.compile(r"""'[^']*'|"[^"]*"|`[^`]*`|\u201c[^\u201d]*\u201d""")
WORD = re.compile(r"[^\s,;:()\[\]{}]+")
RESULT_CODE = re.compile(r"A\d{6}")
PLAIN_WORD = re.compile(r"[A-Z]?[a-z]{1,16}|[A-Z]{1,5}|[a-z]+['-][a-z]+|\d{1,6}")
MASK = "…"


def mask(text: str) -> str:
    """A sentence of plain words; what is in quotes, or is no word, is hidden."""
    return WORD.sub(_mask_word, QUOTED.sub(_mask_quoted, text)).strip()[:400]


def _mask_quoted(match: re.Match[str]) -> str:
    inside = match[0][1:-1]
    return inside if inside in FIELD_TYPES else MASK


def _mask_word(match: re.Match[str]) -> str:
    word = match[0].rstrip(".?!")
    if word in FIELD_TYPES or RESULT_CODE.fullmatch(word) or PLAIN_WORD.fullmatch(word) or not word:
        return match[0]
    return MASK + match[0][len(word) :]
