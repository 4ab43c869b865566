-- The roles of the console and the worker (docs/how-to/deploy.md). Run it as the owner of the
-- tables after each `migrate`; repeating it changes nothing. `migrate` creates the extension
-- pg_trgm: where the owner of the tables may not, create it as an administrator before.

-- The console can add audit entries, but not change or remove any, and creates no tables.
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'meridian_console') THEN
    CREATE ROLE meridian_console LOGIN;
  END IF;
END $$;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO meridian_console;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO meridian_console;
REVOKE UPDATE, DELETE ON audit_auditrecord, audit_auditfield FROM meridian_console;
REVOKE UPDATE, DELETE ON audit_auditcheckpoint FROM meridian_console;
REVOKE DELETE ON audit_auditentry, audit_auditblock, audit_checkpointprogress FROM meridian_console;
REVOKE INSERT, DELETE ON audit_audithead FROM meridian_console;
REVOKE UPDATE, DELETE ON versions_content FROM meridian_console;
REVOKE DELETE ON versions_version FROM meridian_console;
REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM meridian_console;

-- The worker can also apply retention: replace old audit entries by tombstones.
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'meridian_retention') THEN
    CREATE ROLE meridian_retention LOGIN IN ROLE meridian_console;
  END IF;
END $$;
GRANT UPDATE (content) ON audit_auditrecord TO meridian_retention;
GRANT DELETE ON audit_auditentry, audit_auditfield TO meridian_retention;
GRANT DELETE ON versions_version, versions_content TO meridian_retention;
