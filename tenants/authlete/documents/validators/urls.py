"""What an address must be like, by who follows it: programs, people, a browser."""

import re
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from tenants.authlete.documents.validation_messages import _, validation_error
from tenants.authlete.documents.validators.values import validate_text

MAX_URI_LENGTH = 2_048  # characters; a limit of ours

# RFC 3986, appendix A: what an address is made of, and how others are escaped.
_URI_CHARS = re.compile(r"(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+")
_URI_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):(?![0-9]+(?:/|$))")  # no port after it
_BROWSER_SCHEMES = frozenset(  # schemes that browsers act on themselves
    """
    about blob data file filesystem ftp javascript mailto sms tel vbscript view-source
    ws wss
    """.split()
)
_INVALID_HOST_MESSAGE = _("This is not an address: its host or port is odd.")


def validate_endpoint(text: str) -> str:
    """An address that programs call: https, and nothing after a #."""
    _parse_absolute_url(text, "https")
    return text


def validate_web_page(text: str) -> str:
    """An address that people open."""
    _parse_absolute_url(text, "https", "http")
    return text


def validate_issuer(text: str) -> str:
    """An address that is a name: https, no query (RFC 8414, section 2)."""
    if _parse_absolute_url(text, "https").query or "?" in text:
        raise validation_error(_("Leave out the question mark and what follows it."))
    return text


def validate_user_code_url(text: str) -> str:
    """An endpoint that says where the user code goes."""
    validate_endpoint(text)
    if "USER_CODE" not in text:
        raise validation_error(_("Put USER_CODE where the user's code belongs."))
    return text


def validate_redirect_uri(text: str) -> str:
    """An address that a browser takes a user to: of the web, or of an application.

    Plain http stays on the user's machine (RFC 9700, section 2.6; RFC 8252, section
    7.3), and a scheme of the application's own has any form (RFC 8252, section 7.1).
    """
    validate_text(text, MAX_URI_LENGTH)
    _validate_characters(text)
    found = _URI_SCHEME.match(text)
    if not found:
        raise validation_error(
            _(
                "Enter a whole address that starts with https:// or with a scheme of "
                "the application's own, such as com.example.app:/."
            )
        )
    scheme = found[1].lower()
    if scheme in _BROWSER_SCHEMES:
        raise validation_error(
            _("No user can be sent to an address that starts with {scheme}:."),
            scheme=scheme,
        )
    if scheme in ("https", "http"):
        parts = _parse_absolute_url(text, "https", "http")
        if scheme == "http" and not _is_loopback(parts.hostname or ""):
            raise validation_error(
                _(
                    "Plain http is for the user's own machine alone, such as "
                    "http://127.0.0.1/. Use https."
                )
            )
        return text
    _reject_userinfo_and_fragment(text, _split_url(text).netloc)
    return text


def validate_request_uri(text: str) -> str:
    """An address of a request object, whose # may carry the object's hash."""
    _parse_absolute_url(text.partition("#")[0], "https", "http")
    validate_text(text, MAX_URI_LENGTH)
    _validate_characters(text)
    return text


def _parse_absolute_url(text: str, *schemes: str) -> SplitResult:
    """The parts of an absolute address that no reader can take for another."""
    validate_text(text, MAX_URI_LENGTH)
    _validate_characters(text)
    parts = _split_url(text)
    if parts.scheme not in schemes or not text.lower().startswith(f"{parts.scheme}://"):
        start = " or ".join(f"{scheme}://" for scheme in schemes)
        raise validation_error(_("Enter a whole address that starts with {start}."), start=start)
    if not parts.hostname:
        raise validation_error(_INVALID_HOST_MESSAGE)
    _reject_userinfo_and_fragment(text, parts.netloc)
    return parts


def _validate_characters(text: str) -> None:
    if not _URI_CHARS.fullmatch(text):
        raise validation_error(
            _(
                "An address has no spaces and only ASCII characters; write others "
                "as a percent sign and two hexadecimal digits."
            )
        )


def _split_url(text: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        if parts.port != 0:
            return parts
    except ValueError:
        pass
    raise validation_error(_INVALID_HOST_MESSAGE)


def _reject_userinfo_and_fragment(text: str, authority: str) -> None:
    if "@" in authority:
        raise validation_error(_("Leave out the user name and password before the @."))
    if "#" in text:
        raise validation_error(_("Leave out the # and what follows it."))


def _is_loopback(host: str) -> bool:
    """Whether a host is the user's own machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
