"""Mask what may be token values in Authlete's messages about a batch.

The values are deleted by then, so they can't be searched for: everything that isn't a
plain word is masked, and the result code tells the rest.
"""

import re

from console.batches.validation.fields import FIELD_TYPES

QUOTED = re.compile(r"""'[^']*'|"[^"]*"|`[^`]*`|\u201c[^\u201d]*\u201d""")
WORD = re.compile(r"[^\s,;:()\[\]{}]+")
RESULT_CODE = re.compile(r"A\d{6}")
PLAIN_WORD = re.compile(r"[A-Z]?[a-z]{1,16}|[A-Z]{1,5}|[a-z]+['-][a-z]+|\d{1,6}")
MASK = "…"


def mask(text: str) -> str:
    """Replace quoted texts and everything that isn't a plain word."""
    return WORD.sub(_mask_word, QUOTED.sub(_mask_quoted, text)).strip()[:400]


def _mask_quoted(match: re.Match[str]) -> str:
    quoted = match[0][1:-1]
    return quoted if quoted in FIELD_TYPES else MASK


def _mask_word(match: re.Match[str]) -> str:
    word = match[0].rstrip(".?!")
    if word in FIELD_TYPES or RESULT_CODE.fullmatch(word) or PLAIN_WORD.fullmatch(word) or not word:
        return match[0]
    return MASK + match[0][len(word) :]
