"""The database refuses changes of the audit log."""

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


def test_database_refuses_updates_and_deletions(isolated_database):
    assert isolated_database.run_code(CHANGING).stdout.split("\n")[:2] == ["{True}", "None 4"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2])
def test_transactional_tests_have_an_audit_log(turn):
    AuditLogSink(Actor(1, "ida")).record_intents(
        [CallIntent(Operation("o", "GET /", dict), "us", "/")]
    )

    assert AuditEntry.objects.count() == 1
    assert verify_audit_log().first_bad_row is None
