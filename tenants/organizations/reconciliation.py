"""Check at Authlete what happened to calls with an unknown outcome."""

from collections.abc import Callable, Mapping
from typing import Any

from tenants.audit.actor import Actor
from tenants.audit.models import OUTCOME_TIMEOUT, AuditEntry
from tenants.audit.reconciliation.evidence import (
    MAX_CLOCK_SKEW,
    Conclusion,
    Evidence,
    UnresolvedCall,
    conclude_too_early,
)
from tenants.audit.reconciliation.rules import NO_RULE, RULES, conclude_unreachable
from tenants.audit.recorder import AuditLogSink
from tenants.authlete import AuthleteClient
from tenants.authlete.errors import AuthleteError
from tenants.models import Organization
from tenants.organizations.api_clients import connect, load_credentials
from tenants.versions.models import Version

type EvidenceSource = Callable[[AuditEntry], Mapping[str, Any]]
EVIDENCE_SOURCES: dict[str, EvidenceSource] = {}


def register_evidence_source(operation: str) -> Callable[[EvidenceSource], EvidenceSource]:
    """Register a function that adds evidence learned after the intent."""

    def register(learn: EvidenceSource) -> EvidenceSource:
        EVIDENCE_SOURCES[operation] = learn
        return learn

    return register


def find_evidence(
    actor: Actor,
    organization: Organization | None,
    entry: AuditEntry,
    *,
    reason: str = "",
    ticket: str = "",
) -> Evidence:
    """Check at Authlete, recorded as ``actor``."""
    if organization is None or not entry.region:
        return NO_RULE
    watch = AuditLogSink(actor, reason, ticket)
    try:
        authlete = connect(load_credentials(organization), entry.region, watch)
        return evaluate_evidence(entry, authlete)
    except AuthleteError as error:
        return conclude_unreachable(error)


def evaluate_evidence(entry: AuditEntry, authlete: AuthleteClient) -> Evidence:
    """Check at Authlete; raise `AuthleteError` if it doesn't respond."""
    rule, learn = RULES.get(entry.operation), EVIDENCE_SOURCES.get(entry.operation)
    if rule is None:
        return NO_RULE
    call = UnresolvedCall(entry, authlete, learn(entry) if learn else {})
    seconds = call.seconds_in_flight  # when the look begins
    evidence = rule(call)
    if seconds and evidence.conclusion is Conclusion.FAILED:
        return conclude_too_early(seconds)
    return evidence


@register_evidence_source("client.create")
def _clients_created_by_other_calls(entry: AuditEntry) -> Mapping[str, Any]:
    """Return clients created by other calls around that time."""
    margin = 2 * MAX_CLOCK_SKEW + OUTCOME_TIMEOUT
    versions = Version.objects.filter(
        organization_id=entry.organization_id,
        region=entry.region,
        service_id=int(entry.service),
        written=True,
        first_at__range=(entry.time - margin, entry.time + margin),
    )
    created = dict(versions.exclude(entry=entry.entry).values_list("entry", "client_id"))
    creates = AuditEntry.objects.filter(
        organization_id=entry.organization_id, operation=entry.operation, entry__in=created
    )
    creating_calls = list(creates.values_list("entry", flat=True))
    return {"told": creating_calls, "others": [str(created[call]) for call in creating_calls]}
