"""Checks of the identifiers that select the tokens of a call.

Authlete ignores an empty identifier and so does more than intended: revoking the tokens of
one user at one client would revoke those of all users.
"""

from tenants.authlete.errors import InvalidRequestError
from tenants.authlete.messages import Message
from tenants.authlete.messages import gettext_noop as _


def require_subject(subject: str) -> str:
    """Return ``subject``; raise `InvalidRequestError` if it is empty or invisible."""
    if not isinstance(subject, str) or not has_visible_text(subject):
        raise InvalidRequestError(Message(_("The subject is missing. Nothing was sent.")))
    return subject


def has_visible_text(text: str) -> bool:
    """Return whether ``text`` has more than spaces and characters without a width."""
    return any(char.isprintable() and not char.isspace() for char in text)


def require_client_id(client_id: int) -> int:
    """Return ``client_id``; raise `InvalidRequestError` if it is not a client ID."""
    is_number = isinstance(client_id, int) and not isinstance(client_id, bool)
    if not is_number or client_id <= 0:
        raise InvalidRequestError(Message(_("The client is missing. Nothing was sent.")))
    return client_id


def require_token_hash(token_hash: str) -> str:
    """Return ``token_hash``; raise `InvalidRequestError` if it is empty."""
    if not isinstance(token_hash, str) or not token_hash.strip():
        raise InvalidRequestError(Message(_("The token is missing. Nothing was sent.")))
    return token_hash
