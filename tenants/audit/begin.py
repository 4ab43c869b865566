"""How a record begins: with a head, and with triggers that let it only grow."""

from django.db.backends.base.base import BaseDatabaseWrapper

from tenants.audit.chain import START, head_mac, ring

ADD_HEAD = """
INSERT INTO audit_audithead (id, seq, link, key, mac) VALUES (1, 0, %s, %s, %s)
"""
GUARDS = {
    "sqlite": [
        f"""
        CREATE TRIGGER audit_record_no_{what} BEFORE {what} ON audit_auditrecord
        BEGIN SELECT RAISE(ABORT, 'the audit record only grows'); END
        """
        for what in ("update", "delete")
    ],
    "postgresql": [
        """
        CREATE OR REPLACE FUNCTION audit_record_only_grows() RETURNS trigger
        LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'the audit record only grows'; END $$
        """,
        """
        CREATE TRIGGER audit_record_only_grows
        BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_auditrecord
        EXECUTE FUNCTION audit_record_only_grows()
        """,
    ],
}

GUARDED = {
    "sqlite": """
        SELECT count(*) = 2 FROM sqlite_master WHERE type = 'trigger'
        AND name IN ('audit_record_no_update', 'audit_record_no_delete')
        """,
    "postgresql": """
        SELECT count(*) = 1 FROM pg_trigger WHERE tgenabled <> 'D'
        AND tgname = 'audit_record_only_grows'
        AND tgrelid = 'audit_auditrecord'::regclass
        """,
}


def begin(connection: BaseDatabaseWrapper) -> None:
    """Give an empty record its head; one without is not whole."""
    name = ring().current
    mac = head_mac(ring()[name], 0, START)
    with connection.cursor() as cursor:
        cursor.execute(ADD_HEAD, (START, name, mac))


def guard(connection: BaseDatabaseWrapper) -> None:
    """Have the database refuse to change or delete a row of the record.

    That stops mistakes. Whoever may drop a trigger is found by ``audit_verify``.
    """
    with connection.cursor() as cursor:
        for statement in GUARDS[connection.vendor]:
            cursor.execute(statement)


def is_guarded(connection: BaseDatabaseWrapper) -> bool:
    """Whether it does."""
    with connection.cursor() as cursor:
        cursor.execute(GUARDED[connection.vendor])
        return bool(cursor.fetchone()[0])
