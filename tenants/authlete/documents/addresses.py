"""What an address must be like, by who follows it: programs, people, a browser."""

import re
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from tenants.authlete.documents.rules import whole
from tenants.authlete.documents.words import _, wrong

URI = 2_048  # characters; a limit of ours

# RFC 3986, appendix A: what an address is made of, and how others are escaped.
_uri = re.compile(r"(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+")
_scheme = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):(?![0-9]+(?:/|$))")  # no port after it
_taken = frozenset(  # schemes that browsers act on themselves
    """
    about blob data file filesystem ftp javascript mailto sms tel vbscript view-source
    ws wss
    """.split()
)
_ODD_HOST = _("This is not an address: its host or port is odd.")


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


def redirect(text: str) -> str:
    """An address that a browser takes a user to: of the web, or of an application.

    Plain http stays on the user's machine (RFC 9700, section 2.6; RFC 8252, section
    7.3), and a scheme of the application's own has any form (RFC 8252, section 7.1).
    """
    whole(text, URI)
    _characters(text)
    found = _scheme.match(text)
    if not found:
        raise wrong(
            _(
                "Enter a whole address that starts with https:// or with a scheme of "
                "the application's own, such as com.example.app:/."
            )
        )
    scheme = found[1].lower()
    if scheme in _taken:
        raise wrong(
            _("No user can be sent to an address that starts with {scheme}:."),
            scheme=scheme,
        )
    if scheme in ("https", "http"):
        parts = _address(text, "https", "http")
        if scheme == "http" and not _loopback(parts.hostname or ""):
            raise wrong(
                _(
                    "Plain http is for the user's own machine alone, such as "
                    "http://127.0.0.1/. Use https."
                )
            )
        return text
    _nothing_else(text, _parts(text).netloc)
    return text


def request_uri(text: str) -> str:
    """An address of a request object, whose # may carry the object's hash."""
    _address(text.partition("#")[0], "https", "http")
    whole(text, URI)
    _characters(text)
    return text


def _address(text: str, *schemes: str) -> SplitResult:
    """The parts of an absolute address that no reader can take for another."""
    whole(text, URI)
    _characters(text)
    parts = _parts(text)
    if parts.scheme not in schemes or not text.lower().startswith(f"{parts.scheme}://"):
        start = " or ".join(f"{scheme}://" for scheme in schemes)
        raise wrong(_("Enter a whole address that starts with {start}."), start=start)
    if not parts.hostname:
        raise wrong(_ODD_HOST)
    _nothing_else(text, parts.netloc)
    return parts


def _characters(text: str) -> None:
    if not _uri.fullmatch(text):
        raise wrong(
            _(
                "An address has no spaces and only ASCII characters; write others "
                "as a percent sign and two hexadecimal digits."
            )
        )


def _parts(text: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        if parts.port != 0:
            return parts
    except ValueError:
        pass
    raise wrong(_ODD_HOST)


def _nothing_else(text: str, authority: str) -> None:
    if "@" in authority:
        raise wrong(_("Leave out the user name and password before the @."))
    if "#" in text:
        raise wrong(_("Leave out the # and what follows it."))


def _loopback(host: str) -> bool:
    """Whether a host is the user's own machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
