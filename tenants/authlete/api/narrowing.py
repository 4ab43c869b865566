"""What says whose tokens a call is about.

Authlete takes an empty identifier for none, and so does more than was asked for: a
revoke of one user at one client becomes one of all users. Nothing is sent then.
"""

from tenants.authlete.errors import Unsendable
from tenants.authlete.words import Said
from tenants.authlete.words import gettext_noop as _


def whole_subject(subject: str) -> str:
    """The subject as it is; raises `Unsendable` for none, or for one of which nothing
    can be seen."""
    if not isinstance(subject, str) or not is_seen(subject):
        raise Unsendable(Said(_("No subject was named, so nothing was done.")))
    return subject


def is_seen(subject: str) -> bool:
    """Whether there is anything in it but spaces and signs without a width: who reads
    only ASCII may take those for nothing."""
    return any(one.isprintable() and not one.isspace() for one in subject)


def whole_client(client_id: int) -> int:
    """The client's number; raises `Unsendable` for none."""
    number = isinstance(client_id, int) and not isinstance(client_id, bool)
    if not number or client_id <= 0:
        raise Unsendable(Said(_("No client was named, so nothing was done.")))
    return client_id


def whole_hash(found: str) -> str:
    """A token's hash; raises `Unsendable` for none."""
    if not isinstance(found, str) or not found.strip():
        raise Unsendable(Said(_("No token was named, so nothing was done.")))
    return found
