"""Each filter uses its index on both databases."""

import json

FILL = """
import json, random
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from console.history.versions import find_creation
from console.history.entries import list_unresolved
from tenants.audit.reconciliation.resolutions import find_unresolved
from tenants.audit.models import AuditBlock, AuditField, to_microseconds
from tenants.audit.search.filters import EntryFilters
from tenants.audit.search.groups import search_groups
from tenants.audit.search.entries import count_entries, search_entries
from tenants.versions.models import Content, Version
NOW = datetime(2026, 11, 24, tzinfo=UTC)
START = to_microseconds(NOW - timedelta(days=200))
random.seed(7)
entries, fields = [], []
for seq in range(1, 40001):
    change, owner = seq % 40 == 0, 1 + seq * 7919 % 50
    many = {"client": seq % 90, "subject": seq % 800, "object": seq % 700,
            "ticket": seq % 600}
    entries.append(AuditEntry(
        seq=seq, entry=str(seq), at=START + seq * 432_000_000,
        organization_id=owner, actor_id=1, actor=f"a{random.randrange(50)}",
        role=random.choice(["admin", "editor"]), region=random.choice(["us", "jp"]),
        operation=f"o{random.randrange(40)}", service=str(random.randrange(50)),
        effect=("change" if change else "read"), page=f"page-{seq // 9}",
        outcome="refused" if seq % 50 == 1 else "done", outcome_seq=seq + 1,
        status=404 if seq % 50 == 1 else 200, address=f"192.0.2.{seq % 90}",
        mark=f"{seq % 800:032x}" if seq % 11 == 0 else None,
        **{name: str(n) if seq % 11 == 0 else "" for name, n in many.items()}))
    if change:
        fields += [AuditField(organization_id=owner, field=f"f{n}", seq=seq)
                   for n in {random.randrange(20), random.randrange(20)}]
AuditEntry.objects.bulk_create(entries, 500)
AuditField.objects.bulk_create(fields, 500)
AuditBlock.objects.bulk_create(AuditBlock(
    block=n, earliest=START + n * 864_000_000_000,
    latest=START + (n + 1) * 864_000_000_000) for n in range(21))
made = Content.from_text(json.dumps({"createdAt": (START + 8_640_000_000_000) // 1000}))
made.save()
def target(service, client=0):
    Version.objects.create(organization_id=1, region="us", service_id=service,
        client_id=client, number=1, digest=made.digest, name="x", first_at=NOW,
        last_at=NOW)
    at = {"organization_id": 1, "region": "us", "service": str(service),
          "client": str(client or "")}
    return SimpleNamespace(audit_columns=at, service_id=service, client_id=client)
with connection.cursor() as cursor:
    if connection.vendor == "postgresql":
        cursor.execute("ANALYZE")
sqlite = connection.vendor == "sqlite"
def plan(work):
    sent = []
    def keep(execute, sql, params, many, context):
        sent.append((sql, params))
        return execute(sql, params, many, context)
    with connection.execute_wrapper(keep):
        work()
    explain = "EXPLAIN QUERY PLAN " if sqlite else "EXPLAIN "
    with connection.cursor() as cursor:
        lines = []
        for sql, params in sent:
            if "audit_auditentry" in sql:
                cursor.execute(explain + sql, params)
                lines += [row[-1].strip() for row in cursor.fetchall()]
        return lines
MORE = ("change", "destroy", "reveal")
middle = [NOW - timedelta(days=days) for days in (60, 50)]
searches = {
    "nothing": EntryFilters(), "actor": EntryFilters(actor="a7"),
    "service": EntryFilters(service="7"),
    "operation": EntryFilters(operation="o7"), "client": EntryFilters(client="7"),
    "subject": EntryFilters(subject="7"), "object": EntryFilters(object="7"),
    "ticket": EntryFilters(ticket="7"), "page": EntryFilters(page="page-7"),
    "field": EntryFilters(field="f7"), "effects": EntryFilters(effects=("change", "destroy")),
    "effect": EntryFilters(effects=("destroy",)),
    "changes": EntryFilters(effects=MORE),
    "actor's changes": EntryFilters(actor="a7", effects=MORE),
    "service's changes": EntryFilters(service="7", effects=MORE),
    "role's changes": EntryFilters(role="x", effects=MORE),
    "actor's failures": EntryFilters(actor="a7", outcomes=("refused",)),
    "service's failures": EntryFilters(service="7", outcomes=("refused",)),
    "unknown changes": EntryFilters(outcomes=("unknown",), effects=MORE),
    "outcomes": EntryFilters(outcomes=("refused", "unknown")),
    "open": EntryFilters(outcomes=("open",)), "role": EntryFilters(role="x"),
    "region": EntryFilters(region="x"), "text": EntryFilters(text="x"),
    "time": EntryFilters(since=middle[0], until=middle[1], outcomes=("done",)),
    "actor in a time": EntryFilters(since=middle[0], until=middle[1], actor="a7"),
    "actor and text": EntryFilters(actor="a7", text="x"),
    "field and actor": EntryFilters(actor="a7", field="f7"),
    "mark": EntryFilters(mark=f"{7:032x}"), "entry": EntryFilters(entry="7"),
    "client's": EntryFilters(clients=[("us", "7")]),
    "client's changes": EntryFilters(clients=[("us", "7")], effects=MORE),
    "place": EntryFilters(places=[("us", "7")]), "code": EntryFilters(code="x"),
    "reason": EntryFilters(reason="x"), "old": EntryFilters(old="x", effects=("change",)),
    "field and new": EntryFilters(field="f7", new="x"),
    "left out": EntryFilters(without=EntryFilters(actor="a7", field="f7")),
    "either actor": EntryFilters(actor=("a6", "a7")),
    "address": EntryFilters(address="192.0.2.7"),
    "changes from an address": EntryFilters(address="192.0.2.7", effects=MORE),
    "either address": EntryFilters(address=("192.0.2.7", "192.0.2.8")),
    "status": EntryFilters(status="404"), "class": EntryFilters(status=("4xx", "503")),
    "changes that failed": EntryFilters(status="404", effects=MORE),
    "success": EntryFilters(status="200"),
    "request": EntryFilters(request=("7", "page-7"), effects=MORE),
}
plans = {name: plan(lambda: search_entries(1, f, now=NOW)) for name, f in searches.items()}
history = EntryFilters(region="us", service="7", effects=MORE)
plans["history"] = plan(lambda: search_entries(1, history, now=NOW))
grouped = {name: plan(lambda: search_groups(1, searches[name], now=NOW)) for name in
           ("nothing", "changes", "actor", "actor's changes", "operation", "service's changes")}
grouped["deep"] = plan(lambda: search_groups(1, EntryFilters(effects=MORE), "o2000", now=NOW))
plans["deep"] = plan(lambda: search_entries(1, EntryFilters(), "o2000"))
plans["newer"] = plan(lambda: search_entries(1, EntryFilters(actor="a7"), "n200"))
plans["count"] = plan(lambda: count_entries(1))
plans["all unsettled"] = plan(lambda: list(find_unresolved(1)[:25]))
plans["number of unsettled"] = plan(lambda: find_unresolved(1)[:1001].count())
plans["unsettled of a service"] = plan(lambda: list_unresolved(target(7), "x"))
plans["unsettled of a client"] = plan(lambda: list_unresolved(target(7, 7), "x"))
plans["making of a service"] = plan(lambda: find_creation(target(8)))
plans["making of a client"] = plan(lambda: find_creation(target(8, 7)))
print(json.dumps([plans, grouped]))
"""

OWN = ["audit_auditentry_pkey", "sqlite_autoindex_audit_auditentry_"]
FIELD = ["audit_auditfield_pkey", "sqlite_autoindex_audit_auditfield_"]
INDEX = {
    "nothing": OWN,
    "actor": ["audit_actor"],
    "service": ["audit_service"],
    "operation": ["audit_operation"],
    "client": ["audit_client"],
    "subject": ["audit_subject"],
    "object": ["audit_object"],
    "ticket": ["audit_ticket"],
    "page": ["audit_request"],
    "field": FIELD,
    "effects": ["audit_changes"],
    "effect": ["audit_rare"],
    "changes": ["audit_changes"],
    "actor's changes": ["audit_deeds"],
    "service's changes": ["audit_history"],
    "role's changes": ["audit_changes"],
    "actor's failures": ["audit_failures_by"],
    "service's failures": ["audit_failures"],
    "unknown changes": ["audit_not_done", "audit_unsettled"],
    "outcomes": ["audit_not_done"],
    "open": ["audit_not_done"],
    "role": OWN,
    "region": OWN,
    "text": OWN,
    "time": OWN,
    "actor in a time": ["audit_actor"],
    "actor and text": ["audit_actor"],
    "field and actor": FIELD,
    "mark": ["audit_mark"],
    "entry": ["audit_entry", "sqlite_autoindex_audit_auditentry_"],
    "client's": ["audit_client"],
    "client's changes": ["audit_client"],
    "place": ["audit_service"],
    "code": ["audit_code"],
    "reason": OWN,
    "old": ["audit_changes", *OWN],
    "field and new": FIELD,
    "left out": OWN,
    "either actor": ["audit_actor"],
    "address": ["audit_address"],
    "changes from an address": ["audit_address"],
    "either address": ["audit_address"],
    "status": ["audit_failing"],
    "class": ["audit_failing"],
    "changes that failed": ["audit_failing"],
    "success": OWN,
    "request": ["audit_entry", "audit_request", "sqlite_autoindex_audit_auditentry_"],
    "history": ["audit_history"],
    "deep": OWN,
    "newer": ["audit_actor"],
    "count": OWN,
    "all unsettled": ["audit_unsettled"],
    "number of unsettled": ["audit_unsettled"],
    "unsettled of a service": ["audit_unsettled"],
    "unsettled of a client": ["audit_unsettled"],
    "making of a service": ["audit_operation", "audit_changes"],
    "making of a client": ["audit_history", "audit_changes"],
}


# PostgreSQL may sort the few rows that an index gave it.
WASTEFUL = {"sqlite": ("SCAN audit", "B-TREE"), "postgresql": ("Seq Scan",)}


def test_each_filter_has_its_index(isolated_database):
    run = isolated_database.run_code(FILL)
    plans, grouped = json.loads(run.stdout or "[{}, {}]")

    assert set(plans) == set(INDEX), run.stderr
    kind = isolated_database.environment["DATABASE_URL"].partition(":")[0]
    # However much was done in a service, what made it is looked for near its time.
    for name in ("making of a service", "making of a client"):
        assert any("seq" in line for line in plans[name])
    wrong = {
        name: plan
        for name, plan in plans.items()
        if not any(index in line for line in plan for index in INDEX[name])
        or any(word in line for line in plan for word in WASTEFUL[kind])
    }
    assert wrong == {}

    # Groups are summed up from the entries of their pages, whatever else is searched for;
    # PostgreSQL knows from its statistics where another index leaves fewer rows.
    wrong = {
        name: plan
        for name, plan in grouped.items()
        if (kind == "sqlite" and not any("audit_request" in line for line in plan))
        or any(WASTEFUL[kind][0] in line for line in plan)
    }
    assert grouped
    assert wrong == {}
