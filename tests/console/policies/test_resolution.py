"""The narrowest policy wins, field by field; ticket formats are matched exactly."""

import pytest

from console.models import Policy
from console.models.policies import PolicySet
from console.models.ticket_links import ticket_url
from console.models.ticket_patterns import list_examples, matches_pattern


def test_narrower_policy_wins_field_by_field(settings):
    settings.SECRET_MAX_AGE_DAYS = 365
    policies = PolicySet(
        [
            Policy(ticket_required=True, ticket_pattern="CHG-####"),
            Policy(region="us", max_secret_age_days=180),
            Policy(region="us", service_id=17, ticket_required=False),
        ]
    )

    service, region, other = (
        policies.resolve("us", 17),
        policies.resolve("us", 18),
        policies.resolve("eu", 17),
    )
    assert (service.ticket_required, region.ticket_required) == (False, True)
    assert (service.max_secret_age_days, region.max_secret_age_days) == (180, 180)
    assert (other.max_secret_age_days, other.ticket_pattern) == (365, "CHG-####")


@pytest.mark.parametrize(
    ("pattern", "matching", "other"),
    [
        ("CHG-####", ["CHG-2107"], ["CHG-210", "CHG-21070", "chg-2107", "CHG-210x", ""]),
        ("@@-*", ["ab-1", "AB-x-9"], ["a1-1", "ab-", "ab-x y", "äb-1"]),
        ("INC*|CHG-#", ["INC-7", "CHG-1"], ["INC", "CHG-", "INC-7|CHG-1"]),
        ("*-*-*9", ["a-b-19", "1-2-3-99"], ["a-b-c", "a-b"]),
    ],
)
def test_pattern_describes_the_whole_ticket(pattern, matching, other):
    assert all(matches_pattern(pattern, ticket) for ticket in matching)
    assert not any(matches_pattern(pattern, ticket) for ticket in other)
    assert all(matches_pattern(pattern, example) for example in list_examples(pattern))


def test_many_wildcards_are_matched_fast():
    assert not matches_pattern("*-" * 30, "-" * 59 + "x")


def test_ticket_is_quoted_in_its_link():
    template = "https://tickets.example/browse/{ticket}?from=console"

    url = ticket_url(template, "../admin?a=b#c ü")
    assert url == "https://tickets.example/browse/..%2Fadmin%3Fa%3Db%23c%20%C3%BC?from=console"
    assert not ticket_url("https://{ticket}/", "evil.example")
    assert not ticket_url("javascript:alert({ticket})", "1")
