"""Threads of one process that write to SQLite."""

from threading import Event, Thread

import pytest
from django.db import connection

from tenants.concurrency.write_queue import exclusive_write, serialize_writes

WRITE, READ = "UPDATE x SET y = 1", "SELECT y FROM x"


@pytest.fixture
def execute():
    """Runs a statement in a thread of its own, and tells when it was executed."""
    threads = []

    def begin(sql):
        done = Event()

        def write():
            serialize_writes(lambda *_: done.set(), sql, None, False, {})

        threads.append(Thread(target=write))
        threads[-1].start()
        return done

    yield begin
    for thread in threads:
        thread.join()


@pytest.mark.skipif(connection.vendor != "sqlite", reason="others lock rows")
def test_a_write_waits_for_another_and_a_read_does_not(execute):
    with exclusive_write():
        write, read = execute(WRITE), execute(READ)
        assert read.wait(5)
        assert not write.is_set()

    assert write.wait(5)


def test_who_has_the_turn_may_write_again(execute):
    with exclusive_write():
        assert serialize_writes(lambda *_: "done", WRITE, None, False, {}) == "done"


def test_a_turn_that_does_not_come_is_no_reason_not_to_write(execute, monkeypatch):
    monkeypatch.setattr("tenants.concurrency.write_queue.MAX_WAIT_SECONDS", 0.01)

    with exclusive_write():
        assert execute(WRITE).wait(5)
