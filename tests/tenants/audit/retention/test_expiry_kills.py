"""A killed deletion leaves a verified log, and the next one completes it."""

AGED = """
import os, signal, time, threading
from types import SimpleNamespace
from tenants.audit.retention import expiry
from tenants.audit import record_builder
def age(count):
    record_builder.time = SimpleNamespace(time_ns=lambda: time.time_ns() - 3000 * 86_400 * 10**9)
    for _ in range(count):
        audited()
    record_builder.time = time
def expire(most=100):
    return sum(expiry.delete_expired_entries(lambda one: Actor(0, "x", organization_id=one), most))
def found():
    report = verify_audit_log()
    return report.first_bad_row, report.deleted_count
"""
KILLED = """
from django.db.models import QuerySet
def die(*given):
    os.kill(os.getpid(), signal.SIGKILL)
def then_die(what):
    def do(*given):
        what(*given)
        die()
    return do
STEPS = {
    "told": (expiry, "_describe_run", die),
    "blanked": (QuerySet, "delete", die),
    "removed": (expiry, "_delete", then_die(expiry._delete)),
    "kept": (expiry, "append_records", then_die(expiry.append_records)),
}
age(6)
for step, (where, name, how) in STEPS.items():
    connection.close()
    pid = os.fork()
    if not pid:
        setattr(where, name, how)
        expire(2)
    _, status = os.waitpid(pid, 0)
    print(step, os.WTERMSIG(status), *found())
print("ended", expire(), *found())
"""
BUSY = """
def write():
    for _ in range(20):
        audited()
age(6)
threads = [threading.Thread(target=write) for _ in range(4)]
for one in threads: one.start()
count = expire(1)
for one in threads: one.join()
print("busy", count, *found())
"""
FAILED = """
SET = {
    "sqlite": "PRAGMA query_only = %s",
    "postgresql": "SET default_transaction_read_only = %s",
}
def read_only(value):
    with connection.cursor() as cursor:
        cursor.execute(SET[connection.vendor] % value)
age(6)
read_only("on")
try:
    expire(4)
except AuditUnavailableError:
    print("failed", *found())
read_only("off")
print("healed", expire(4), *found())
"""
# Killed at any moment, while another process writes; each ends what the last began.
RANDOM = """
import random
age(60)
connection.close()
ended, telling = os.pipe()
writer = os.fork()
if not writer:
    while True:
        os.write(telling, f"{audited()}\\n".encode())
os.close(telling)
before = found()[1]
for turn in range(8):
    connection.close()
    pid = os.fork()
    if not pid:
        while expire(3):
            pass
        signal.pause()
    time.sleep(random.uniform(0.02, 0.3))
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    bad, removed = found()
    assert bad is None, bad
    assert before <= removed, (before, removed)
    before = removed
os.kill(writer, signal.SIGKILL)
os.waitpid(writer, 0)
expire(3)
with os.fdopen(ended) as told:
    entries = {line.strip() for line in told if line.endswith("\\n")}
kept = set(AuditEntry.objects.values_list("entry", flat=True))
print("random", *found(), bool(entries), entries <= kept)
"""
TOLD = """told 9 None 0
blanked 9 None 0
removed 9 None 0
kept 9 None 2
ended 4 None 6
busy 6 None 12
failed None 12
healed 6 None 18
random None 78 True True
"""


def test_killed_deletion_is_atomic_and_blocks_no_writer(isolated_database):
    done = isolated_database.run_code(AGED + KILLED + BUSY + FAILED + RANDOM)

    assert done.stdout == TOLD, done.stderr
