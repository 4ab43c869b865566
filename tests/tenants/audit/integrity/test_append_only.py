"""The database itself keeps the record from being changed."""

import pytest

from tenants.audit.actor import Actor
from tenants.audit.integrity.verify import verify_audit_log
from tenants.audit.models import AuditEntry
from tenants.audit.recorder import AuditLogSink
from tenants.authlete.audit_sink import CallIntent
from tenants.authlete.operation import Operation

CHANGING = """
from django.db import DatabaseError
audited()
def tried(statement):
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
    except DatabaseError as error:
        return "only grows" in str(error)
statements = ["UPDATE audit_auditrecord SET content = '{}' WHERE seq = 1",
              "DELETE FROM audit_auditrecord WHERE seq = 2",
              "DELETE FROM audit_auditrecord"]
if connection.vendor == "postgresql":
    statements.append("TRUNCATE audit_auditrecord")
else:
    statements.append("INSERT OR REPLACE INTO audit_auditrecord"
                      " SELECT 1, entry, phase, content, key, mac"
                      " FROM audit_auditrecord WHERE seq = 2")
print({tried(statement) for statement in statements})
audited()
print(verify_audit_log().first_bad_row, AuditRecord.objects.count())
"""


def test_refuses_to_change_or_delete_a_row(isolated_database):
    assert isolated_database.run_code(CHANGING).stdout.split("\n")[:2] == ["{True}", "None 4"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2])
def test_a_test_with_transactions_of_its_own_has_a_record(turn):
    AuditLogSink(Actor(1, "ida")).record_intents(
        [CallIntent(Operation("o", "GET", "/", dict), "us", "/")]
    )

    assert AuditEntry.objects.count() == 1
    assert verify_audit_log().first_bad_row is None
