"""Threat: a search with many wildcards holds a process for minutes."""

from time import perf_counter

import pytest

from console.inventory.sync import sync_organization
from console.lists.search_values import PatternTest
from tenants.organizations.roles import Role
from tests.support.clients import make_client

LONG_TEXT = "a" * 1_000
HOSTILE_PATTERN = "*a" * 12 + "*b"
MAX_SECONDS = 5


@pytest.mark.parametrize(
    "path",
    [
        "clients/?q=description:{}",
        "clients/?q=redirect:{}",
        "services/us/17/clients/?q=description:{}",
        "services/?q=description:{}",
    ],
)
def test_pattern_with_many_wildcards_is_fast(acme, sandbox, member, path):
    uris = [f"https://{'a' * 63}.{'a' * 63}.{'a' * 63}.example/"]
    sandbox.clients[44] = make_client(44, description=LONG_TEXT, redirectUris=uris)
    sandbox.services[17] |= {"description": LONG_TEXT, "modifiedAt": 5}
    sync_organization(acme)
    browser = member(Role.VIEWER)

    started = perf_counter()
    response = browser.get(f"/acme/{path.format(HOSTILE_PATTERN)}")

    assert response.status_code == 200
    assert perf_counter() - started < MAX_SECONDS


@pytest.mark.parametrize(
    ("pattern", "is_match"),
    [
        ("ab*", True),
        ("*bca", True),
        ("*b*b*", True),
        ("A*C*a", True),
        ("abcb*bca", False),
        ("*c*c*c*", False),
        ("b*", False),
        ("*b", False),
        ("abcbc", False),
        ("**", True),
    ],
)
def test_pattern_matches_whole_texts(pattern, is_match):
    assert PatternTest(pattern).matches(["abcbca"]) is is_match
