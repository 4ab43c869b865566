"""Search of groups of entries."""

from dataclasses import replace
from itertools import pairwise

import pytest

from tenants.audit.search.entries import search_entries
from tenants.audit.search.filters import EntryFilters
from tenants.audit.search.groups import search_groups
from tenants.authlete.changes import FieldChange
from tenants.authlete.outcome import Outcome
from tests.support.audit_entries import EVE, IDA, NOW, add_entry

pytestmark = pytest.mark.django_db

CHANGES = EntryFilters(effects=("change", "destroy", "reveal"))


def of_page(page):
    return replace(IDA, page_id=page)


def all_pages(filters, size):
    """Return the newest numbers of all groups, a list for each page, and back again."""
    pages = [search_groups(1, filters, size=size, now=NOW)]
    while pages[-1].older:
        pages.append(search_groups(1, filters, pages[-1].older, size=size, now=NOW))
    back = [pages[-1]]
    while back[-1].newer:
        back.append(search_groups(1, filters, back[-1].newer, size=size, now=NOW))
    return [
        [[group.newest for group in page.rows] for page in direction] for direction in (pages, back)
    ]


def test_entries_of_a_page_are_one_group():
    job = of_page("job")
    targets = {"region": "us", "effect": "destroy", "operation": "token.revoke"}
    add_entry(job, "job.started", "change")
    for service in ("17", "18", "18"):
        last = add_entry(job, service=service, **targets)
    add_entry(of_page("other"), "service.update", "change")
    end = add_entry(job, "job.ended", "change", end=Outcome.UNKNOWN)

    group, other = search_groups(1, CHANGES, now=NOW).rows

    assert (group.page, group.newest, group.entry.seq, group.count) == ("job", end, last, 5)
    assert group.outcomes == {Outcome.SUCCEEDED: 4, Outcome.UNKNOWN: 1}
    assert (group.regions, group.service_count, group.client_count) == (["us"], 2, 0)
    assert (other.page, other.count) == ("other", 1)


def test_entries_without_a_page_stay_single():
    seqs = [add_entry(of_page("")), add_entry(of_page(""))]

    assert [group.newest for group in search_groups(1, now=NOW).rows] == seqs[::-1]


def test_only_matching_entries_count():
    change = add_entry(of_page("job"), "service.update", "change")
    add_entry(of_page("job"))
    add_entry(replace(EVE, page_id="job"), "service.update", "change")

    (group,) = search_groups(1, CHANGES, now=NOW).rows

    assert (group.newest, group.count) == (change, 1)


@pytest.mark.parametrize(
    ("values", "expected"), [(((1, 2), (1, 2)), True), (((1, 2), (1, 3)), False)]
)
def test_groups_say_whether_all_changes_are_equal(values, expected):
    for before, after in values:
        changes = [FieldChange("name", before, after)]
        add_entry(of_page("job"), "client.update", "change", changes=changes)

    (group,) = search_groups(1, CHANGES, now=NOW).rows

    assert group.has_equal_changes is expected


@pytest.mark.parametrize("size", [1, 2, 3, 100])
@pytest.mark.parametrize(
    "filters",
    [CHANGES, EntryFilters(), EntryFilters(field="f"), EntryFilters(actor=(IDA.name, "x"))],
    ids=["changes", "all", "field", "actors"],
)
def test_each_group_appears_once(size, filters):
    """Of groups that overlap: one page is in many, and is written to again and again."""
    for number in range(48):
        page = ["long", "", f"page-{number // 5}"][number % 3]
        effect = "read" if number % 7 == 0 else "change"
        changes = [FieldChange("f", 1, number)] if number % 2 else []
        add_entry(of_page(page), "service.update", effect, changes=changes)
    newest: dict[object, int] = {}
    for entry in search_entries(1, filters, size=100, now=NOW).rows:
        newest.setdefault(entry.page or entry.seq, entry.seq)
    expected = sorted(newest.values(), reverse=True)

    there, back = all_pages(filters, size)

    assert [seq for page in there for seq in page] == expected
    assert [seq for page in reversed(back) for seq in page] == expected
    assert all(len(page) == size for page in there[:-1])
    assert all(older < newer for newer, older in pairwise(expected))


def test_large_group_hides_no_other():
    early = add_entry(of_page("early"), "service.update", "change")
    for _ in range(30):
        last = add_entry(of_page("job"), "client.update", "change")

    groups = search_groups(1, CHANGES, size=2, now=NOW).rows

    assert [group.newest for group in groups] == [last, early]
