"""Whatever kills a removal leaves a record that is whole, and the next one ends it."""

AGED = """
import os, signal, time, threading
from types import SimpleNamespace
from tenants.audit import expiring, rows
def age(count):
    rows.time = SimpleNamespace(time_ns=lambda: time.time_ns() - 3000 * 86_400 * 10**9)
    for _ in range(count):
        audited()
    rows.time = time
def expire(most=100):
    return sum(expiring.expire(lambda one: Who(0, "x", organization_id=one), most))
def found():
    report = verify()
    return report.bad, report.removed
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
    "told": (expiring, "_telling", die),
    "blanked": (QuerySet, "delete", die),
    "removed": (expiring, "_remove", then_die(expiring._remove)),
    "kept": (expiring, "append", then_die(expiring.append)),
}
age(6)
for step, (where, name, how) in STEPS.items():
    connection.close()
    pid = os.fork()
    if not pid:
        setattr(where, name, how)
        expire()
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
TOLD = """told 9 None 0
blanked 9 None 0
removed 9 None 0
kept 9 None 6
ended 0 None 6
busy 6 None 12
"""


def test_all_of_it_goes_or_nothing_and_others_write_meanwhile(store):
    done = store.run(AGED + KILLED + BUSY)

    assert done.stdout == TOLD, done.stderr
