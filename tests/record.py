"""What someone does to the record who may do anything to the database."""

from django.db import connection

UNGUARD = {
    "sqlite": [
        "DROP TRIGGER audit_record_no_update",
        "DROP TRIGGER audit_record_no_delete",
    ],
    "postgresql": ["DROP TRIGGER audit_record_only_grows ON audit_auditrecord"],
}


def unguard() -> None:
    """Drop the triggers that keep the record from being changed."""
    with connection.cursor() as cursor:
        for statement in UNGUARD[connection.vendor]:
            cursor.execute(statement)


SIGNING = "s1:" + "C" * 43 + "="  # a key for checkpoints; without one none is made
