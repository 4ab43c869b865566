"""No false alarm: whatever a console and its workers do at once, the record is whole.

Each run is a few processes that do anything at random, some of them killed, while
another verifies. A few here; `make test-tampering` does 100 on each database.
"""

import os
import random

RUNS = int(os.environ.get("CLEAN_RUNS", "2"))
SEED = int(os.environ.get("CLEAN_SEED", "0")) or random.randrange(10**6)

DOING = """
import fcntl, functools, os, random, signal, time
from pathlib import Path
from types import SimpleNamespace
from django.conf import settings
from django.core.management import call_command
from tenants.audit.integrity import checkpoint_verifier, anchors, checkpoints
from tenants.audit import events, record_builder
from tenants.audit.retention import expiry
from tenants.audit.reconciliation.resolutions import resolve
from tenants.audit.recorder import record_action, record_event
from tenants.authlete.changes import FieldChange
runs, seed, folder = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
READ = Operation("look", "GET /look", dict, Effect.READ)
ANCHOR = Path(folder, "kept.jsonl")
YEARS = 3000 * 86_400 * 10**9  # nanoseconds: longer than most entries are kept
settings.AUDIT_SIGNING_KEYS = f"s1:{'C' * 43}="
checkpoints.ROWS_UNTIL_DUE = 40

def who(organization):
    return Actor(1, "ida", "admin", organization, f"o{organization}", "page", "192.0.2.1")

def called(chance, organization):
    watch = AuditLogSink(who(organization), reason="why", ticket="T-7")
    changes = tuple(
        FieldChange(f"name{n}", n, "\\u30b5") for n in range(chance.randrange(3))
    )
    calls = [
        CallIntent(chance.choice([PUSH, READ]), "us", "/push", {"service_id": "17"},
             f"u{chance.randrange(9)}", changes)
        for _ in range(chance.choice([1, 1, 1, 20]))
    ]
    for entry in watch.record_intents(calls):
        fate = chance.choice([*Outcome, Outcome.SUCCEEDED, Outcome.UNKNOWN, None])
        if fate:
            outcome = CallOutcome(entry, fate, 200, "A001")
            watch.record_outcomes([outcome], wait=chance.random() < 0.5)

def noted(chance, organization):
    record_event(who(organization), events.SIGN_OUT)
    with record_action(who(organization), events.MEMBER_ADD, object="bo@acme.example"):
        pass
    for _ in range(chance.randrange(5)):
        record_event(who(organization), events.ACCESS_DENIED, outcome=Outcome.REJECTED)

def settled(chance, organization):
    unknown = AuditEntry.objects.filter(
        organization_id=organization, outcome=Outcome.UNKNOWN
    ).order_by("?").first()
    if unknown:
        fate = chance.choice([Outcome.SUCCEEDED, Outcome.FAILED])
        resolve(who(organization), unknown, fate, "it is there")

def expired(chance, organization):
    try:
        build_actor = functools.partial(Actor, 0, "worker", "")
        for _ in expiry.delete_expired_entries(build_actor, 7):
            pass
    except expiry.ConcurrentDeletionError:
        pass

def signed(chance, organization):
    checkpoints.create_checkpoint()
    anchors.append_to_file(ANCHOR)

def work(seed, long_ago):
    chance = random.Random(seed)
    acts = [called, noted] if long_ago else [called, noted, settled, expired, signed]
    for _ in range(chance.randrange(2, 9)):
        what = chance.choice([called, *acts])
        try:
            what(chance, chance.randrange(3))
        except AuditUnavailableError:
            pass  # the database was busy for too long

def process(chance):
    threading.excepthook = lambda given: (sys.__excepthook__(*given[:3]), os._exit(1))
    ahead = chance.choice([0, 0, 0, 7200 * 10**9, -YEARS])
    record_builder.time = SimpleNamespace(time_ns=lambda: time.time_ns() + ahead)
    seeds = [(chance.random(), ahead == -YEARS) for _ in range(3)]
    threads = [threading.Thread(target=work, args=one) for one in seeds]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    log.flush()

def whole(when):
    with ANCHOR.open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        kept = checkpoint_verifier.read_anchor_file(ANCHOR) if ANCHOR.stat().st_size else ()
    found = verify_audit_log(kept)
    if found.first_bad_row or not found.has_triggers:
        sys.exit(f"run {run} of seed {seed}, {when}: {found}")
    return found

killed = 0
for run in range(runs):
    if run == runs // 2:
        settings.AUDIT_KEYS = f"a2:{'B' * 43}=,{settings.AUDIT_KEYS}"
    chance = random.Random(f"{seed} {run}")
    connection.close()
    children = {}
    for _ in range(3):
        if not (child := os.fork()):
            process(random.Random(chance.random()))
            connection.close()
            os._exit(0)
        children[child] = chance.random() < 0.3
    for child, dies in children.items():
        whole("meanwhile")
        if dies:
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        killed += os.WIFSIGNALED(status)
        if status and not dies:
            sys.exit(f"run {run} of seed {seed}: a process failed")
    found = whole("afterwards")
call_command("audit_verify", anchor=ANCHOR, stdout=open(os.devnull, "w"))
print(runs, "runs", 4 * runs, "verified", killed, "killed", found.rows, "rows",
      found.deleted_count, "removed", found.checkpoint_count, "checkpoints", "seed", seed)
"""


def test_no_false_alarm(isolated_database, tmp_path, capsys):
    done = isolated_database.run_code(DOING, str(RUNS), str(SEED), str(tmp_path))

    if RUNS > 2:  # somebody wants the numbers
        with capsys.disabled():
            print(f"\n{done.stdout}", end="")
    assert done.returncode == 0, done.stderr
    assert "audit.broken" not in done.stderr
