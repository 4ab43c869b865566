"""Sign-in by email address and password, and the user of a session."""

from allauth.account import auth_backends
from django.contrib.auth.models import User


class AuthenticationBackend(auth_backends.AuthenticationBackend):  # type: ignore[misc]
    """Answer a closed account as a wrong password."""

    def get_user(self, user_id: int) -> User | None:
        """Return the user with the preferences, in one query."""
        user = User.objects.select_related("preferences").filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None

    @classmethod
    def _stash_user(cls, user: User | None) -> None:
        """Reject a closed account despite a correct password; allauth would redirect it."""
