"""``/healthz`` tells that the process is alive, ``/readyz`` that it is able to work.

They are answered before anything else: a probe speaks plain http to an address that
is in no list of hosts, and has no session. What they say names no detail that would
help a stranger.
"""

import threading
from collections.abc import Callable
from time import monotonic

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse

from console.models import Webhook
from console.models.webhooks import late
from tenants.audit import anchors, rows, store
from tenants.audit.who import Who
from tenants.authlete.changes import Change
from tenants.authlete.errors import Outcome
from tenants.authlete.operation import Effect
from tenants.jobs import queue
from tenants.keyring import KeyMissing

KEPT = 1.0  # seconds that a verdict serves other probes: each costs a write
PATIENCE = 2.0  # seconds that a probe waits for another that is looking
OK = "ok"
WORKER, WEBHOOKS = "worker", "webhooks"  # told, but pages do without them


class Health:
    """Middleware; the first of all."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self._readiness = Readiness()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        match request.path_info:
            case "/healthz":
                return _text(OK)
            case "/readyz":
                return self._ready()
            case _:
                return self.get_response(request)

    def _ready(self) -> HttpResponse:
        found = self._readiness.look()
        works = all(
            said == OK for part, said in found.items() if part not in (WORKER, WEBHOOKS)
        )
        lines = "\n".join(f"{part}: {said}" for part, said in found.items())
        return _text(lines, status=200 if works else 503)


class Readiness:
    """What is needed to work, looked at by one thread at a time."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._found: dict[str, str] = {}
        self._until = 0.0
        self._migrated = False  # once true it stays so

    def look(self) -> dict[str, str]:
        """Each part with ``ok``, or with what is wrong in words."""
        # A database that hangs must not come to hold every thread that there is.
        if not self._turn.acquire(timeout=PATIENCE):
            return {"database": "does not answer in time"}
        try:
            if monotonic() >= self._until:
                self._found = self._look()
                self._until = monotonic() + KEPT
            return self._found
        finally:
            self._turn.release()

    def _look(self) -> dict[str, str]:
        """Stops at the first part that fails: what follows rests on it."""
        found: dict[str, str] = {}
        parts = {
            "database": _database,
            "migrations": self._migrations,
            "record": _record,
        }
        if settings.AUDIT_SINKS:
            parts["checkpoints"] = _checkpoints
        for part, look in parts.items():
            found[part] = look()
            if found[part] != OK:
                return found
        return found | {WORKER: _worker()} | _webhooks()

    def _migrations(self) -> str:
        if not self._migrated:
            executor = MigrationExecutor(connection)
            plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
            if plan:
                return f"{len(plan)} to apply; run manage.py migrate"
            self._migrated = True
        return OK


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "does not answer"
    return OK


def _record() -> str:
    """Whether a call could be recorded now; without that none is made."""
    try:
        store.append(())  # no row, but the head is locked, checked and written
        changes = [Change("record", None, OK)]
        probe = rows.intent(Who(0, ""), "readyz", Effect.READ, changes=changes)
        ended = rows.outcome(probe.entry, Outcome.DONE)
        store.append([probe, ended], keep=False)  # there is room and leave for both
    except KeyMissing:
        return "was written under a key that AUDIT_KEYS does not hold"
    except store.HeadMissing:
        return "is not whole; run manage.py audit_verify"
    except DatabaseError:
        return "cannot be written"
    return OK


def _checkpoints() -> str:
    """Whether what was recorded is known outside of the database."""
    try:
        if anchors.verdict.is_late():
            return "the newest rows were kept nowhere outside for too long"
    except DatabaseError:
        return "not known"
    return OK


def _worker() -> str:
    try:
        return OK if queue.is_worked_on() else "none was seen lately; jobs wait for one"
    except DatabaseError:
        return "not known"


def _webhooks() -> dict[str, str]:
    """How those do that there are; nothing where there is none."""
    try:
        if not Webhook.objects.exists():
            return {}
        behind = len(late())
    except DatabaseError:
        return {WEBHOOKS: "not known"}
    return {WEBHOOKS: f"{behind} stopped or behind" if behind else OK}


def _text(text: str, status: int = 200) -> HttpResponse:
    answer = HttpResponse(f"{text}\n", status=status, content_type="text/plain")
    answer["Cache-Control"] = "no-store"
    return answer
