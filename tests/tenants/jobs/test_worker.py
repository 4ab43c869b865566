"""``manage.py worker``."""

import signal
import time

from tests.support.job_processes import asked

SEEN = "SELECT COUNT(*) FROM jobs_worker"


def test_ends_when_nothing_is_due(store):
    done = store.manage("worker", "--once")

    assert (done.returncode, done.stderr) == (0, "")
    assert asked(store, SEEN) == [(1,)]


def test_waits_for_work_until_it_is_told_to_end(store):
    with store.start(
        "from tenants.jobs.management.commands import worker\nworker.Command().handle(once=False)"
    ) as process:
        while asked(store, SEEN) == [(0,)]:
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)

        assert process.wait(60) == 0
