"""The actor of an audit entry."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """A person or process acting in an organization.

    Events without an organization (a rejected sign-in, a key rotation) belong to organization 0,
    which no member can see.
    """

    user_id: int  # 0 for an unknown person or a process
    name: str  # an email, or the name of a command or job
    role: str = ""
    organization_id: int = 0
    organization: str = ""  # its slug
    page_id: str = ""  # the id of the page's request
    ip_address: str = ""  # the browser's
