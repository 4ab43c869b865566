"""Searches of the record, when there is little of it and when there is much.

Half of all entries are of one organization, whose searches are timed; the other half
lies between them. ``BENCH_ENTRIES`` is how many there are at last, a million unless it
says otherwise: ten million take some minutes to make, and are for PostgreSQL.
"""

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

from django.db import connection

from bench.said import Ratio, say
from bench.stage import Stage
from tenants.audit.entry import canonical
from tenants.audit.models import AuditBlock, AuditEntry, AuditField
from tenants.audit.search import Filters, count, search

FEW = 10_000
MANY = int(os.environ.get("BENCH_ENTRIES", "1000000"))
DRAWS = 60
OWN = 1000  # the organization that is searched
SEQ = 1_000_000_000  # no other measurement writes from there on
APART = 26_000_000  # microseconds from one entry to the next: 100,000 in 30 days
ENTRIES = AuditEntry._meta.db_table
CHANGE = {"field": "accessTokenDuration", "before": 3600, "after": 600}
CHANGED = canonical([CHANGE]).replace("{", "{{").replace("}", "}}")
FILL = f"""
INSERT INTO {ENTRIES} (seq, entry, at, actor_id, actor, role, organization_id,
  organization, region, operation, effect, service, client, subject, mark, object,
  label, path, attempt, reason, ticket, page, address, changed, outcome, status, code,
  ended_at, surprises, outcome_seq)
WITH RECURSIVE n(i) AS
  (SELECT CAST({{first}} AS bigint) UNION ALL SELECT i + 1 FROM n WHERE i < {{last}})
SELECT {SEQ} + i, 'entry ' || i, i * {APART}, 1 + i / 2 % 97, 'person ' || (i / 2 % 97),
  'admin', CASE WHEN i % 2 = 0 THEN {OWN} ELSE {OWN} + 1 + i / 2 % 19 END, 'harbor',
  'us', 'service.get', CASE WHEN i / 2 % 7 = 0 THEN 'change' ELSE 'read' END,
  '' || (i / 2 % 50), '', CASE WHEN i / 2 % 9 = 0 THEN 'person' ELSE '' END,
  CASE WHEN i / 2 % 9 = 0 THEN 'mark ' || (i / 18 % 5000) END,
  CASE WHEN i / 2 % 11 = 0 THEN 'object ' || (i / 22 % 5000) ELSE '' END,
  'thing ' || (i / 2 % 1000), '/api/17/service/get', 1, 'asked for by person ' || i, '',
  'page ' || i, '127.0.0.1',
  CASE WHEN i / 2 % 7 = 0 THEN '{CHANGED}' ELSE '[]' END,
  CASE WHEN i / 2 % 200 = 0 THEN 'refused' ELSE 'done' END, 200, '', i * {APART} + 9,
  '[]', {SEQ} + i
FROM n
"""  # noqa: S608
ADD_FIELDS = f"""
INSERT INTO {AuditField._meta.db_table} (organization_id, field, seq)
SELECT organization_id,
  CASE WHEN seq % 3 = 0 THEN 'accessTokenDuration' ELSE 'field ' || (seq % 150) END, seq
FROM {ENTRIES} WHERE seq > {SEQ} + {{first}} - 1 AND effect = 'change'
"""  # noqa: S608
ADD_BLOCKS = f"""
INSERT INTO {AuditBlock._meta.db_table} (block, earliest, latest)
SELECT seq / 1000, min(at), max(at) FROM {ENTRIES} WHERE seq > {SEQ} + {{first}} - 1
GROUP BY seq / 1000 HAVING seq / 1000 > ({SEQ} + {{first}} - 1) / 1000
  OR {{first}} = 1
"""  # noqa: S608
WEEK = timedelta(days=7)


def looks(last: int) -> dict[str, Callable[[], object]]:
    """Each search, when ``last`` is the number of entries."""
    now = datetime.fromtimestamp(last * APART / 1_000_000, UTC)
    a_week = Filters(actor="person 7", since=now - 2 * WEEK, until=now - WEEK)
    filters = {
        "newest page": Filters(),
        "of one actor": Filters(actor="person 7"),
        "of one actor, a week": a_week,
        "of one object": Filters(object="object 77"),
        "of one subject": Filters(mark="mark 77"),
        "field:, of many": Filters(field="accessTokenDuration"),
        "field:, of few": Filters(field="field 77"),
        "field: and new:": Filters(field="accessTokenDuration", new="600"),
        "changes of one service": Filters(service="7", effects=("change",)),
        "refused": Filters(outcomes=("refused",)),
        "any of three actors": Filters(actor=("person 7", "person 8", "person 9")),
        "without two actors": Filters(without=Filters(actor=("person 7", "person 8"))),
        "words that are nowhere, 30 days": Filters(text="nowhere"),
        "old: that is nowhere, 30 days": Filters(old="nowhere"),
    }
    found: dict[str, Callable[[], object]] = {
        name: partial(search, OWN, one, now=now) for name, one in filters.items()
    }
    found["a page in the middle"] = partial(
        search, OWN, Filters(), f"o{SEQ + last // 2:x}", now=now
    )
    found["words, counted"] = partial(count, OWN, Filters(text="thing 7"), now=now)
    begun = datetime.fromtimestamp(0, UTC)
    found["words that are nowhere, all of it"] = partial(
        search, OWN, Filters(text="nowhere", since=begun), now=now
    )
    return found


def measure(_: Stage) -> None:
    told = f"{connection.vendor}, {MANY:,} entries against {FEW:,}, p50 of {DRAWS}"
    say("", f"Searches of the record: {told}")
    _fill(1, FEW)
    few = {name: waits(look) for name, look in looks(FEW).items()}
    _fill(FEW + 1, MANY)
    many = {name: waits(look) for name, look in looks(MANY).items()}
    for name, took in many.items():
        goal = "<= 1.5x" if name == "newest page" else ""
        note = f"best {took[0]:.2f}, p95 {took[-1 - len(took) // 20]:.2f}"
        say(Ratio(name, _middle(took), _middle(few[name]), goal=goal, note=note))
    window, all_of_it = (
        _middle(many[f"words that are nowhere, {where}"])
        for where in ("30 days", "all of it")
    )
    say(Ratio("words: 30 days against all of it", window, all_of_it, goal="<= 0.01x"))


def waits(look: Callable[[], object]) -> list[float]:
    """Milliseconds, the shortest first; fewer of them where one takes long."""
    found: list[float] = []
    until = time.perf_counter() + 15
    while len(found) < DRAWS + 5 and (len(found) < 10 or time.perf_counter() < until):
        began = time.perf_counter()
        look()
        found.append(1000 * (time.perf_counter() - began))
    return sorted(found[5:])


def _middle(found: list[float]) -> float:
    return found[len(found) // 2]


def _fill(first: int, last: int) -> None:
    with connection.cursor() as cursor:
        for statement in (FILL, ADD_FIELDS, ADD_BLOCKS):
            cursor.execute(statement.format(first=first, last=last))
        cursor.execute("ANALYZE")
