"""Periodic tasks of a worker."""

import threading
from threading import Event

import pytest

from tenants.jobs import periodic_tasks

PATIENCE = 20  # seconds


@pytest.fixture(autouse=True)
def no_other_chores(monkeypatch):
    monkeypatch.setattr(periodic_tasks, "_tasks", [])


def test_slow_periodic_task_blocks_no_other(caplog):
    ended, again = Event(), Event()
    done = []

    @periodic_tasks.run_every_minute
    def waits_for_a_region():
        assert ended.wait(PATIENCE)

    @periodic_tasks.run_every(0.0)
    def fails():
        done.append("once more")
        if len(done) == 3:
            again.set()
        raise RuntimeError

    others = set(threading.enumerate())
    periodic_tasks.start_all(ended)
    begun = set(threading.enumerate()) - others

    assert again.wait(PATIENCE)
    ended.set()
    for task in begun:
        task.join()
    assert "a periodic task failed" in caplog.text


def test_failing_periodic_task_blocks_no_other(worker):
    calls = []
    periodic_tasks.run_every_minute(lambda: 1 / 0)
    periodic_tasks.run_every_minute(lambda: calls.append("done"))

    worker()

    assert calls == ["done"]
