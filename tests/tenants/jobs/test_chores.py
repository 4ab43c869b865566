"""What a worker does beside its jobs."""

import threading
from threading import Event

import pytest

from tenants.jobs import chores

PATIENCE = 20  # seconds


@pytest.fixture(autouse=True)
def no_other_chores(monkeypatch):
    monkeypatch.setattr(chores, "_chores", [])


def test_holds_up_no_other_and_is_done_again(caplog):
    ended, again = Event(), Event()
    done = []

    @chores.chore
    def waits_for_a_region():
        assert ended.wait(PATIENCE)

    @chores.every(0.0)
    def fails():
        done.append("once more")
        if len(done) == 3:
            again.set()
        raise RuntimeError

    others = set(threading.enumerate())
    chores.begin(ended)
    begun = set(threading.enumerate()) - others

    assert again.wait(PATIENCE)
    ended.set()
    for one in begun:
        one.join()
    assert "a chore of the worker failed" in caplog.text


def test_that_fails_keeps_no_other_from_being_done(worker):
    found = []
    chores.chore(lambda: 1 / 0)
    chores.chore(lambda: found.append("done"))

    worker()

    assert found == ["done"]
