"""The settings that the words of a search name."""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from django.utils.functional import Promise

from tenants.authlete.documents import client as client_document
from tenants.authlete.documents import service as service_document


class NamedSetting(NamedTuple):
    """A setting, and the text by which it is found."""

    is_client: bool
    section: str
    name: str
    label: str | Promise
    text: str


def name_settings(words: Sequence[str]) -> list[tuple[NamedSetting, list[str]]]:
    """Return the settings that ``words`` name and the other words, best matches first.

    A setting is named by its API name, or by two words or more of its label.
    """
    matches = []
    for setting in _setting_texts():
        rest = [word for word in words if f" {word}" not in setting.text]
        is_api_name = any(word == setting.name.replace("_", "") for word in words)
        if len(words) - len(rest) >= 2 or is_api_name:
            matches.append((setting, rest))
    return sorted(matches, key=lambda match: len(match[1]))


@cache
def _setting_texts() -> list[NamedSetting]:
    """Return each setting that is no secret."""
    return [
        NamedSetting(
            is_client,
            slug,
            setting.name,
            setting.label,
            f" {setting.label} {setting.api_name}".lower(),
        )
        for is_client, sections in (
            (False, service_document.SECTIONS),
            (True, client_document.SECTIONS),
        )
        for slug, section in sections.items()
        for setting in section.settings()
        if not setting.input_type.is_secret
    ]
