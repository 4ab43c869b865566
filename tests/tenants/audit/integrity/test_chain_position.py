"""The position of an entry in the chain."""

from typing import Any

import pytest

from tenants.audit import record_builder
from tenants.audit.actor import Actor
from tenants.audit.integrity.chain import get_audit_keys
from tenants.audit.integrity.chain_position import find_position
from tenants.audit.models import AuditEntry, AuditRecord
from tenants.audit.writer import writer
from tenants.authlete.outcome import Outcome
from tests.support.audit_tampering import drop_append_only_triggers

pytestmark = pytest.mark.django_db

IDA = Actor(1, "ida@acme.example", "admin", 1, "acme")


def add_entry(*, ended=True):
    row = record_builder.build_intent(IDA, "service.update", "change", label="Shop")
    ending = [record_builder.build_outcome(row.entry, Outcome.SUCCEEDED)] if ended else []
    writer.write([row, *ending])
    return AuditEntry.objects.get(entry=row.entry)


def links(entry: AuditEntry) -> Any:
    """The links around an entry, in the order of their numbers, and its outcome's."""
    position = find_position(entry)
    return position.before, position.entry, position.after, position.outcome


def test_neighboring_rows_are_found():
    add_entry()
    entry = add_entry()
    add_entry()

    position_links = links(entry)

    assert [link.matches for link in position_links] == [True] * 4
    macs = dict(AuditRecord.objects.values_list("seq", "mac"))
    assert [link.mac for link in position_links] == [macs[number] for number in (2, 3, 4, 4)]


def test_single_row_has_no_neighbors():
    before, own, after, outcome = links(add_entry(ended=False))

    assert (before, after, outcome) == (None, None, None)
    assert own.matches


@pytest.mark.parametrize(
    ("seq", "case", "matches"),
    [
        (2, {"mac": "0" * 64}, [False, False, True, True]),
        (3, {"content": "{}"}, [True, False, True, True]),
        (3, {"content": "[1]"}, [True, False, True, True]),
        (4, {"content": "{}"}, [True, True, False, False]),
        (4, {"mac": "0" * 64}, [True, True, False, False]),
    ],
)
def test_changed_row_does_not_match(seq, case, matches):
    add_entry()
    entry = add_entry()
    drop_append_only_triggers()
    AuditRecord.objects.filter(seq=seq).update(**case)

    assert [link.matches for link in links(entry)] == matches


@pytest.mark.parametrize(
    ("column", "value", "matches"),
    [("label", "Bank", [False, True]), ("status", 500, [True, False])],
)
def test_changed_entry_does_not_match(column, value, matches):
    entry = add_entry()
    AuditEntry.objects.filter(seq=entry.seq).update(**{column: value})

    _before, own, _after, outcome = links(AuditEntry.objects.get())

    assert [own.matches, outcome.matches] == matches


def test_missing_row_does_not_match():
    add_entry()
    entry = add_entry()
    drop_append_only_triggers()
    AuditRecord.objects.filter(seq__in=(2, 4)).delete()

    before, own, _after, outcome = links(entry)

    assert (before.matches, before.digest) == (False, "–")
    assert own.matches is False
    assert outcome.matches is False


def test_row_of_an_unknown_key_is_not_judged(settings):
    entry = add_entry()
    settings.AUDIT_KEYS = settings.AUDIT_KEYS.replace(get_audit_keys().current, "other")

    assert find_position(entry).entry.matches is None
