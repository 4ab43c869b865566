"""Looking at Authlete what became of a call whose outcome is unknown."""

from collections.abc import Callable, Mapping
from typing import Any

from tenants.audit.log import AuditLog
from tenants.audit.lost.found import Finding, Lost
from tenants.audit.lost.rules import RULES, UNRULED, unseen
from tenants.audit.models import AuditEntry
from tenants.audit.who import Who
from tenants.authlete import Authlete
from tenants.authlete.errors import AuthleteError
from tenants.connect import connect, credentials
from tenants.models import Organization

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
    return rule(Lost(entry, authlete, learn(entry) if learn else {}))
