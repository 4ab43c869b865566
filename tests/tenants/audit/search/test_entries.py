"""Search of entries."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest

from tenants.audit import record_builder
from tenants.audit.actor import Actor
from tenants.audit.models import AuditEntry
from tenants.audit.search.entries import MAX_COUNTED, count_entries, iterate_columns, search_entries
from tenants.audit.search.filters import EntryFilters
from tenants.audit.search.paging import newer_cursor, older_cursor
from tenants.audit.subject_index import fingerprint_subject
from tenants.audit.writer import writer
from tenants.authlete.changes import FieldChange
from tenants.authlete.outcome import Outcome
from tests.support.audit_entries import BO, EVE, IDA, MONTH, NOW, add_entry

pytestmark = pytest.mark.django_db


def positions(filters=EntryFilters(), cursor="", organization=1, **how):  # noqa: B008
    page = search_entries(organization, filters, cursor, now=NOW, **how)
    return [entry.seq for entry in page.rows]


def test_newest_entries_come_first():
    first, second = add_entry(), add_entry()

    assert positions() == [second, first]


def test_other_organizations_are_excluded():
    add_entry(EVE)
    mine = add_entry(changes=[FieldChange("serviceName", "a", "b")])
    add_entry(EVE, changes=[FieldChange("serviceName", "a", "b")])

    assert positions() == positions(EntryFilters(field="serviceName")) == [mine]
    assert count_entries(1) == 1


ODD: dict[str, tuple[Actor, dict[str, Any], Any]] = {
    "actor": (BO, {}, "bo@acme.example"),
    "role": (BO, {}, "auditor"),
    "address": (replace(BO, ip_address="2001:db8::7"), {}, "2001:db8::7"),
    "places": (IDA, {"region": "jp"}, [("jp", "17")]),
    "mark": (IDA, {"subject": "anna"}, fingerprint_subject(1, "anna")),
    "old": (IDA, {"changes": [FieldChange("name", "Ä shop", None)]}, "Ä SHOP"),
    "new": (IDA, {"changes": [FieldChange("a", None, {"b": ["c%_"]})]}, ("C%_", "b")),
    "reason": (IDA, {"reason": "Asked by risk"}, ("risk", "asked")),
    "without": (BO, {}, EntryFilters(actor=IDA.name, field="f", old="x")),
    "region": (IDA, {"region": "jp"}, "jp"),
    "service": (IDA, {"service": "18"}, "18"),
    "client": (IDA, {"client": "5"}, "5"),
    "clients": (IDA, {"region": "jp", "client": "5"}, [("jp", "5")]),
    "subject": (IDA, {"subject": "anna"}, "anna"),
    "object": (IDA, {"object": "bo@acme.example"}, "bo@acme.example"),
    "operation": (IDA, {"operation": "service.update"}, "service.update"),
    "effects": (IDA, {"effect": "destroy"}, ("change", "destroy")),
    "outcomes": (IDA, {"end": Outcome.REJECTED}, ("refused", "unknown")),
    "calls_only": (IDA, {"path": "/api/17/service/get"}, True),
    "field": (IDA, {"changes": [FieldChange("scopes[a].name", 1, 2)]}, "scopes"),
    "ticket": (IDA, {"ticket": "CHG-1"}, "CHG-1"),
    "page": (BO, {}, "page-2"),
    "request": (BO, {}, ("page-2", "nothing")),
    "since": (IDA, {"ago": timedelta(0)}, NOW),
    "until": (IDA, {"ago": timedelta(days=9)}, NOW - timedelta(days=8)),
    "entry": (IDA, {}, ""),
    "code": (IDA, {"code": "A004"}, "A004"),
    "status": (IDA, {"status": 503}, ("404", "5xx")),
    "text": (IDA, {"label": "Retail Banking"}, "banking"),
}


def test_every_filter_is_tested():
    # Of `old` and `new`, and of words; of nothing by themselves.
    more = {"meanings", "people"}
    assert {*ODD} | more == set(EntryFilters.__slots__)


@pytest.mark.parametrize("name", ODD)
def test_filter_finds_its_value(name):
    actor, fields, value = ODD[name]
    ending = {one: fields[one] for one in ("code", "status") if one in fields}
    fields = {one: said for one, said in fields.items() if one not in ending}
    usual: dict[str, Any] = {"ago": timedelta(days=1), "service": "17", "region": "us"}
    add_entry(**usual)
    odd = add_entry(actor, **usual | fields, ending=ending)
    if name == "entry":
        value = AuditEntry.objects.get(seq=odd).entry
    add_entry(**usual)

    assert positions(EntryFilters(**{name: value})) == [odd]
    assert count_entries(1, EntryFilters(**{name: value}), now=NOW) == 1


def test_several_values_of_a_filter_are_alternatives():
    ida, bo = add_entry(service="17"), add_entry(BO, service="18")
    both = add_entry(BO, changes=[FieldChange("a", 1, 2), FieldChange("b", 1, 2)], service="17")
    add_entry(EVE)
    last = add_entry(Actor(4, "di@acme.example", "viewer", 1, "acme"))

    either = EntryFilters(actor=(IDA.name, BO.name))
    assert positions(either) == [both, bo, ida]
    assert positions(either, size=2) == [both, bo]
    assert positions(either, older_cursor(1, bo), size=2) == [ida]
    assert positions(either, newer_cursor(1, ida), size=2) == [both, bo]
    assert positions(EntryFilters(field=("a", "b"))) == [both]
    assert count_entries(1, EntryFilters(field=("a", "b"))) == 1
    assert positions(EntryFilters(role=("admin", "viewer"))) == [last, ida]


@pytest.mark.parametrize("size", [2, 3, 9])
def test_pages_cover_all_entries_in_order(size):
    expected = [
        add_entry(actor, effect=effect, changes=[FieldChange("a", 1, 2)])
        for actor, effect in product((IDA, BO), ("read", "destroy", "reveal"))
    ]
    add_entry(EVE)
    for filters in (
        EntryFilters(),
        EntryFilters(actor=(IDA.name, BO.name)),
        EntryFilters(effects=("destroy", "reveal")),
        EntryFilters(field="a", role="auditor"),
    ):
        read = iterate_columns(1, filters, ["seq", "actor"], size=size)
        listed = [row for page in read for row in page]
        rows = search_entries(1, filters).rows
        assert listed == [(entry.seq, entry.actor) for entry in rows]
        assert set(dict(listed)) <= {*expected}


def test_rare_effects_are_found_in_order():
    first = add_entry(effect="destroy")
    add_entry(effect="change")
    second, third = add_entry(effect="reveal"), add_entry(effect="destroy")
    add_entry()
    seldom = EntryFilters(effects=("destroy", "reveal"))

    assert positions(seldom) == [third, second, first]
    assert positions(seldom, newer_cursor(1, first)) == [third, second]


def test_excluded_values_are_not_found():
    change = [FieldChange("scopes[x].name", "old words", "new words")]
    add_entry(BO, subject="anna", changes=change)
    for without in (
        EntryFilters(mark=fingerprint_subject(1, "anna") or ""),
        EntryFilters(field=("scopes", "name")),
        EntryFilters(old="OLD", new="new"),
        EntryFilters(role="viewer", actor=BO.name),
        EntryFilters(places=[("us", "1"), ("", "")]),
        EntryFilters(outcomes=("done",)),
    ):
        assert positions(EntryFilters(without=without)) == [], without

    assert len(positions(EntryFilters(without=EntryFilters(old="new", field="other")))) == 1


def test_each_excluded_value_applies_alone():
    add_entry(changes=[FieldChange("a", "x", "y")])
    other = add_entry(changes=[FieldChange("b", "z", "z")])

    assert positions(EntryFilters(without=EntryFilters(old="x", new="z"))) == []
    assert positions(EntryFilters(without=EntryFilters(old=("x", "none")))) == [other]
    assert positions(EntryFilters(without=EntryFilters(field="c", old="x"))) == [other]
    assert positions(EntryFilters(without=EntryFilters(request=("page-1", "x")))) == []


def test_request_filter_matches_entry_or_page():
    first, second = add_entry(), add_entry(BO)
    add_entry(Actor(3, "di@acme.example", "viewer", 1, "acme", "page-3"))
    entry_id = AuditEntry.objects.get(seq=first).entry

    assert positions(EntryFilters(request=(entry_id, "page-2"))) == [second, first]
    assert positions(EntryFilters(request=(entry_id, "page-2"), page="page-1")) == [first]
    assert positions(EntryFilters(request=(entry_id, "page-2"), page="page-3")) == []


@pytest.mark.parametrize("query", ["ärger", "ÄRGER", "Ärger"])
def test_search_ignores_case(query):
    seq = add_entry(reason="Ärger mit PKCE", changes=[FieldChange("a", "ärger", "ÄRGER")])

    assert positions(EntryFilters(text=query, reason=query, old=query, new=query)) == [seq]


def test_old_and_new_belong_to_one_change():
    two = [FieldChange("a.b", "x", "y"), FieldChange("ab", "y", "x")]
    seq = add_entry(changes=two)

    assert positions(EntryFilters(old="x", new="y")) == [seq]
    assert positions(EntryFilters(field="a", old="x", new="y")) == [seq]
    assert positions(EntryFilters(field="a", old="y")) == []
    assert positions(EntryFilters(field="ab", old="y")) == [seq]


def test_all_filters_must_hold():
    change = [FieldChange("scopes", 1, 2)]
    add_entry(service="17", changes=change)
    both = add_entry(BO, service="17", changes=change)
    add_entry(BO, service="18", changes=change)

    assert positions(EntryFilters(actor=BO.name, service="17", field="scopes")) == [both]


@pytest.mark.parametrize("name", ["label", "reason", "ticket", "actor"])
def test_text_is_searched_in_each_column(name):
    fields = {} if name == "actor" else {name: "because of BO@acme, 100%_sure"}
    odd = add_entry(BO if name == "actor" else IDA, **fields)
    add_entry()

    assert positions(EntryFilters(text="bo@ACME")) == [odd]
    assert positions(EntryFilters(text="100%_")) == ([] if name == "actor" else [odd])


def test_open_call_becomes_unknown():
    awaited = add_entry(end=None, ago=timedelta(seconds=30))
    left = add_entry(end=None, ago=timedelta(seconds=90))
    entry = add_entry(end=Outcome.UNKNOWN)

    assert positions(EntryFilters(outcomes=("open",))) == [awaited]
    assert positions(EntryFilters(outcomes=("unknown",))) == [entry, left]
    assert positions(EntryFilters(outcomes=("open", "unknown"))) == [entry, left, awaited]
    assert positions(EntryFilters(outcomes=("done", "open"))) == [awaited]


def test_entry_has_an_outcome(time_machine):
    add_entry(end=None)
    time_machine.move_to(NOW + timedelta(seconds=30), tick=False)
    assert AuditEntry.objects.get().effective_outcome == Outcome.OPEN

    time_machine.move_to(NOW + timedelta(seconds=71), tick=False)
    assert AuditEntry.objects.get().effective_outcome == Outcome.UNKNOWN
    assert AuditEntry.objects.get().outcome == ""


# Pages


@pytest.fixture(
    params=[EntryFilters(), EntryFilters(field="scopes"), EntryFilters(effects=["change"])]
)
def seven(request):
    """Seven entries, what finds them, and others between them."""
    seqs = []
    for number in range(7):
        add_entry(EVE, effect="change", changes=[FieldChange("scopes", 1, 2)])
        seqs.append(add_entry(effect="change", changes=[FieldChange("scopes", 1, number)]))
    return seqs[::-1], request.param


def test_cursors_lead_to_the_end_and_back(seven):
    seqs, filters = seven
    pages = [search_entries(1, filters, size=3)]
    while pages[-1].older:
        pages.append(search_entries(1, filters, pages[-1].older, size=3))

    assert [[e.seq for e in page.rows] for page in pages] == [seqs[:3], seqs[3:6], seqs[6:]]

    back = [pages.pop()]
    while back[-1].newer:
        back.append(search_entries(1, filters, back[-1].newer, size=3))
    assert [[e.seq for e in page.rows] for page in back] == [seqs[6:], seqs[3:6], seqs[:3]]
    assert back[-1].older


def test_exactly_full_page_is_the_last(seven):
    seqs, filters = seven

    page = search_entries(1, filters, size=7)

    assert ([e.seq for e in page.rows], page.older, page.newer) == (seqs, "", "")


def test_new_entries_do_not_shift_pages():
    old = [add_entry() for _ in range(4)]
    page = search_entries(1, size=2)
    add_entry()

    assert positions(cursor=page.older, size=2) == [old[1], old[0]]


@pytest.mark.parametrize("cursor", ["x", "o", "oxyz", "o-1", "o0", "n" + "f" * 20, "1"])
def test_invalid_cursor_is_the_first_page(cursor):
    seq = add_entry()

    assert positions(cursor=cursor) == [seq]


def test_empty_page_has_no_cursors():
    page = search_entries(1)

    assert (page.rows, page.older, page.newer) == ([], "", "")


def test_count_stops_at_its_limit():
    row = record_builder.build_intent(IDA, "service.get", "read")
    many = [
        record_builder.build_intent(IDA, "service.get", "read") for _ in range(MAX_COUNTED + 100)
    ]
    writer.write([row, *many])

    assert count_entries(1) == MAX_COUNTED + 1
    assert count_entries(1, EntryFilters(outcomes=("done",))) == 0


# Times


def test_unindexed_search_covers_a_month():
    add_entry(region="jp", ago=timedelta(days=31))
    seq = add_entry(region="jp", ago=timedelta(days=29))

    page = search_entries(1, EntryFilters(region="jp"), now=NOW)
    assert [e.seq for e in page.rows] == [seq]
    assert page.horizon == NOW - MONTH


@pytest.mark.parametrize(
    ("filters", "horizon"),
    [
        (EntryFilters(role="admin"), NOW - MONTH),
        (EntryFilters(text="x", effects=["change"]), NOW - MONTH),
        (
            EntryFilters(text="x", until=datetime(2026, 1, 31, tzinfo=UTC)),
            datetime(2026, 1, 1, tzinfo=UTC),
        ),
        (EntryFilters(text="x", since=NOW - 9 * MONTH), None),
        (EntryFilters(text="x", service="17"), None),
        (EntryFilters(region="us", field="scopes"), None),
        (EntryFilters(operation="service.get", outcomes=["open"]), None),
        (EntryFilters(address="192.0.2.41", effects=["change"]), None),
        (EntryFilters(status=("404", "5xx")), None),
        (EntryFilters(status=("404", "2xx")), NOW - MONTH),
        (EntryFilters(), None),
    ],
)
def test_search_reports_its_horizon(filters, horizon):
    assert search_entries(1, filters, now=NOW).horizon == horizon


def test_time_filter_tolerates_clock_differences():
    """Rows are in the order of writing; one process was a day behind."""
    for _ in range(600):
        add_entry(EVE, ago=timedelta(days=3))
    late = [add_entry(ago=timedelta(days=1, minutes=n)) for n in range(3)]
    today = add_entry(ago=timedelta(hours=1))
    wrong = add_entry(ago=timedelta(days=3))
    yesterday = NOW - timedelta(days=2), NOW - timedelta(hours=12)

    assert positions(EntryFilters(since=yesterday[0], until=yesterday[1])) == late[::-1]
    assert positions(EntryFilters(until=yesterday[0])) == [wrong]
    assert positions(EntryFilters(since=yesterday[1])) == [today]
    assert positions(EntryFilters(until=NOW - timedelta(days=9))) == []
