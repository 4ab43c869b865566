"""Create the chain's head and the triggers that make the audit log append-only.

The triggers allow one change: a row's content may become a tombstone, once.
"""

from django.db.backends.base.base import BaseDatabaseWrapper

from tenants.audit.integrity.chain import GENESIS_MAC, compute_head_mac, get_audit_keys
from tenants.audit.integrity.tombstones import TOMBSTONE_PREFIX

INSERT_HEAD_SQL = """
INSERT INTO audit_audithead (id, seq, link, key, mac) VALUES (1, 0, %s, %s, %s)
"""
UNCHANGED_COLUMNS_SQL = " AND ".join(
    f"NEW.{column} = OLD.{column}" for column in "seq entry phase key mac".split()
)
IS_TOMBSTONE_UPDATE_SQL = (
    f"{UNCHANGED_COLUMNS_SQL}"
    f" AND substr(OLD.content, 1, {len(TOMBSTONE_PREFIX)}) <> '{TOMBSTONE_PREFIX}'"
    f" AND substr(NEW.content, 1, {len(TOMBSTONE_PREFIX)}) = '{TOMBSTONE_PREFIX}'"
)
TRIGGER_MESSAGE = "the audit record only grows"
# The condition is part of the function, since a trigger's own condition would have to be
# parsed to be compared.
TRIGGER_FUNCTION_BODY = f"""
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF {IS_TOMBSTONE_UPDATE_SQL} THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION '{TRIGGER_MESSAGE}';
END
"""
CREATE_TRIGGER_SQL = {
    "sqlite": {
        "audit_record_no_update": (
            "CREATE TRIGGER audit_record_no_update BEFORE UPDATE ON audit_auditrecord"
            f" WHEN NOT ({IS_TOMBSTONE_UPDATE_SQL})"
            f" BEGIN SELECT RAISE(ABORT, '{TRIGGER_MESSAGE}'); END"
        ),
        "audit_record_no_delete": (
            "CREATE TRIGGER audit_record_no_delete BEFORE DELETE ON audit_auditrecord"
            f" BEGIN SELECT RAISE(ABORT, '{TRIGGER_MESSAGE}'); END"
        ),
        "audit_record_no_replace": (  # which fires no trigger of a deletion
            "CREATE TRIGGER audit_record_no_replace BEFORE INSERT ON audit_auditrecord"  # noqa: S608
            " WHEN EXISTS (SELECT 1 FROM audit_auditrecord WHERE seq = NEW.seq)"
            f" BEGIN SELECT RAISE(ABORT, '{TRIGGER_MESSAGE}'); END"
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
CREATE_FUNCTION_SQL = (
    "CREATE OR REPLACE FUNCTION audit_record_only_grows() RETURNS trigger"
    f" LANGUAGE plpgsql AS $${TRIGGER_FUNCTION_BODY}$$"
)
DROP_TRIGGER_SQL = {
    "sqlite": "DROP TRIGGER IF EXISTS {name}",
    "postgresql": "DROP TRIGGER IF EXISTS {name} ON audit_auditrecord",
}

# Bits of `pg_trigger.tgtype`: for each row 1, before 2, delete 8, update 16, truncate 32.
TRIGGER_TYPES = {"audit_record_only_buried": 1 + 2 + 16, "audit_record_only_grows": 2 + 8 + 32}
# The installed triggers and their definitions.
SELECT_TRIGGERS_SQL = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": """
        SELECT t.tgname, t.tgtype || p.prosrc
        FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
        WHERE t.tgenabled IN ('O', 'A') AND t.tgrelid = 'audit_auditrecord'::regclass
        AND t.tgqual IS NULL AND t.tgattr::text = ''
        """,
}


def create_chain_head(connection: BaseDatabaseWrapper) -> None:
    """Create the head of an empty audit log."""
    name = get_audit_keys().current
    mac = compute_head_mac(get_audit_keys()[name], 0, GENESIS_MAC)
    with connection.cursor() as cursor:
        cursor.execute(INSERT_HEAD_SQL, (GENESIS_MAC, name, mac))


def install_triggers(connection: BaseDatabaseWrapper) -> None:
    """Install the triggers that refuse updates and deletes of rows.

    Only a tombstone may replace a row's content. The triggers prevent mistakes; audit_verify
    detects changes by an owner who drops them.
    """
    drop_triggers(connection)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(CREATE_FUNCTION_SQL)
        for statement in CREATE_TRIGGER_SQL[connection.vendor].values():
            cursor.execute(statement)


def drop_triggers(connection: BaseDatabaseWrapper) -> None:
    """Drop the triggers."""
    drop = DROP_TRIGGER_SQL[connection.vendor]
    with connection.cursor() as cursor:
        for name in CREATE_TRIGGER_SQL[connection.vendor]:
            cursor.execute(drop.format(name=name))


def has_triggers(connection: BaseDatabaseWrapper) -> bool:
    """Return whether all triggers are installed and unchanged."""
    with connection.cursor() as cursor:
        cursor.execute(SELECT_TRIGGERS_SQL[connection.vendor])
        installed = dict(cursor.fetchall())
    expected = CREATE_TRIGGER_SQL[connection.vendor]
    if connection.vendor == "postgresql":
        expected = {
            name: f"{fires}{TRIGGER_FUNCTION_BODY}" for name, fires in TRIGGER_TYPES.items()
        }
    return expected.items() <= installed.items()
