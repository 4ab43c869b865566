"""Sign-in by email address and password."""

from allauth.account import auth_backends
from django.contrib.auth.models import User


class AuthenticationBackend(auth_backends.AuthenticationBackend):  # type: ignore[misc]
    """Answer a closed account as a wrong password."""

    @classmethod
    def _stash_user(cls, user: User | None) -> None:
        """Discard a closed account whose password was right; allauth would redirect it."""
