"""Threads of one process writing to SQLite."""

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
def test_writes_wait_and_reads_do_not(execute):
    with exclusive_write():
        write, read = execute(WRITE), execute(READ)
        assert read.wait(5)
        assert not write.is_set()

    assert write.wait(5)


def test_write_queue_is_reentrant(execute):
    with exclusive_write():
        assert serialize_writes(lambda *_: "done", WRITE, None, False, {}) == "done"


def test_write_proceeds_after_the_longest_wait(execute, monkeypatch):
    monkeypatch.setattr("tenants.concurrency.write_queue.MAX_WAIT_SECONDS", 0.01)

    with exclusive_write():
        assert execute(WRITE).wait(5)
