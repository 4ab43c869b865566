"""Parsing of ids and references in URLs."""

import pytest

from console.web.paths import parse_client_ref, parse_id, parse_service_ref

LARGEST = 2**63 - 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("17", 17),
        (str(LARGEST), LARGEST),
        (str(LARGEST + 1), None),
        ("017", None),
        ("0", None),
        ("-1", None),
        ("1\n", None),
        ("\u0661", None),
        ("", None),
    ],
)
def test_ids_are_64_bit_integers(text, expected):
    assert parse_id(text) == expected


@pytest.mark.parametrize(
    ("text", "service", "client"),
    [
        ("us/17", ("us", 17), None),
        ("us/17/1001", None, ("us", 17, 1001)),
        (f"us/17/{LARGEST}", None, ("us", 17, LARGEST)),
        ("bank-eu/17", ("bank-eu", 17), None),
        ("us/", None, None),
        ("/17", None, None),
        ("US/17", None, None),
        ("us/17/", None, None),
        ("us/17/1001/4", None, None),
        ("us/17\n", None, None),
        ("", None, None),
    ],
)
def test_service_and_client_references_are_parsed(text, service, client):
    assert parse_service_ref(text) == service
    assert parse_client_ref(text) == client
