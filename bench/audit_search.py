"""Searches of the audit log, with a small and with a large log.

Each search uses another value each time, alternating between the logs. The CPU time of
a local database process counts.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

from django.db import connection

from bench.environment import BenchEnvironment
from bench.filled_logs import FilledLog
from bench.report import Ratio, print_lines
from bench.sample_calls import (
    CHANGED_FIELD,
    CLIENTS,
    OWN_ORGANIZATION,
    READER_NAME,
    SUBJECTS,
    actor_name,
    service_id,
)
from bench.timing import Timings, percentile
from tenants.audit.models import AuditEntry, AuditHead
from tenants.audit.search.entries import count_entries, search_entries
from tenants.audit.search.filters import EntryFilters
from tenants.audit.subject_index import fingerprint_subject

SAMPLES = 100
WARM_UP_SAMPLES = 3  # draws that do not count
MAX_SAMPLE_SECONDS = 15.0  # seconds, after which a search is drawn no more
WEEK = timedelta(days=7)
CHANGE_EFFECTS = ("change", "destroy", "reveal")  # what the page shows unless it is asked
MAX_FILTER_MS = 10.0  # milliseconds that a filter may take

type Made = Callable[[int], EntryFilters]  # the filters of each draw
type Look = Callable[[int], object]

COUNTED: Mapping[str, Made] = {
    "newest page": lambda _: EntryFilters(effects=CHANGE_EFFECTS),
    "words: many": lambda n: EntryFilters(text=f"thing {n}", effects=CHANGE_EFFECTS),
    "actor who changed nothing": lambda _: EntryFilters(actor=READER_NAME, effects=CHANGE_EFFECTS),
}


def list_searches(now: datetime) -> Mapping[str, Made]:
    """Return each search of the page; ``now`` is the time of the last call."""
    a_day = timedelta(days=1)
    return {
        "newest page": lambda _: EntryFilters(effects=CHANGE_EFFECTS),
        "newest page, reads too": lambda _: EntryFilters(),
        "actor": lambda n: EntryFilters(actor=actor_name(n), effects=CHANGE_EFFECTS),
        "actor who changed nothing": lambda _: EntryFilters(
            actor=READER_NAME, effects=CHANGE_EFFECTS
        ),
        "actor and a week": lambda n: EntryFilters(
            actor=actor_name(n), since=now - 2 * WEEK, until=now - WEEK
        ),
        "a day": lambda n: EntryFilters(
            effects=CHANGE_EFFECTS, since=now - (n % 3 + 1) * a_day, until=now - n % 3 * a_day
        ),
        "any of three actors": lambda n: EntryFilters(
            actor=(actor_name(n), actor_name(n + 1), actor_name(n + 2)), effects=CHANGE_EFFECTS
        ),
        "without two actors": lambda n: EntryFilters(
            effects=CHANGE_EFFECTS, without=EntryFilters(actor=(actor_name(n), actor_name(n + 1)))
        ),
        "service": lambda n: EntryFilters(places=(("us", service_id(n)),), effects=CHANGE_EFFECTS),
        "service, reads too": lambda n: EntryFilters(places=(("us", service_id(n)),)),
        "service by id": lambda n: EntryFilters(service=service_id(n), effects=CHANGE_EFFECTS),
        "failures of a service": lambda n: EntryFilters(
            service=service_id(n), outcomes=("refused",)
        ),
        "failures of an actor": lambda n: EntryFilters(actor=actor_name(n), outcomes=("refused",)),
        "client": lambda n: EntryFilters(
            client=f"{20_000 + n * 17 % CLIENTS}", effects=CHANGE_EFFECTS
        ),
        "subject": lambda n: EntryFilters(
            mark=fingerprint_subject(OWN_ORGANIZATION, f"subject {n * 31 % SUBJECTS}") or ""
        ),
        "object": lambda n: EntryFilters(object=f"object {n * 31 % SUBJECTS}"),
        "ticket": lambda n: EntryFilters(ticket=f"CHG-{n * 31 % 2000}", effects=CHANGE_EFFECTS),
        "operation": lambda _: EntryFilters(operation="client.update"),
        "effect: nothing has": lambda _: EntryFilters(effects=("destroy",)),
        "outcome: refused": lambda _: EntryFilters(outcomes=("refused",)),
        "outcome: unknown": lambda _: EntryFilters(outcomes=("unknown",)),
        "field: many": lambda _: EntryFilters(field=CHANGED_FIELD, effects=CHANGE_EFFECTS),
        "field: few": lambda n: EntryFilters(field=f"member{n % 50 * 3 + 1}"),
        "field: and new:": lambda _: EntryFilters(field=CHANGED_FIELD, new="600"),
        "field: and an actor": lambda n: EntryFilters(field=CHANGED_FIELD, actor=actor_name(n)),
        "code: many": lambda n: EntryFilters(code=f"A00100{n % 5}"),
        "code: few": lambda _: EntryFilters(code="A206104"),
        "role: few": lambda _: EntryFilters(role="deployer", effects=CHANGE_EFFECTS),
        "role: few, reads too": lambda _: EntryFilters(role="deployer"),
        "region: few": lambda _: EntryFilters(region="br", effects=CHANGE_EFFECTS),
        "reason: few": lambda n: EntryFilters(
            reason=f"team {n % 200 + 100}", effects=CHANGE_EFFECTS
        ),
        "words: many": lambda n: EntryFilters(text=f"thing {n % 1000}", effects=CHANGE_EFFECTS),
        "words: nowhere": lambda _: EntryFilters(text="nowhere", effects=CHANGE_EFFECTS),
        "words: nowhere, reads too": lambda _: EntryFilters(text="nowhere"),
        "old: nowhere": lambda _: EntryFilters(old="nowhere", effects=CHANGE_EFFECTS),
    }


def measure(stage: BenchEnvironment) -> None:
    both = stage.records()
    little, much = both
    print_lines(
        "",
        f"Searches of the record, {connection.vendor}: {much.entries:,} calls against"
        f" {little.entries:,}, {SAMPLES} draws of each; CPU, p95",
    )
    now = datetime.now(UTC)
    for name, search in list_searches(now).items():
        _compare(name, both, partial(_page, search, now))
    for name, search in COUNTED.items():
        _compare(f"{name}, counted", both, partial(_count, search, now))
    with much.use():
        middle = AuditHead.objects.get().seq // 2 if much.is_chained else much.entries
    _compare_with(
        "a page in the middle: by OFFSET",
        "<= 0.05x",
        much,
        partial(_page, lambda _: EntryFilters(), now, cursor=f"o{middle:x}"),
        _by_offset,
    )
    begun = datetime.fromtimestamp(0, UTC)
    _compare_with(
        "words nowhere in 30 days: in all of it",
        "<= 0.01x",
        much,
        partial(_page, lambda _: EntryFilters(text="nowhere"), now),
        partial(_page, lambda _: EntryFilters(text="nowhere", since=begun), now),
    )


def _page(made: Made, now: datetime, n: int, cursor: str = "") -> None:
    search_entries(OWN_ORGANIZATION, made(n), cursor, now=now)


def _count(made: Made, now: datetime, n: int) -> None:
    count_entries(OWN_ORGANIZATION, made(n), now=now)


def _by_offset(_: int) -> None:
    own = AuditEntry.objects.filter(organization_id=OWN_ORGANIZATION).order_by("-seq")
    list(own[100_000:100_051])


def _compare(name: str, both: Sequence[FilledLog], look: Look) -> None:
    little, much = take_samples([(side, look) for side in both])
    page = "<= 1.5x" if name.startswith("newest page") else ""
    is_slow = not page and percentile(95, much.spent) > MAX_FILTER_MS
    rows = (
        f"{case} {percentile(share, getattr(much, kind)):.2f}"
        f" / {percentile(share, getattr(little, kind)):.2f}"
        for case, share, kind in (
            ("p50", 50, "spent"),
            ("time p50", 50, "times"),
            ("p95", 95, "times"),
        )
    )
    print_lines(
        Ratio(
            name,
            percentile(95, much.spent),
            percentile(95, little.spent),
            goal=page or (f"> {MAX_FILTER_MS:.0f} ms" if is_slow else ""),
            note=", ".join(rows),
        )
    )


def _compare_with(name: str, goal: str, record: FilledLog, ours: Look, theirs: Look) -> None:
    a, b = (
        percentile(50, timing.spent) for timing in take_samples([(record, ours), (record, theirs)])
    )
    print_lines(Ratio(name, a, b, goal=goal, note="p50"))


def take_samples(looks: Sequence[tuple[FilledLog, Look]]) -> list[Timings]:
    """Time each search in turns, fewer times where it takes long."""
    timings, until = [Timings() for _ in looks], time.monotonic() + MAX_SAMPLE_SECONDS
    for n in range(SAMPLES + WARM_UP_SAMPLES):
        for timing, (record, look) in zip(timings, looks, strict=True):
            with record.use():
                (timing if n >= WARM_UP_SAMPLES else Timings()).add(partial(look, n))
        if n > 2 * WARM_UP_SAMPLES and time.monotonic() > until:
            break
    return timings
