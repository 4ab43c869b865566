"""Looking at Authlete what became of a call whose outcome is unknown."""

from collections.abc import Callable, Mapping
from typing import Any

from tenants.audit.log import AuditLog
from tenants.audit.lost.found import Finding, Lost, Verdict, not_yet
from tenants.audit.lost.rules import RULES, UNRULED, unseen
from tenants.audit.lost.since import CLOCKS
from tenants.audit.models import PATIENCE, AuditEntry
from tenants.audit.who import Who
from tenants.authlete import Authlete
from tenants.authlete.errors import AuthleteError
from tenants.connect import connect, credentials
from tenants.models import Organization
from tenants.versions.models import Version

type Learn = Callable[[AuditEntry], Mapping[str, Any]]
LEARNT: dict[str, Learn] = {}


def learnt(operation: str) -> Callable[[Learn], Learn]:
    """Register what tells of a call more than its intent could: by what was learnt
    later, and is kept elsewhere."""

    def register(learn: Learn) -> Learn:
        LEARNT[operation] = learn
        return learn

    return register


def look(
    who: Who,
    organization: Organization | None,
    entry: AuditEntry,
    *,
    reason: str = "",
    ticket: str = "",
) -> Finding:
    """What Authlete tells now; ``who`` looks, which is in the record as well."""
    if organization is None or not entry.region:
        return UNRULED
    watch = AuditLog(who, reason, ticket)
    try:
        authlete = connect(credentials(organization), entry.region, watch)
        return found(entry, authlete)
    except AuthleteError as error:
        return unseen(error)


def found(entry: AuditEntry, authlete: Authlete) -> Finding:
    """The same; raises `AuthleteError` where Authlete does not answer."""
    rule, learn = RULES.get(entry.operation), LEARNT.get(entry.operation)
    if rule is None:
        return UNRULED
    lost = Lost(entry, authlete, learn(entry) if learn else {})
    seconds = lost.on_its_way  # when the look begins
    finding = rule(lost)
    if seconds and finding.verdict is Verdict.NOT_DONE:
        return not_yet(seconds)
    return finding


@learnt("client.create")
def _made_by_others(entry: AuditEntry) -> Mapping[str, Any]:
    """The clients of the same service that other calls have made at about that time,
    and which calls those were: versions know both."""
    margin = 2 * CLOCKS + PATIENCE
    kept = Version.objects.filter(
        organization_id=entry.organization_id,
        region=entry.region,
        service_id=int(entry.service),
        written=True,
        first_at__range=(entry.time - margin, entry.time + margin),
    )
    made = dict(kept.exclude(entry=entry.entry).values_list("entry", "client_id"))
    creates = AuditEntry.objects.filter(
        organization_id=entry.organization_id,
        operation=entry.operation,
        entry__in=made,
    )
    told = list(creates.values_list("entry", flat=True))
    return {"told": told, "others": [str(made[one]) for one in told]}
