"""Answer the probes ``/healthz`` (the process is up) and ``/readyz`` (it can serve pages).

The middleware is the first, since probes use plain HTTP, any host name and no session.
The responses contain no secrets.
"""

import threading
from collections.abc import Callable
from math import inf
from time import monotonic

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse

from console.models import Webhook
from console.models.webhooks import late_webhooks
from console.ops.draining import is_draining
from tenants.audit import record_builder, store
from tenants.audit.actor import Actor
from tenants.audit.integrity import anchors
from tenants.audit.integrity.lost_keys import load_lost_keys
from tenants.authlete.changes import FieldChange
from tenants.authlete.operation import Effect
from tenants.authlete.outcome import Outcome
from tenants.crypto.key_ring import KeyNotFoundError
from tenants.crypto.sealed_columns import SEALED_COLUMNS
from tenants.jobs import queue
from tenants.outbound import mail

RESULT_TTL_SECONDS = 1.0  # a check costs a write, so probes share its result
VAULT_TTL_SECONDS = 60.0  # between searches for lost keys, which scan tables
LOCK_TIMEOUT_SECONDS = 2.0  # that a probe waits for a running check
OK = "ok"
# Reported, but pages work without them.
OPTIONAL = WORKER, WEBHOOKS, VAULT, MAIL, ROLE, CHAIN = (
    "worker",
    "webhooks",
    "vault",
    "mail",
    "role",
    "chain",
)

UNREADABLE_TABLES_SQL = """
SELECT count(*) FROM pg_class
WHERE relkind = 'r' AND pg_table_is_visible(oid) AND relname = ANY(%s)
  AND NOT has_table_privilege(oid, 'SELECT')
"""


class HealthMiddleware:
    """Answers probes before any other middleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self._readiness = ReadinessCheck()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        match request.path_info:
            case "/healthz":
                return _plain_text(OK)
            case "/readyz":
                return self._readyz()
            case _:
                return self.get_response(request)

    def _readyz(self) -> HttpResponse:
        if is_draining():
            return _plain_text("server: stopping", status=503)
        results = self._readiness.results()
        is_ready = all(text == OK for part, text in results.items() if part not in OPTIONAL)
        lines = "\n".join(f"{part}: {result}" for part, result in results.items())
        return _plain_text(lines, status=200 if is_ready else 503)


class ReadinessCheck:
    """Checks of everything that pages need, run by one thread at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._results: dict[str, str] = {}
        self._expires_at = 0.0
        self._migrated = False  # once true it stays so
        self._vault_result, self._vault_expires_at = "", 0.0

    def results(self) -> dict[str, str]:
        """Return ``ok`` or the problem of each part."""
        # A database that hangs must not block all threads.
        if not self._lock.acquire(timeout=LOCK_TIMEOUT_SECONDS):
            return {"database": "timeout"}
        try:
            if monotonic() >= self._expires_at:
                self._results = self._run_checks()
                self._expires_at = monotonic() + RESULT_TTL_SECONDS
            return self._results
        finally:
            self._lock.release()

    def _run_checks(self) -> dict[str, str]:
        """Run the checks up to the first that fails, as each depends on those before it."""
        results: dict[str, str] = {}
        parts = {
            "database": _check_database,
            "migrations": self._check_migrations,
            "audit_log": _check_audit_log,
        }
        if settings.AUDIT_SINKS:
            parts["checkpoints"] = _check_checkpoints
        for part, check in parts.items():
            results[part] = check()
            if results[part] != OK:
                return results
        others = {WORKER: _check_worker(), VAULT: self._check_vault()}
        return results | others | _check_webhooks() | check_mail() | _check_role() | _check_chain()

    def _check_vault(self) -> str:
        """Return which secrets must be replaced, by kind, since their key is lost."""
        if monotonic() < self._vault_expires_at:
            return self._vault_result
        try:
            counts = {
                name: sealed.find_lost().count()
                for name, sealed in SEALED_COLUMNS.items()
                if not sealed.is_expendable
            }
        except DatabaseError:
            return "unknown"
        kinds = ", ".join(f"{name} ({count})" for name, count in counts.items() if count)
        self._vault_result = f"no key for {kinds}; run manage.py vault_check" if kinds else OK
        # Keys change only with a restart.
        self._vault_expires_at = monotonic() + VAULT_TTL_SECONDS if kinds else inf
        return self._vault_result

    def _check_migrations(self) -> str:
        if not self._migrated:
            executor = MigrationExecutor(connection)
            plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
            if plan:
                return f"{len(plan)} to apply; run manage.py migrate"
            self._migrated = True
        return OK


def _check_database() -> str:
    """Return whether the database answers, and its role can read all tables."""
    try:
        with connection.cursor() as cursor:
            if connection.vendor != "postgresql":
                cursor.execute("SELECT 1")
                return OK
            cursor.execute(UNREADABLE_TABLES_SQL, [connection.introspection.django_table_names()])
            (count,) = cursor.fetchone()
    except DatabaseError:
        return "unavailable"
    return f"no permission for {count} tables; run deploy/postgresql-roles.sql" if count else OK


def _check_role() -> dict[str, str]:
    """Return a warning if the role on PostgreSQL can delete audit entries."""
    if connection.vendor != "postgresql":
        return {}
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT has_table_privilege('audit_auditrecord', 'DELETE')")
            (is_excessive,) = cursor.fetchone()
    except DatabaseError:
        return {ROLE: "unknown"}
    return {ROLE: "too many permissions; run deploy/postgresql-roles.sql"} if is_excessive else {}


def check_mail() -> dict[str, str]:
    """Return a warning if no mail is configured."""
    if mail.is_enabled():
        return {}
    return {MAIL: "EMAIL_URL is not set, so alerts and invitations aren't mailed"}


def _check_audit_log() -> str:
    """Return ``ok`` if a call could be logged now, else the problem."""
    try:
        store.append_records(())  # no row; locks, checks and writes the head
        changes = [FieldChange("record", None, OK)]
        probe = record_builder.build_intent(Actor(0, ""), "readyz", Effect.READ, changes=changes)
        ended = record_builder.build_outcome(probe.entry, Outcome.SUCCEEDED)
        store.append_records([probe, ended], commit=False)  # space and permission for both
    except KeyNotFoundError:
        return "written with a key that AUDIT_KEYS lacks; see audit_new_chain"
    except store.ChainHeadError:
        return "verification failed; run manage.py audit_verify"
    except DatabaseError:
        return "not writable"
    return OK


def _check_chain() -> dict[str, str]:
    """Return a warning if rows of the audit log have a lost key; nothing if none have."""
    try:
        lost_keys = load_lost_keys().values()
    except DatabaseError:
        return {CHAIN: "unknown"}
    spans = ", ".join(f"{key.first} to {key.last} ({key.name})" for key in lost_keys)
    return {CHAIN: f"the keys of rows {spans} are lost; see audit_verify"} if spans else {}


def _check_checkpoints() -> str:
    """Return ``ok`` if sinks outside the database have the newest checkpoint, else the problem."""
    try:
        if anchors.is_rolled_back():
            return "rolled back: a target has newer entries than the database"
        if anchors.anchor_monitor.is_overdue():
            return "overdue: no target has the newest entries"
    except DatabaseError:
        return "unknown"
    return OK


def _check_worker() -> str:
    try:
        return OK if queue.has_live_worker() else "none running; jobs wait"
    except DatabaseError:
        return "unknown"


def _check_webhooks() -> dict[str, str]:
    """Return the state of the webhooks; nothing if there are none."""
    try:
        if not Webhook.objects.exists():
            return {}
        behind = len(late_webhooks())
    except DatabaseError:
        return {WEBHOOKS: "unknown"}
    return {WEBHOOKS: f"{behind} stopped or behind" if behind else OK}


def _plain_text(text: str, status: int = 200) -> HttpResponse:
    answer = HttpResponse(f"{text}\n", status=status, content_type="text/plain")
    answer["Cache-Control"] = "no-store"
    return answer
