"""What a database takes and does not keep counts as not recorded."""

import pytest
from django.db import DatabaseError, connection

from console.health import Readiness
from tenants.audit import rows, store
from tenants.audit.models import AuditEntry, AuditHead, AuditRecord
from tenants.audit.verify import verify
from tenants.audit.who import Who
from tenants.authlete.changes import Change
from tenants.authlete.operation import Effect

pytestmark = pytest.mark.django_db


def call():
    changes = [Change("locked", False, True)]
    return rows.intent(Who(0, "", "mia"), "sign_in", Effect.READ, changes=changes)


def swallow(table: str, what: str) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                f"CREATE TRIGGER swallows BEFORE {what} ON {table}"
                " BEGIN SELECT RAISE(IGNORE); END"
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
    ("model", "what"),
    [(AuditRecord, "INSERT"), (AuditEntry, "INSERT"), (AuditHead, "UPDATE")],
)
def test_nothing_goes_on_where_a_row_was_left_out_and_all_heals(model, what):
    store.append([call()])
    heads = AuditHead.objects.values_list()
    before = heads.get()
    swallow(model._meta.db_table, what)

    with pytest.raises(DatabaseError):
        store.append([call()])
    assert Readiness().look()["record"] == "cannot be written"

    assert heads.get() == before
    assert AuditRecord.objects.count() == AuditEntry.objects.count() == 1
    with connection.cursor() as cursor:
        name = "swallows" if connection.vendor == "sqlite" else "a_swallows"
        on = "" if connection.vendor == "sqlite" else f" ON {model._meta.db_table}"
        cursor.execute(f"DROP TRIGGER {name}{on}")
    store.append([call()])
    assert verify().bad is None
