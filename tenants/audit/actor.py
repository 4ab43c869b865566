"""Who acts, as the record tells it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """A person or a process, in an organization, on one page.

    What has no organization (a refused sign-in, a key rotated for all) belongs to
    organization 0, which no member sees.
    """

    user_id: int  # 0 for nobody that is known, and for what runs by itself
    name: str  # an email, or the name of a command or job
    role: str = ""
    organization_id: int = 0
    organization: str = ""  # its slug
    page_id: str = ""  # the id of the page's request
    ip_address: str = ""  # the browser's
