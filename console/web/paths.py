"""URL converters and cached URL lookups."""

import re
from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import urlencode

from django.urls import get_script_prefix, reverse

from tenants.authlete.object_ref import ObjectRef
from tenants.organizations.regions import REGION_NAME_PATTERN as REGION

OPERAND_PARAMS = ("a", "b", "c", "d")  # of a comparison


class IdConverter:
    """A path converter for IDs of Authlete, which are 64-bit integers."""

    regex = "[1-9][0-9]{0,18}"

    def to_python(self, text: str) -> int:
        number = int(text)
        if number >= 2**63:
            raise ValueError("no id is that large")
        return number

    def to_url(self, number: int) -> str:
        return str(number)


def parse_id(text: str) -> int | None:
    """Return the ID that ``text`` is, or None."""
    try:
        return IdConverter().to_python(text) if re.fullmatch(IdConverter.regex, text) else None
    except ValueError:
        return None


def parse_service_ref(text: str) -> tuple[str, int] | None:
    """Return region and ID of the service named as "us/17", or None."""
    region, _slash, service = text.partition("/")
    service_id = parse_id(service)
    return (region, service_id) if service_id and REGION.fullmatch(region) else None


def parse_client_ref(text: str) -> ObjectRef | None:
    """Return the client named as "us/17/1001", or None for another text."""
    service, _slash, client = text.rpartition("/")
    home, client_id = parse_service_ref(service), parse_id(client)
    return ObjectRef(*home, client_id) if home and client_id else None


def parse_object_ref(text: str) -> ObjectRef | None:
    """Return the service or client named as "us/17" or "us/17/1001", or None."""
    service = parse_service_ref(text)
    return ObjectRef(*service) if service else parse_client_ref(text)


def cached_reverse(route: str, *args: object) -> str:
    """Return the path of ``route``; cached, since a page has dozens of links."""
    return _reverse(route, tuple(map(str, args)), get_script_prefix())


@lru_cache(maxsize=4096)
def _reverse(route: str, args: tuple[str, ...], _prefix: str) -> str:
    return reverse(route, args=args)


def compare_path(organization: str, keys: Sequence[str], **more: str) -> str:
    """Return the path of a comparison of objects."""
    path = cached_reverse("compare:index", organization)
    query = urlencode(dict(zip(OPERAND_PARAMS, keys, strict=False)) | more, safe="/@:")
    return f"{path}?{query}" if query else path
