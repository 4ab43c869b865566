"""``manage.py worker``."""

import signal
import time

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
