"""What says whose tokens a call is about.

Authlete takes an empty identifier for none, and so does more than was asked for: a
revoke of one user at one client becomes one of all users. Nothing is sent then.
"""

from tenants.authlete.errors import InvalidRequestError
from tenants.authlete.messages import Message
from tenants.authlete.messages import gettext_noop as _


def require_subject(subject: str) -> str:
    """The subject as it is; raises `Unsendable` for none, or for one of which nothing
    can be seen."""
    if not isinstance(subject, str) or not has_visible_text(subject):
        raise InvalidRequestError(Message(_("No subject was named, so nothing was done.")))
    return subject


def has_visible_text(text: str) -> bool:
    """Whether there is anything in it but spaces and signs without a width: who reads
    only ASCII may take those for nothing."""
    return any(one.isprintable() and not one.isspace() for one in text)


def require_client_id(client_id: int) -> int:
    """The client's number; raises `Unsendable` for none."""
    number = isinstance(client_id, int) and not isinstance(client_id, bool)
    if not number or client_id <= 0:
        raise InvalidRequestError(Message(_("No client was named, so nothing was done.")))
    return client_id


def require_token_hash(token_hash: str) -> str:
    """A token's hash; raises `Unsendable` for none."""
    if not isinstance(token_hash, str) or not token_hash.strip():
        raise InvalidRequestError(Message(_("No token was named, so nothing was done.")))
    return token_hash
