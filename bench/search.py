"""Searches of the record, when there is little of it and when there is much.

Each search is made with another value each time, in turns: once where there is
little, once where there is much. What the database's own process takes of the CPU
counts as well, where that is on this machine.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

from django.db import connection

from bench.clock import Took, percent
from bench.grown import Grown
from bench.invented import (
    CLIENTS,
    FIELD,
    OWN,
    READER,
    SUBJECTS,
    person,
    service,
)
from bench.said import Ratio, say
from bench.stage import Stage
from tenants.audit.models import AuditEntry, AuditHead
from tenants.audit.search.entries import count_entries, search_entries
from tenants.audit.search.filters import EntryFilters
from tenants.audit.subject_index import fingerprint_subject

DRAWS = 100
WARM = 3  # draws that do not count
LONG = 15.0  # seconds, after which a search is drawn no more
WEEK = timedelta(days=7)
CHANGES = ("change", "destroy", "reveal")  # what the page shows unless it is asked
MOST = 10.0  # milliseconds that a filter may take

type Made = Callable[[int], EntryFilters]  # the filters of each draw
type Look = Callable[[int], object]

COUNTED: Mapping[str, Made] = {
    "newest page": lambda _: EntryFilters(effects=CHANGES),
    "words: many": lambda n: EntryFilters(text=f"thing {n}", effects=CHANGES),
    "actor who changed nothing": lambda _: EntryFilters(actor=READER, effects=CHANGES),
}


def looks(now: datetime) -> Mapping[str, Made]:
    """Each search that the page offers; ``now`` is when the last call was made."""
    a_day = timedelta(days=1)
    return {
        "newest page": lambda _: EntryFilters(effects=CHANGES),
        "newest page, reads too": lambda _: EntryFilters(),
        "actor": lambda n: EntryFilters(actor=person(n), effects=CHANGES),
        "actor who changed nothing": lambda _: EntryFilters(actor=READER, effects=CHANGES),
        "actor and a week": lambda n: EntryFilters(
            actor=person(n), since=now - 2 * WEEK, until=now - WEEK
        ),
        "a day": lambda n: EntryFilters(
            effects=CHANGES, since=now - (n % 3 + 1) * a_day, until=now - n % 3 * a_day
        ),
        "any of three actors": lambda n: EntryFilters(
            actor=(person(n), person(n + 1), person(n + 2)), effects=CHANGES
        ),
        "without two actors": lambda n: EntryFilters(
            effects=CHANGES, without=EntryFilters(actor=(person(n), person(n + 1)))
        ),
        "service": lambda n: EntryFilters(places=(("us", service(n)),), effects=CHANGES),
        "service, reads too": lambda n: EntryFilters(places=(("us", service(n)),)),
        "service by id": lambda n: EntryFilters(service=service(n), effects=CHANGES),
        "failures of a service": lambda n: EntryFilters(service=service(n), outcomes=("refused",)),
        "failures of an actor": lambda n: EntryFilters(actor=person(n), outcomes=("refused",)),
        "client": lambda n: EntryFilters(client=f"{20_000 + n * 17 % CLIENTS}", effects=CHANGES),
        "subject": lambda n: EntryFilters(
            mark=fingerprint_subject(OWN, f"subject {n * 31 % SUBJECTS}") or ""
        ),
        "object": lambda n: EntryFilters(object=f"object {n * 31 % SUBJECTS}"),
        "ticket": lambda n: EntryFilters(ticket=f"CHG-{n * 31 % 2000}", effects=CHANGES),
        "operation": lambda _: EntryFilters(operation="client.update"),
        "effect: nothing has": lambda _: EntryFilters(effects=("destroy",)),
        "outcome: refused": lambda _: EntryFilters(outcomes=("refused",)),
        "outcome: unknown": lambda _: EntryFilters(outcomes=("unknown",)),
        "field: many": lambda _: EntryFilters(field=FIELD, effects=CHANGES),
        "field: few": lambda n: EntryFilters(field=f"member{n % 50 * 3 + 1}"),
        "field: and new:": lambda _: EntryFilters(field=FIELD, new="600"),
        "field: and an actor": lambda n: EntryFilters(field=FIELD, actor=person(n)),
        "code: many": lambda n: EntryFilters(code=f"A00100{n % 5}"),
        "code: few": lambda _: EntryFilters(code="A206104"),
        "role: few": lambda _: EntryFilters(role="deployer", effects=CHANGES),
        "role: few, reads too": lambda _: EntryFilters(role="deployer"),
        "region: few": lambda _: EntryFilters(region="br", effects=CHANGES),
        "reason: few": lambda n: EntryFilters(reason=f"team {n % 200 + 100}", effects=CHANGES),
        "words: many": lambda n: EntryFilters(text=f"thing {n % 1000}", effects=CHANGES),
        "words: nowhere": lambda _: EntryFilters(text="nowhere", effects=CHANGES),
        "words: nowhere, reads too": lambda _: EntryFilters(text="nowhere"),
        "old: nowhere": lambda _: EntryFilters(old="nowhere", effects=CHANGES),
    }


def measure(stage: Stage) -> None:
    both = stage.records()
    little, much = both
    say(
        "",
        f"Searches of the record, {connection.vendor}: {much.entries:,} calls against"
        f" {little.entries:,}, {DRAWS} draws of each; CPU, p95",
    )
    now = datetime.now(UTC)
    for name, made in looks(now).items():
        _compare(name, both, partial(_page, made, now))
    for name, made in COUNTED.items():
        _compare(f"{name}, counted", both, partial(_count, made, now))
    with much.used():
        middle = AuditHead.objects.get().seq // 2 if much.is_chained else much.entries
    _against(
        "a page in the middle: by OFFSET",
        "<= 0.05x",
        much,
        partial(_page, lambda _: EntryFilters(), now, cursor=f"o{middle:x}"),
        _by_offset,
    )
    begun = datetime.fromtimestamp(0, UTC)
    _against(
        "words nowhere in 30 days: in all of it",
        "<= 0.01x",
        much,
        partial(_page, lambda _: EntryFilters(text="nowhere"), now),
        partial(_page, lambda _: EntryFilters(text="nowhere", since=begun), now),
    )


def _page(made: Made, now: datetime, n: int, cursor: str = "") -> None:
    search_entries(OWN, made(n), cursor, now=now)


def _count(made: Made, now: datetime, n: int) -> None:
    count_entries(OWN, made(n), now=now)


def _by_offset(_: int) -> None:
    own = AuditEntry.objects.filter(organization_id=OWN).order_by("-seq")
    list(own[100_000:100_051])


def _compare(name: str, both: Sequence[Grown], look: Look) -> None:
    little, much = took([(one, look) for one in both])
    page = "<= 1.5x" if name.startswith("newest page") else ""
    is_slow = not page and percent(95, much.spent) > MOST
    told = (
        f"{what} {percent(share, getattr(much, kind)):.2f}"
        f" / {percent(share, getattr(little, kind)):.2f}"
        for what, share, kind in (
            ("p50", 50, "spent"),
            ("time p50", 50, "times"),
            ("p95", 95, "times"),
        )
    )
    say(
        Ratio(
            name,
            percent(95, much.spent),
            percent(95, little.spent),
            goal=page or (f"> {MOST:.0f} ms" if is_slow else ""),
            note=", ".join(told),
        )
    )


def _against(name: str, goal: str, record: Grown, ours: Look, theirs: Look) -> None:
    a, b = (percent(50, one.spent) for one in took([(record, ours), (record, theirs)]))
    say(Ratio(name, a, b, goal=goal, note="p50"))


def took(looks: Sequence[tuple[Grown, Look]]) -> list[Took]:
    """What each takes, in turns; fewer of them where they take long."""
    found, until = [Took() for _ in looks], time.monotonic() + LONG
    for n in range(DRAWS + WARM):
        for one, (record, look) in zip(found, looks, strict=True):
            with record.used():
                (one if n >= WARM else Took()).add(partial(look, n))
        if n > 2 * WARM and time.monotonic() > until:
            break
    return found
