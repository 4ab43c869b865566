"""Several processes write, and one clock jumps."""

import os
import re

ACTIONS = int(os.environ.get("CLOCK_ACTIONS", "6"))  # after each jump
HOUR = 3600  # seconds
JUMPS = (0, HOUR, -HOUR, 24 * HOUR, -24 * HOUR)
ACTING = """
import os, time
from types import SimpleNamespace
from tenants.audit import record_builder
def act(name, ahead=0):
    record_builder.time = SimpleNamespace(time_ns=lambda: time.time_ns() + ahead * 10**9)
    watch = AuditLogSink(Actor(1, name, organization_id=1))
    (entry,) = watch.record_intents([CALL])
    watch.record_outcomes([CallOutcome(entry, Outcome.SUCCEEDED, 200)])
    os.write(1, f"{name} {ahead} {entry}\\n".encode())
def told_by(*names):
    return AuditEntry.objects.filter(actor__in=names).count()
def jump():
    for ahead in map(int, sys.argv[2:]):
        for _ in range(int(sys.argv[1])):
            act("jumping", ahead)
        before = told_by("one", "other")
        while told_by("one", "other") < before + 3:  # somebody else writes meanwhile
            time.sleep(0.01)
    act("jumping")
def go_on(name):
    while told_by("jumping") <= int(sys.argv[1]) * len(sys.argv[2:]):
        act(name)
connection.close()
for name, do in {"jumping": jump, "one": None, "other": None}.items():
    if not os.fork():
        do() if do else go_on(name)
        os._exit(0)
for _ in range(3):
    assert not os.wait()[1]
found = verify_audit_log()
print("verified", found.first_bad_row, found.suppressed_warnings, *found.warnings, sep="\\n")
for row in AuditRecord.objects.filter(phase="intent"):
    print("row", row.seq, row.entry)
"""


def test_order_does_not_depend_on_clocks_and_jumps_are_reported(isolated_database):
    """One of three is an hour ahead, an hour behind, a day ahead, a day behind."""
    done = isolated_database.run_code(ACTING, str(ACTIONS), *map(str, JUMPS))
    acts = re.findall(r"^(jumping|one|other) (\S+) (\S+)$", done.stdout, re.M)
    rows = re.findall(r"^row (\d+) (\S+)$", done.stdout, re.M)
    place = {entry: int(row) for row, entry in rows}

    assert done.stdout.count("verified\nNone\n0\n") == 1, done.stderr
    assert {entry for _, _, entry in acts} == set(place)
    for name in ("jumping", "one", "other"):
        mine = [place[entry] for who, _, entry in acts if who == name]
        assert mine == sorted(mine)
    warned = {int(row) for row in re.findall(r"^row (\d+): clock difference", done.stdout, re.M)}
    for ahead in JUMPS[1:]:
        began = [place[entry] for _, far, entry in acts if int(far) == ahead]
        assert warned & {row + more for row in began for more in (0, 1)}, ahead
