"""System checks of settings that are unsafe outside this machine."""

import re
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import Error, register

DIGEST_LINE = re.compile(rb"[0-9A-Fa-f]{40}(:\d+)?\s*$")
MIN_SECRET_KEY_LENGTH = 50  # characters
MIN_DISTINCT_CHARACTERS = 10  # in SECRET_KEY; 50 random hexadecimal digits have 15


@register()
def check_secret_key(**_: Any) -> list[Error]:
    """Check that `SECRET_KEY` is long and not repetitive."""
    key = settings.SECRET_KEY
    is_repeated = key in (key + key)[1:-1]
    if (
        len(key) >= MIN_SECRET_KEY_LENGTH
        and len(set(key)) >= MIN_DISTINCT_CHARACTERS
        and not is_repeated
    ):
        return []
    message = (
        f"SECRET_KEY: use at least {MIN_SECRET_KEY_LENGTH} random characters;"
        " python -m console.ops.generate_secrets prints a new one"
    )
    return [Error(message, id="server.E1")]


@register()
def check_hosts(**_: Any) -> list[Error]:
    """Check that hosts are listed by name, and that `INSECURE` has only local ones."""
    errors = []
    if "*" in settings.ALLOWED_HOSTS:
        message = "ALLOWED_HOSTS: * accepts any host; list the console's host names"
        errors.append(Error(message, id="server.E2"))
    if not settings.INSECURE:
        return errors
    hosts = [("ALLOWED_HOSTS", host) for host in settings.ALLOWED_HOSTS]
    if settings.CONSOLE_URL:
        hosts.append(("CONSOLE_URL", urlsplit(settings.CONSOLE_URL).hostname or ""))
    for name, host in hosts:
        if not _is_local(host):
            message = f"INSECURE: true is only for this machine, but {name} has {host}"
            errors.append(Error(message, id="server.E3"))
    return errors


@register()
def check_mfa(**_: Any) -> list[Error]:
    """Check that two-factor authentication is only off where `INSECURE` is on."""
    if settings.REQUIRE_MFA or settings.INSECURE:
        return []
    message = "REQUIRE_MFA: false is only for the demo and tests, with INSECURE=true"
    return [Error(message, id="server.E4")]


@register()
def check_breached_passwords(**_: Any) -> list[Error]:
    """Check that the list of breached passwords can be read."""
    try:
        if settings.BREACHED_PASSWORDS:
            with open(settings.BREACHED_PASSWORDS, "rb") as file:
                if not DIGEST_LINE.match(file.readline()):
                    raise ValueError("its first line isn't a SHA-1 digest")
    except (OSError, ValueError) as error:
        return [Error(f"BREACHED_PASSWORDS: {error}", id="server.E5")]
    return []


def _is_local(host: str) -> bool:
    """Return whether a host name or address is this machine's loopback."""
    name = host.lower().strip("[].")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False
