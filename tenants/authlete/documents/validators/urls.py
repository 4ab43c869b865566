"""Validators for URLs, by who opens them: programs, people or a browser redirect."""

import re
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from tenants.authlete.documents.validators.values import validate_text, validation_error
from tenants.authlete.messages import gettext_noop as _

MAX_URI_LENGTH = 2_048  # characters; our limit, not Authlete's

# Characters and percent-encoding of RFC 3986, appendix A.
_URI_CHARS = re.compile(r"(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+")
_URI_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):(?![0-9]+(?:/|$))")  # not a port
_BROWSER_SCHEMES = frozenset(  # handled by browsers themselves
    """
    about blob data file filesystem ftp javascript mailto sms tel vbscript view-source
    ws wss
    """.split()
)
_INVALID_HOST_MESSAGE = _("Enter a URL with a valid host and port.")


def validate_endpoint(text: str) -> str:
    """Require an https URL without fragment."""
    _parse_absolute_url(text, "https")
    return text


def validate_web_page(text: str) -> str:
    """Require an http or https URL without fragment."""
    _parse_absolute_url(text, "https", "http")
    return text


def validate_issuer(text: str) -> str:
    """Require an https URL without query and fragment (RFC 8414, section 2)."""
    if _parse_absolute_url(text, "https").query or "?" in text:
        raise validation_error(_("Remove the question mark and everything after it."))
    return text


def validate_user_code_url(text: str) -> str:
    """Require an https URL with the placeholder USER_CODE."""
    validate_endpoint(text)
    if "USER_CODE" not in text:
        raise validation_error(_("Add the placeholder USER_CODE where the user code belongs."))
    return text


def validate_redirect_uri(text: str) -> str:
    """Require an https, loopback http or custom-scheme URI.

    Plain http is only for the user's own machine (RFC 9700, section 2.6; RFC 8252,
    section 7.3). A custom scheme can have any form (RFC 8252, section 7.1).
    """
    validate_text(text, MAX_URI_LENGTH)
    _validate_characters(text)
    match = _URI_SCHEME.match(text)
    if not match:
        raise validation_error(
            _(
                "Enter a full URI that starts with https:// or a custom scheme, such as "
                "com.example.app:/."
            )
        )
    scheme = match[1].lower()
    if scheme in _BROWSER_SCHEMES:
        raise validation_error(_("URIs can't start with {scheme}:."), scheme=scheme)
    if scheme in ("https", "http"):
        parts = _parse_absolute_url(text, "https", "http")
        if scheme == "http" and not _is_loopback(parts.hostname or ""):
            raise validation_error(
                _(
                    "Use https. Plain http is allowed only for loopback addresses, such "
                    "as http://127.0.0.1/."
                )
            )
        return text
    _reject_userinfo_and_fragment(text, _split_url(text).netloc)
    return text


def validate_request_uri(text: str) -> str:
    """Require an http or https URL, whose fragment may be the object's hash."""
    _parse_absolute_url(text.partition("#")[0], "https", "http")
    validate_text(text, MAX_URI_LENGTH)
    _validate_characters(text)
    return text


def _parse_absolute_url(text: str, *schemes: str) -> SplitResult:
    """Split an absolute URL that all parsers read the same way."""
    validate_text(text, MAX_URI_LENGTH)
    _validate_characters(text)
    parts = _split_url(text)
    if parts.scheme not in schemes or not text.lower().startswith(f"{parts.scheme}://"):
        start = " or ".join(f"{scheme}://" for scheme in schemes)
        raise validation_error(_("Enter a full URL that starts with {start}."), start=start)
    if not parts.hostname:
        raise validation_error(_INVALID_HOST_MESSAGE)
    _reject_userinfo_and_fragment(text, parts.netloc)
    return parts


def _validate_characters(text: str) -> None:
    if not _URI_CHARS.fullmatch(text):
        raise validation_error(
            _("Use only ASCII characters without spaces. Percent-encode all others.")
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
        raise validation_error(_("Remove the user name and password before the @."))
    if "#" in text:
        raise validation_error(_("Remove the # and everything after it."))


def _is_loopback(host: str) -> bool:
    """Return whether a host is the user's own machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
