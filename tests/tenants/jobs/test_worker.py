"""``manage.py worker``."""

import signal
import time

from django.db import OperationalError

from tenants.jobs import periodic_tasks, queue
from tenants.jobs.worker import JobWorker
from tests.support.job_processes import query_database

SEEN = "SELECT COUNT(*) FROM jobs_worker"


def test_once_ends_when_nothing_is_due(isolated_database):
    done = isolated_database.run_command("worker", "--once")

    assert (done.returncode, done.stderr) == (0, "")
    assert query_database(isolated_database, SEEN) == [(1,)]


def test_worker_waits_for_jobs_until_terminated(isolated_database):
    with isolated_database.start_code(
        "from tenants.jobs.management.commands import worker\nworker.Command().handle(once=False)"
    ) as process:
        while query_database(isolated_database, SEEN) == [(0,)]:
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)

        assert process.wait(60) == 0


def test_unavailable_database_is_one_line(db, monkeypatch, caplog):
    worker = JobWorker("w1")
    results = iter([OperationalError("connection refused\nIs it running?")] * 2)

    def record_heartbeat(name):
        for error in results:
            raise error
        worker.running = False

    monkeypatch.setattr("tenants.jobs.worker.DATABASE_RETRY_SECONDS", 0)
    monkeypatch.setattr("tenants.jobs.worker.close_old_connections", lambda: None)
    monkeypatch.setattr(queue, "record_heartbeat", record_heartbeat)
    monkeypatch.setattr(periodic_tasks, "_tasks", [])

    worker.run()

    problem = "the database can't be used; retrying: connection refused Is it running?"
    assert caplog.messages == [problem]


def test_periodic_task_without_a_database_logs_no_traceback(monkeypatch, caplog):
    def fail():
        raise OperationalError("connection refused")

    periodic_tasks.PeriodicTask(fail, 1).run_safely()

    (record,) = caplog.records
    assert record.getMessage() == "fail: the database can't be used: connection refused"
    assert record.exc_info is None
