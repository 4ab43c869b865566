"""Write locks per object, across processes."""

import threading

import pytest

from tenants.authlete import write_locks
from tenants.authlete.errors import AuditUnavailableError, ConcurrentWriteError, NotSentError
from tenants.authlete.write_locks import LocalWriteLocks
from tenants.concurrency.locks import DatabaseLocks
from tenants.models import WriteLease

PLACE = "us/service/17"

# Two processes and two threads each add one to a number in a file, between reading
# and writing which they take their time, as a re-read and a write do.
ADD = """
import time
from pathlib import Path
from tenants.authlete import write_locks
from tenants.concurrency.locks import DatabaseLocks
from django.db import connections
write_locks.LOCK_WAIT_SECONDS = 60.0  # whoever comes last has waited for all the others
file, leases = Path(sys.argv[1]), DatabaseLocks(1, "ida")
def add(times):
    for _ in range(times):
        with leases.hold("us/service/17", 10):
            found = int(file.read_text())
            time.sleep(0.01)
            file.write_text(str(found + 1))
    connections.close_all()
threads = [threading.Thread(target=add, args=[5]) for _ in range(2)]
[one.start() for one in threads]
[one.join() for one in threads]
print("added")
"""

HOLD = """
import time
from tenants.concurrency.locks import DatabaseLocks
with DatabaseLocks(1, "ida").hold("us/service/17", float(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""

# As if most of its time were over: no test waits for it, or runs out of it.
SHORTEN = """
from datetime import timedelta
from django.utils.timezone import now
from tenants.models import WriteLease
WriteLease.objects.update(until=now() + timedelta(seconds=1))
"""

TRY = """
from tenants.authlete import write_locks
from tenants.authlete.errors import ConcurrentWriteError
from tenants.concurrency.locks import DatabaseLocks
write_locks.LOCK_WAIT_SECONDS = float(sys.argv[1])
try:
    with DatabaseLocks(1, "bob").hold("us/service/17", 10):
        print("got it")
except ConcurrentWriteError as error:
    print(error)
"""


@pytest.fixture(autouse=True)
def short_wait(monkeypatch):
    monkeypatch.setattr(write_locks, "LOCK_WAIT_SECONDS", 0.3)


@pytest.fixture
def leases(db):
    return DatabaseLocks(1, "ida")


def test_one_process_writes_at_a_time(isolated_database, tmp_path):
    file = tmp_path / "number"
    file.write_text("0")

    with (
        isolated_database.start_code(ADD, str(file)) as first,
        isolated_database.start_code(ADD, str(file)) as other,
    ):
        assert first.stdout.read() == other.stdout.read() == "added\n"

    assert file.read_text() == "20"


def test_lease_of_a_killed_holder_expires(isolated_database):
    with isolated_database.start_code(HOLD, "600") as holder:
        assert holder.stdout.readline() == "held\n"
        refused = isolated_database.run_code(TRY, "0.2").stdout
    isolated_database.run_code(SHORTEN).check_returncode()
    after = isolated_database.run_code(TRY, "60").stdout

    assert refused == "ida is saving another change to this object.\n"
    assert after == "got it\n"


@pytest.mark.parametrize("make", [LocalWriteLocks, lambda: DatabaseLocks(1, "ida")])
def test_second_writer_waits_for_the_first(db, make):
    locks = make()
    with locks.hold(PLACE, 10):
        with pytest.raises(ConcurrentWriteError) as caught, locks.hold(PLACE, 10):
            pass
        with locks.hold("us/service/18", 10), locks.hold("jp/service/17", 10):
            pass
    with locks.hold(PLACE, 10):
        pass

    assert isinstance(caught.value, NotSentError)


def test_writer_waits_for_a_short_write(monkeypatch):
    monkeypatch.setattr(write_locks, "LOCK_WAIT_SECONDS", 60.0)
    local, waits, order = LocalWriteLocks(), threading.Event(), []
    wait_for = local._changed.wait_for

    def waiting(*given):
        waits.set()
        return wait_for(*given)

    monkeypatch.setattr(local._changed, "wait_for", waiting)

    def second():
        with local.hold(PLACE, 10):
            order.append("second")

    with local.hold(PLACE, 10):
        waits.clear()
        other = threading.Thread(target=second)
        other.start()
        assert waits.wait(60)
        order.append("first")
    other.join()

    assert order == ["first", "second"]


def test_failed_write_releases_the_lease(leases):
    with pytest.raises(ZeroDivisionError), leases.hold(PLACE, 10):
        raise ZeroDivisionError

    assert not WriteLease.objects.exists()


def test_organizations_lock_independently(leases):
    with leases.hold(PLACE, 10), DatabaseLocks(2, "eve").hold(PLACE, 10):
        assert WriteLease.objects.count() == 2


def test_expired_lease_does_not_release_its_successor(leases):
    late, bob = leases.hold(PLACE, -1), DatabaseLocks(1, "bob").hold(PLACE, 10)
    late.__enter__()

    with bob:
        late.__exit__(None, None, None)

        assert WriteLease.objects.get().holder == "bob"


def test_keys_of_any_length_are_locked(leases):
    with leases.hold("us/client/" + "x" * 999, 10):
        assert len(WriteLease.objects.get().key) <= 200


def test_unavailable_lock_table_prevents_the_write(leases, monkeypatch):
    monkeypatch.setattr(WriteLease._meta, "db_table", "nowhere")

    with pytest.raises(AuditUnavailableError), leases.hold(PLACE, 10):
        raise AssertionError
