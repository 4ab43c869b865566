"""Links from tickets to the system that manages them."""

import re
from urllib.parse import quote

from tenants.outbound.safe_http import UrlNotAllowedError, validate_url

PLACEHOLDER = "{ticket}"
# HTTPS, and the placeholder comes once, after the host.
LINK_TEMPLATE = re.compile(r"https://[^/?#\\{}]+[/?][^{}]*\{ticket\}[^{}]*")


def build_ticket_url(template: str, ticket: str) -> str:
    """Return the URL of a ticket; empty for an unusable template.

    Raises `UrlNotAllowedError` if the URL isn't allowed.
    """
    if not LINK_TEMPLATE.fullmatch(template):
        return ""
    url = template.replace(PLACEHOLDER, quote(ticket, safe=""))
    validate_url(url)
    return url


def ticket_url(template: str, ticket: str) -> str:
    """Return the URL of a ticket; empty if there is none."""
    try:
        return build_ticket_url(template, ticket) if template and ticket else ""
    except UrlNotAllowedError:
        return ""
