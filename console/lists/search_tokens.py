"""What the search languages of lists and of the audit log have in common."""

import re
from collections.abc import Iterable
from difflib import get_close_matches

from django.utils.translation import gettext as _

QUOTED_PATTERN = r'"(?:[^"\\]|\\.)*"'
VALUE_PATTERN = rf'(?:{QUOTED_PATTERN}|[^\s",][^\s,]*)'
SINGLE_VALUE_PATTERN = re.compile(VALUE_PATTERN, re.DOTALL)
MAX_SUGGESTIONS = 3


def unquote(word: str) -> str:
    """Return a word without its quotation marks."""
    if not (len(word) > 1 and word[0] == word[-1] == '"'):
        return word
    return re.sub(r"\\(.)", r"\1", word[1:-1], flags=re.DOTALL)


def did_you_mean(text: str, candidates: Iterable[str]) -> str:
    """Return "Did you mean …?" with the closest candidate; empty if nothing is similar.

    The shortest candidate that contains the text comes first.
    """
    requested, folded = text.casefold(), dict[str, str]()
    for value in candidates:
        folded.setdefault(value.casefold(), value)
    containing = sorted((candidate for candidate in folded if requested in candidate), key=len)
    closest = containing[:MAX_SUGGESTIONS] if len(requested) >= MAX_SUGGESTIONS else []
    closest = closest or get_close_matches(requested, folded, 1, 0.6)
    listed = ", ".join(f"“{folded[candidate]}”" for candidate in closest)
    return " " + _("Did you mean %s?") % listed if closest else ""
