"""Budgets of the journeys: clicks and page loads, and a table of what tests counted.

Counting starts signed in, on the person's home page. A click, or a key that activates
something, counts one; typing counts nothing. A load is that of a whole document.
"""

from dataclasses import dataclass

import pytest

PROPERTY = "journey"


@dataclass(frozen=True)
class Budget:
    """The most clicks and loads that a journey may take."""

    title: str
    clicks: int
    loads: int


BUDGETS = {
    "A1": Budget("Rotate a client secret without downtime", 8, 2),
    "A2": Budget("Require PKCE with S256 for a service", 6, 3),
    "A3": Budget("Compare with a twin and promote three settings", 9, 4),
    "A4": Budget("Find clients by redirect host and lock them", 6, 3),
    "A5": Budget("Undo a change", 3, 3),
    "H1": Budget("Look up a user's connected apps", 1, 1),
    "H2": Budget("Revoke one app of a user", 3, 1),
    "H3": Budget("Revoke everything of a user, with a receipt", 4, 2),
    "H4": Budget("Look up a leaked token and revoke it", 4, 2),
    "H5": Budget("Find an earlier revocation", 2, 2),
    "U1": Budget("Find who changed a setting", 2, 2),
    "U2": Budget("Export a quarter's destructive actions", 5, 3),
    "U3": Budget("Verify the audit log", 1, 1),
    "U4": Budget("Export the access review of a day", 3, 2),
    "U5": Budget("See a service as of a day, and compare", 4, 3),
}


@pytest.fixture
def assert_budget(record_property):
    """Return a function that checks what a `Mouse` or `Keyboard` counted for a journey.

    ``more`` allows further clicks, such as those of confirming the identity.
    """

    def check(journey, hand, *, more=0):
        budget = BUDGETS[journey]
        record_property(PROPERTY, [journey, hand.clicks, hand.loads, more])
        assert hand.clicks <= budget.clicks + more
        assert hand.loads <= budget.loads

    return check


def pytest_terminal_summary(terminalreporter):
    """Print the most that any test counted for each journey."""
    counts: dict[str, tuple[int, int]] = {}
    for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed"):
        for name, value in report.user_properties:
            if name == PROPERTY and report.when == "call" and not value[3]:
                clicks, loads = counts.get(value[0], (0, 0))
                counts[value[0]] = (max(clicks, value[1]), max(loads, value[2]))
    if not counts:
        return
    terminalreporter.section("journeys")
    terminalreporter.line("| Journey | Clicks | Budget | Page loads | Budget |")
    terminalreporter.line("|---|---|---|---|---|")
    for journey, (clicks, loads) in sorted(counts.items()):
        budget = BUDGETS[journey]
        terminalreporter.line(
            f"| {journey} {budget.title} | {clicks} | {budget.clicks} | {loads} | {budget.loads} |"
        )
