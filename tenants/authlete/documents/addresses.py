"""What an address must be like, by who follows it: programs, people, a browser."""

import re
from urllib.parse import SplitResult, urlsplit

from tenants.authlete.documents.rules import whole
from tenants.authlete.documents.words import _, wrong

URI = 2_048  # characters; a limit of ours

# RFC 3986, appendix A: what an address is made of, and how others are escaped.
_uri = re.compile(r"(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+")


def endpoint(text: str) -> str:
    """An address that programs call: https, and nothing after a #."""
    _address(text, "https")
    return text


def page(text: str) -> str:
    """An address that people open."""
    _address(text, "https", "http")
    return text


def issuer(text: str) -> str:
    """An address that is a name: https, no query (RFC 8414, section 2)."""
    if _address(text, "https").query or "?" in text:
        raise wrong(_("Leave out the question mark and what follows it."))
    return text


def with_user_code(text: str) -> str:
    """An endpoint that says where the user code goes."""
    endpoint(text)
    if "USER_CODE" not in text:
        raise wrong(_("Put USER_CODE where the user's code belongs."))
    return text


def _address(text: str, *schemes: str) -> SplitResult:
    """The parts of an absolute address that no reader can take for another."""
    whole(text, URI)
    if not _uri.fullmatch(text):
        raise wrong(
            _(
                "An address has no spaces and only ASCII characters; write others "
                "as a percent sign and two hexadecimal digits."
            )
        )
    try:
        parts = urlsplit(text)
        usable = bool(parts.hostname) and parts.port != 0
    except ValueError:
        raise wrong(_("This is not an address: its host or port is odd.")) from None
    if parts.scheme not in schemes or not text.lower().startswith(f"{parts.scheme}://"):
        start = " or ".join(f"{scheme}://" for scheme in schemes)
        raise wrong(_("Enter a whole address that starts with {start}."), start=start)
    if not usable:
        raise wrong(_("This is not an address: its host or port is odd."))
    if "@" in parts.netloc:
        raise wrong(_("Leave out the user name and password before the @."))
    if "#" in text:
        raise wrong(_("Leave out the # and what follows it."))
    return parts
