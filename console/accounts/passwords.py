"""Password validators, in addition to Django's."""

import re
from bisect import bisect_left
from hashlib import sha1
from os import SEEK_END
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

from tenants.models import Organization
from tenants.organizations.roles import Role

MAX_PASSWORD_BYTES = 4096  # bytes
MIN_UNEXPECTED_CHARS = (
    8  # letters and digits that must be left when the expected words are taken out
)
EXPECTED_WORDS = ("meridian", "authlete", "console", "password", "welcome", "secret", "login")


class PasswordMaxLengthValidator:
    """Longer texts are refused before anything is hashed."""

    def validate(self, password: str, user: Any = None) -> None:
        if len(password.encode()) > MAX_PASSWORD_BYTES:
            raise ValidationError(self.get_help_text(), code="password_too_long")

    def get_help_text(self) -> str:
        return _("At most 4,096 bytes.")


class BreachedPasswordValidator:
    """Refuse passwords of a list: SHA-1 in hexadecimal, one a line, sorted.

    Each line may go on with ``:`` and a count, as in Pwned Passwords. The file is searched by
    bisection, so its size doesn't matter.
    """

    def __init__(self, path: str) -> None:
        self.path = path

    def validate(self, password: str, user: Any = None) -> None:
        digest = sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
        with open(self.path, "rb") as file:

            def read_digest(offset: int) -> bytes:
                """Return the digest in the first line that begins after ``offset``, or at 0."""
                file.seek(offset)
                if offset:
                    file.readline()
                return file.readline()[: len(digest)].upper() or b"end"

            size = file.seek(0, SEEK_END)
            position = bisect_left(range(size), digest, key=read_digest)
            if read_digest(position) == digest:
                raise ValidationError(
                    _("This password was published in a data breach. Choose another one."),
                    code="password_breached",
                )

    def get_help_text(self) -> str:
        return _("Not published in a data breach.")


class ExpectedWordsValidator:
    """Rejects passwords that consist mainly of names known here."""

    def validate(self, password: str, user: Any = None) -> None:
        remaining = password.casefold()
        for word in sorted(_expected_words(user), key=len, reverse=True):
            remaining = remaining.replace(word, "")
        if len(re.sub(r"[\W_]", "", remaining)) < MIN_UNEXPECTED_CHARS:
            raise ValidationError(
                _("The password consists mainly of the product, organization or role name."),
                code="password_expected",
            )

    def get_help_text(self) -> str:
        return _("Not mainly the product, organization or role name.")


def _expected_words(user: Any) -> set[str]:
    words = {*EXPECTED_WORDS, *(role.value for role in Role)}
    if user:
        joined = Q(membership__user=user.pk) if user.pk else Q()
        for organization in Organization.objects.filter(joined | Q(invitation__email=user.email)):
            words.update(
                [organization.slug, organization.name, *re.split(r"[\W_]+", organization.name)]
            )
    return {word.casefold() for word in words if len(word) > 2}
