"""A page of the record, when there is little of it and when there is much."""

import os
import time

from django.db import connection

from bench.said import Ratio, say
from bench.stage import Stage
from tenants.audit.models import AuditEntry
from tenants.audit.search import Filters, search

FEW = 10_000
MANY = int(os.environ.get("BENCH_ENTRIES", "200000"))
DRAWS = 60
ENTRIES = AuditEntry._meta.db_table
# Twenty organizations take turns, so that one's entries lie apart; the numbers start
# where no other measurement writes.
FILL = f"""
INSERT INTO {ENTRIES} (seq, entry, at, actor_id, actor, role, organization_id,
  organization, region, operation, effect, service, client, subject, object, label,
  path, attempt, reason, ticket, page, address, changed, outcome, status, code,
  ended_at, surprises, outcome_seq)
WITH RECURSIVE n(i) AS
  (SELECT CAST({{first}} AS bigint) UNION ALL SELECT i + 1 FROM n WHERE i < {{last}})
SELECT 1000000000 + i, 'entry ' || i, i * 1000000, 1 + i / 20 % 97,
  'person ' || (i / 20 % 97), 'admin', 1000 + i % 20, 'harbor', 'us', 'service.get',
  CASE WHEN i / 20 % 7 = 0 THEN 'change' ELSE 'read' END, '' || (i / 20 % 50),
  '', '', '', '', '/api/17/service/get', 1, '', '', 'page ' || i, '127.0.0.1', '[]',
  CASE WHEN i / 20 % 200 = 0 THEN 'refused' ELSE 'done' END, 200, '', i * 1000000 + 9,
  '[]', 1000000000 + i
FROM n
"""  # noqa: S608
LOOKS = {
    "newest page": Filters(),
    "of one actor": Filters(actor="person 7"),
    "changes of one service": Filters(service="7", effects=("change",)),
    "refused": Filters(outcomes=("refused",)),
}


def measure(_: Stage) -> None:
    say("", f"A page of the record: {MANY:,} entries against {FEW:,}, p95 of {DRAWS}")
    _fill(1, FEW)
    few = {name: p95(filters) for name, filters in LOOKS.items()}
    _fill(FEW + 1, MANY)
    for name, filters in LOOKS.items():
        goal = "<= 1.5x" if filters == Filters() else ""
        say(Ratio(name, p95(filters), few[name], goal=goal))


def p95(filters: Filters) -> float:
    """Milliseconds, over draws from all organizations."""
    waits = []
    for at in range(DRAWS + 5):
        began = time.perf_counter()
        search(1000 + at % 20, filters)
        waits.append(1000 * (time.perf_counter() - began))
    return sorted(waits[5:])[int(DRAWS * 0.95)]


def _fill(first: int, last: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(FILL.format(first=first, last=last))
        cursor.execute("ANALYZE")
