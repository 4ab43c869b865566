"""Two audit rows of one call, against what django-auditlog adds to one save.

Both record three changed fields and find out which: of 183 fields, and of 10. Calls and
saves with and without auditlog take turns, so that other load affects all of them.
"""

import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from itertools import count
from statistics import median
from typing import Any

from auditlog.models import LogEntry
from auditlog.registry import auditlog
from django.db import connection
from django.forms import model_to_dict

from bench.models import NARROW, WIDE, Narrow, NarrowAudited, Wide, WideAudited
from bench.report import Ratio, print_lines
from tenants.audit.actor import Actor
from tenants.audit.recorder import AuditLogSink
from tenants.audit.writer import writer
from tenants.authlete.api.services import UPDATE
from tenants.authlete.audit_sink import CallIntent, CallOutcome
from tenants.authlete.changes import diff_edits
from tenants.authlete.outcome import Outcome

ROUNDS = 300
ACTOR = Actor(7, "ida@bench.example", "admin", 1, "harbor", "a-page", "127.0.0.1")
CALL = CallIntent(UPDATE, "us", "/api/17/service/update", {"service_id": "17"})
SINK = AuditLogSink(ACTOR, "asked for by the team", "CHG-2107")
CHANGED_FIELDS = ("field_1", "field_2", "field_4")  # a flag, a number, a text

type Took = tuple[list[float], list[float]]  # milliseconds, and those of CPU

_numbers = count(1)


def measure() -> None:
    auditlog.register(WideAudited)
    auditlog.register(NarrowAudited)
    if connection.vendor == "postgresql":
        return _compare("", "<= 0.4x", "<= 1x")
    _compare("synchronous=FULL, as deployed", "", "")
    # The goals were found at NORMAL, where no commit waits for the disk: a call needs
    # two that last, and a save with auditlog one besides its own.
    with _sqlite_synchronous("NORMAL"):
        _compare("synchronous=NORMAL", "<= 0.25x", "<= 1x")


@contextmanager
def _sqlite_synchronous(how: str) -> Generator[None]:
    """Open SQLite connections with this `synchronous` mode, the writer's included."""
    options = connection.settings_dict["OPTIONS"]
    usual = options["init_command"]
    options["init_command"] = f"{usual} PRAGMA synchronous={how};"
    try:
        _reconnect()
        yield
    finally:
        options["init_command"] = usual
        _reconnect()


def _reconnect() -> None:
    writer.flush()
    writer.reset()
    connection.close()


def _compare(how: str, wide: str, narrow: str) -> None:
    detail = f"p50 of {ROUNDS}, and CPU"
    print_lines("", ", ".join(filter(None, ["A call's two rows", connection.vendor, how, detail])))
    _compare_with_auditlog(WIDE, Wide, WideAudited, wide)
    _compare_with_auditlog(NARROW, Narrow, NarrowAudited, narrow)


def _compare_with_auditlog(fields: int, bare: Any, audited: Any, goal: str) -> None:
    before, written = model_to_dict(bare()), LogEntry.objects.count()
    works = [
        partial(_save, bare.objects.create()),
        partial(_save, audited.objects.create()),
        partial(_record, before),
    ]
    (save, saved), (both, both_spent), (ours, spent) = take_turns(works)
    extra_rows = LogEntry.objects.count() - written - 1
    label = f"bare save {save:.2f}" if extra_rows else "auditlog kept nothing"
    title = f"what auditlog adds to a save of {fields} fields"
    print_lines(
        Ratio(title, ours, both - save, goal=goal, note=label),
        Ratio("  CPU", spent, both_spent - saved, note=f"bare save {saved:.2f}"),
    )


def take_turns(works: Sequence[Callable[[], object]]) -> list[tuple[float, float]]:
    """Return the median time and CPU time of each, taken in turns."""
    took: list[Took] = [([], []) for _ in works]
    for turn in range(ROUNDS + 20):
        for work, (times, spent) in zip(works, took, strict=True):
            began, used = time.perf_counter(), time.process_time()
            work()
            if turn >= 20:  # warm
                times.append(1000 * (time.perf_counter() - began))
                spent.append(1000 * (time.process_time() - used))
    return [(median(times), median(spent)) for times, spent in took]


def _changed() -> dict[str, Any]:
    number = next(_numbers)
    values = (number % 2 == 0, number, f"harbor {number}")
    return dict(zip(CHANGED_FIELDS, values, strict=True))


def _save(row: Any) -> None:
    for name, value in _changed().items():
        setattr(row, name, value)
    row.save()


def _record(before: dict[str, Any]) -> None:
    changes = diff_edits(before, before | _changed())
    (entry,) = SINK.record_intents([replace(CALL, changes=changes)])
    SINK.record_outcomes([CallOutcome(entry, Outcome.SUCCEEDED, 200)])
