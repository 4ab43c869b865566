"""Invented calls to fill an audit log: half of them of one organization."""

from collections.abc import Iterator

from tenants.audit.records import IntentRecord, OutcomeRecord, canonical_json

OWN_ORGANIZATION = 1  # the organization that is searched: every second call is one of its own
INTERVAL_MICROSECONDS = 26_000_000  # microseconds from one call to the next: 100,000 in 30 days
ACTORS, SERVICES, CLIENTS, SUBJECTS = 97, 50, 5000, 5000
CHANGED_FIELD = "accessTokenDuration"  # that every third change changes
READER_NAME = "reader@bench.example"  # who never changed anything
RARE_EVERY = 5000  # one call in so many is from a region, a role or a code of its own
READ_OPERATIONS = "service.get client.get client.list service.list token.list".split()
CHANGE_OPERATIONS = {
    field: canonical_json([{"field": field, "before": 3600, "after": after}])
    for field, after in [(CHANGED_FIELD, 600), *((f"member{n}", n) for n in range(150))]
}


def generate_calls(
    first: int, last: int, begin: int
) -> Iterator[tuple[IntentRecord, OutcomeRecord]]:
    """Yield calls ``first`` to ``last``; ``begin`` is the time of call 0, in µs since 1970."""
    for n in range(first, last + 1):
        own = n // 2
        at, is_change = begin + n * INTERVAL_MICROSECONDS, own % 7 == 0
        hour = f"{at // 1000:012x}"
        entry = f"{hour[:8]}-{hour[8:]}-7000-8000-{n:012x}"
        yield (
            _intent(n, own, entry, at, is_change=is_change),
            OutcomeRecord(
                entry=entry,
                outcome="refused" if own % 200 == 0 else "done",
                status=200,
                code=f"A00100{own % 5}" if own % RARE_EVERY else "A206104",
                ended_at=at + 40_000,
                surprises="[]",
            ),
        )


def _intent(n: int, own: int, entry: str, at: int, *, is_change: bool) -> IntentRecord:
    changes = own // 7
    field = CHANGED_FIELD if changes % 3 == 0 else f"member{changes % 150}"
    read = READ_OPERATIONS[own % len(READ_OPERATIONS)]
    return IntentRecord(
        entry=entry,
        at=at,
        actor_id=1 + own % ACTORS,
        actor=READER_NAME if not is_change and own % 8 == 0 else actor_name(own),
        role="admin" if own % RARE_EVERY != 1 else "deployer",
        organization_id=OWN_ORGANIZATION if n % 2 == 0 else OWN_ORGANIZATION + 1 + own % 19,
        organization="harbor",
        region="us" if own % RARE_EVERY != 2 else "br",
        operation=("service.update" if own % 2 else "client.update") if is_change else read,
        effect="change" if is_change else "read",
        service=service_id(own),
        client=f"{20_000 + own // 4 % CLIENTS}" if own % 4 == 0 else "",
        subject=f"subject {own // 9 % SUBJECTS}" if own % 9 == 0 else "",
        object=f"object {own // 11 % SUBJECTS}" if own % 11 == 0 else "",
        label=f"thing {own % 1000}",
        path=f"/api/{service_id(own)}/service/get",
        attempt=1,
        reason=f"asked for by team {own % 300}" if is_change else "",
        ticket=f"CHG-{changes // 3 % 2000}" if is_change and changes % 3 == 0 else "",
        page=f"page-{n // 4:x}",
        address="127.0.0.1",
        changed=CHANGE_OPERATIONS[field] if is_change else "[]",
        known="",
    )


def actor_name(number: int) -> str:
    return f"person{number % ACTORS}@bench.example"


def service_id(number: int) -> str:
    return str(10_000 + number % SERVICES)
