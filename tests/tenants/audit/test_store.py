"""Rows that the database doesn't store count as not recorded."""

from dataclasses import replace

import pytest
from django.db import DatabaseError, connection

from console.ops.health import ReadinessCheck
from tenants.audit import record_builder, store
from tenants.audit.actor import Actor
from tenants.audit.integrity.verify import verify_audit_log
from tenants.audit.models import AuditBlock, AuditEntry, AuditField, AuditHead, AuditRecord
from tenants.audit.store import write_failures
from tenants.authlete.changes import FieldChange
from tenants.authlete.operation import Effect
from tenants.authlete.outcome import Outcome

pytestmark = pytest.mark.django_db


def call():
    changes = [FieldChange("locked", False, True)]
    intent = record_builder.build_intent(
        Actor(0, "", "mia"), "sign_in", Effect.READ, changes=changes
    )
    return [intent, record_builder.build_outcome(intent.entry, Outcome.SUCCEEDED)]


def swallow(table: str, what: str) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                f"CREATE TRIGGER swallows BEFORE {what} ON {table} BEGIN SELECT RAISE(IGNORE); END"
            )
            return
        cursor.execute(
            "CREATE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RETURN NULL; END $$"
        )
        cursor.execute(
            f"CREATE TRIGGER a_swallows BEFORE {what} ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION swallow()"
        )


@pytest.mark.parametrize(
    ("model", "case"),
    [
        (AuditRecord, "INSERT"),
        (AuditEntry, "INSERT"),
        (AuditEntry, "UPDATE"),
        (AuditField, "INSERT"),
        (AuditBlock, "INSERT"),
        (AuditBlock, "UPDATE"),
        (AuditHead, "UPDATE"),
    ],
)
def test_missing_row_stops_writing_until_restored(model, case):
    store.append_records(call())
    heads = AuditHead.objects.values_list()
    before = heads.get()
    swallow(model._meta.db_table, case)

    with pytest.raises(store.RowsDroppedError):
        store.append_records(call())
    assert write_failures
    assert ReadinessCheck().results()["audit_log"] == "not writable"

    assert heads.get() == before
    assert (AuditRecord.objects.count(), AuditEntry.objects.count()) == (2, 1)
    with connection.cursor() as cursor:
        name = "swallows" if connection.vendor == "sqlite" else "a_swallows"
        on = "" if connection.vendor == "sqlite" else f" ON {model._meta.db_table}"
        cursor.execute(f"DROP TRIGGER {name}{on}")
    store.append_records(call())
    assert not write_failures
    assert verify_audit_log().first_bad_row is None


def test_invalid_row_does_not_break_the_log():
    bad = [replace(call()[0], attempt=-(2**40))]

    with pytest.raises(DatabaseError) as refused:
        store.append_records(bad)

    assert not isinstance(refused.value, store.RowsDroppedError)
    assert not write_failures


def test_outcome_of_a_missing_entry_is_stored():
    deleted, stored = call(), call()
    store.append_records([deleted[0], stored[0]])
    AuditField.objects.all().delete()
    AuditEntry.objects.filter(entry=deleted[0].entry).delete()

    store.append_records([deleted[1], stored[1]])

    assert AuditRecord.objects.filter(phase="outcome").count() == 2
    assert AuditEntry.objects.get().outcome == "done"
