"""Values of a token that exist already, as a person brings them along.

They are handed to the call and kept nowhere; no error quotes them.
"""

import re
from math import log2
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from pydantic import SecretStr

from console.tokens.lookup.pasted_token import MAX_TOKEN_LENGTH
from tenants.authlete.documents.tokens import INVALID_TOKEN_CHARS

MIN_VALUE_BITS = 128  # bits that nobody guesses (RFC 6749, section 10.10)
# The signs that a value may be drawn from, the fewest first.
ALPHABETS = (
    re.compile(r"[0-9]+"),
    re.compile(r"[0-9a-f-]+|[0-9A-F-]+"),
    re.compile(r"[a-z]+|[A-Z]+"),
    re.compile(r"[0-9a-z]+|[0-9A-Z]+"),
    re.compile(r"[0-9A-Za-z_+/.=-]+"),
)
ALPHABET_SIZES = (10, 16, 26, 36, 64)
PRINTABLE_ASCII_COUNT = 94


class TokenValueField(forms.CharField):
    """A token's value; never written back into a page."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"autocomplete": "off", "spellcheck": "false", "class": "mono"}
        widget = forms.PasswordInput(attrs, render_value=False)
        super().__init__(required=False, widget=widget, **kwargs)

    def clean(self, value: Any) -> SecretStr | None:
        text = super().clean(value)
        if not text:
            return None
        if len(text) > MAX_TOKEN_LENGTH:
            raise ValidationError(
                _("It has %(count)d characters, of %(most)d that are taken."),
                params={"count": len(text), "most": MAX_TOKEN_LENGTH},
            )
        if found := INVALID_TOKEN_CHARS.search(text):
            raise ValidationError(
                _(
                    "A token has letters, digits and signs of ASCII alone; character"
                    " %(at)d is U+%(code)s."
                ),
                params={"at": found.start() + 1, "code": f"{ord(found[0]):04X}"},
            )
        return SecretStr(text)


def estimate_bits(value: SecretStr) -> int:
    """Bits that it has at most: as if each sign were drawn from all of its kind.

    What repeats counts once. A pattern that a person sees may not be seen here.
    """
    text = value.get_secret_value()
    text = text[: (text + text).find(text, 1)]
    fitting = zip(ALPHABETS, ALPHABET_SIZES, strict=True)
    size = next((size for kind, size in fitting if kind.fullmatch(text)), PRINTABLE_ASCII_COUNT)
    drawn = min(size, 2 * len(set(text)))  # of few signs, few were to choose from
    return int(len(text) * log2(drawn)) if drawn > 1 else 0
