"""What a password may be, beside Django's own rules."""

import re
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


class ExpectedWordsValidator:
    """A name that everyone here knows, with a year behind it, is no password."""

    def validate(self, password: str, user: Any = None) -> None:
        left = password.casefold()
        for word in sorted(_expected_words(user), key=len, reverse=True):
            left = left.replace(word, "")
        if len(re.sub(r"[\W_]", "", left)) < MIN_UNEXPECTED_CHARS:
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
