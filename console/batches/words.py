"""What Authlete says about a batch, without what it may quote of it.

The values of tokens are gone when it says it, so they cannot be looked for: whatever
could be one is taken out, and the result code tells the rest.
"""

import re

from console.batches.members import MEMBERS

QUOTED = re.compile(r"""'[^']*'|"[^"]*"|`[^`]*`|\u201c[^\u201d]*\u201d""")
WORD = re.compile(r"[^\s,;:()\[\]{}]+")
CODE = re.compile(r"A\d{6}")
PLAIN = re.compile(r"[A-Z]?[a-z]{1,16}|[A-Z]{1,5}|[a-z]+['-][a-z]+|\d{1,6}")
HIDDEN = "…"


def masked(text: str) -> str:
    """A sentence of plain words; what is in quotes, or is no word, is hidden."""
    return WORD.sub(_word, QUOTED.sub(_quoted, text)).strip()[:400]


def _quoted(found: re.Match[str]) -> str:
    inside = found[0][1:-1]
    return inside if inside in MEMBERS else HIDDEN


def _word(found: re.Match[str]) -> str:
    word = found[0].rstrip(".?!")
    if word in MEMBERS or CODE.fullmatch(word) or PLAIN.fullmatch(word) or not word:
        return found[0]
    return HIDDEN + found[0][len(word) :]
