"""Imported token values: they are sent to Authlete, and neither stored nor shown."""

import re
from math import log2
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from pydantic import SecretStr

from console.tokens.lookup.pasted_token import MAX_TOKEN_LENGTH
from tenants.authlete.documents.tokens import INVALID_TOKEN_CHARS

MIN_VALUE_BITS = 128  # RFC 6749, section 10.10
# The alphabets that a value may use, the smallest first.
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
    """The field for a token value; pages never show it again."""

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
                _("The value has %(count)d characters; the maximum is %(max_length)d."),
                params={"count": len(text), "max_length": MAX_TOKEN_LENGTH},
            )
        if found := INVALID_TOKEN_CHARS.search(text):
            raise ValidationError(
                _("Use only visible ASCII characters. Character %(position)d is U+%(code)s."),
                params={"position": found.start() + 1, "code": f"{ord(found[0]):04X}"},
            )
        return SecretStr(text)


def estimate_bits(value: SecretStr) -> int:
    """Return the maximum entropy of a value, as if its characters were random.

    Repetitions of the whole count once. Patterns that a person sees may be missed.
    """
    text = value.get_secret_value()
    text = text[: (text + text).find(text, 1)]
    sizes = zip(ALPHABETS, ALPHABET_SIZES, strict=True)
    size = next(
        (size for alphabet, size in sizes if alphabet.fullmatch(text)), PRINTABLE_ASCII_COUNT
    )
    used = min(size, 2 * len(set(text)))  # few different characters mean a small alphabet
    return int(len(text) * log2(used)) if used > 1 else 0
