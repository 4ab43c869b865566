"""How a record begins: with a head, and with triggers that let it only grow.

One thing is let through: a row's content may become a tombstone, once.
"""

from django.db.backends.base.base import BaseDatabaseWrapper

from tenants.audit.chain import START, head_mac, ring
from tenants.audit.gone import BEGINS

ADD_HEAD = """
INSERT INTO audit_audithead (id, seq, link, key, mac) VALUES (1, 0, %s, %s, %s)
"""
SAME = " AND ".join(
    f"NEW.{one} = OLD.{one}" for one in "seq entry phase key mac".split()
)
BURIED = (
    f"{SAME} AND substr(OLD.content, 1, {len(BEGINS)}) <> '{BEGINS}'"
    f" AND substr(NEW.content, 1, {len(BEGINS)}) = '{BEGINS}'"
)
REFUSED = "the audit record only grows"
# The condition stands in here and not at the trigger, where it could be told from
# another only by parsing it.
FUNCTION = f"""
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF {BURIED} THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION '{REFUSED}';
END
"""
GUARDS = {
    "sqlite": {
        "audit_record_no_update": (
            "CREATE TRIGGER audit_record_no_update BEFORE UPDATE ON audit_auditrecord"
            f" WHEN NOT ({BURIED}) BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
        ),
        "audit_record_no_delete": (
            "CREATE TRIGGER audit_record_no_delete BEFORE DELETE ON audit_auditrecord"
            f" BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
        ),
        "audit_record_no_replace": (  # which fires no trigger of a deletion
            "CREATE TRIGGER audit_record_no_replace BEFORE INSERT ON audit_auditrecord"  # noqa: S608
            " WHEN EXISTS (SELECT 1 FROM audit_auditrecord WHERE seq = NEW.seq)"
            f" BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
        ),
    },
    "postgresql": {
        "audit_record_only_buried": (
            "CREATE TRIGGER audit_record_only_buried BEFORE UPDATE ON audit_auditrecord"
            " FOR EACH ROW EXECUTE FUNCTION audit_record_only_grows()"
        ),
        "audit_record_only_grows": (
            "CREATE TRIGGER audit_record_only_grows"
            " BEFORE DELETE OR TRUNCATE ON audit_auditrecord"
            " EXECUTE FUNCTION audit_record_only_grows()"
        ),
    },
}
MAKE_FUNCTION = (
    "CREATE OR REPLACE FUNCTION audit_record_only_grows() RETURNS trigger"
    f" LANGUAGE plpgsql AS $${FUNCTION}$$"
)
DROP = {
    "sqlite": "DROP TRIGGER IF EXISTS {name}",
    "postgresql": "DROP TRIGGER IF EXISTS {name} ON audit_auditrecord",
}

# When each fires, as `pg_trigger.tgtype` tells it: for each row 1, before 2; delete 8,
# update 16, truncate 32.
FIRES = {"audit_record_only_buried": 1 + 2 + 16, "audit_record_only_grows": 2 + 8 + 32}
# Those that there are, and what each does, as far as the database tells it.
FOUND = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": """
        SELECT t.tgname, t.tgtype || p.prosrc
        FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
        WHERE t.tgenabled IN ('O', 'A') AND t.tgrelid = 'audit_auditrecord'::regclass
        AND t.tgqual IS NULL AND t.tgattr::text = ''
        """,
}


def begin(connection: BaseDatabaseWrapper) -> None:
    """Give an empty record its head; one without is not whole."""
    name = ring().current
    mac = head_mac(ring()[name], 0, START)
    with connection.cursor() as cursor:
        cursor.execute(ADD_HEAD, (START, name, mac))


def guard(connection: BaseDatabaseWrapper) -> None:
    """Have the database refuse to change or delete a row of the record, but for
    putting a tombstone in place of what it says.

    That stops mistakes. Whoever may drop a trigger is found by ``audit_verify``.
    """
    unguard(connection)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(MAKE_FUNCTION)
        for statement in GUARDS[connection.vendor].values():
            cursor.execute(statement)


def unguard(connection: BaseDatabaseWrapper) -> None:
    """Have it refuse nothing, which only `guard` and tests need."""
    drop = DROP[connection.vendor]
    with connection.cursor() as cursor:
        for name in GUARDS[connection.vendor]:
            cursor.execute(drop.format(name=name))


def is_guarded(connection: BaseDatabaseWrapper) -> bool:
    """Whether it refuses all of that."""
    with connection.cursor() as cursor:
        cursor.execute(FOUND[connection.vendor])
        found = dict(cursor.fetchall())
    wanted = GUARDS[connection.vendor]
    if connection.vendor == "postgresql":
        wanted = {name: f"{fires}{FUNCTION}" for name, fires in FIRES.items()}
    return wanted.items() <= found.items()
