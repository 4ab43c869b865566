"""The services and clients that a member opened last, by the audit log."""

from console.web.access import Member
from tenants.audit.models import AuditEntry
from tenants.authlete.operation import Effect
from tenants.authlete.snapshots import READ_OPERATIONS

MAX_ENTRIES_SCANNED = 300
MAX_RECENT_OBJECTS = 8

type Location = tuple[str, int, int]  # region, service and client; 0 for the service itself


def recent_locations(member: Member) -> list[Location]:
    """Return the services and clients that the member opened last, newest first."""
    if not member.can(Effect.READ):
        return []
    entries = AuditEntry.objects.filter(
        organization_id=member.organization.pk, actor=member.user.get_username()
    )
    columns = entries.values_list("operation", "region", "service", "client")
    locations = dict.fromkeys(
        (region, int(service), int(client or 0))
        for operation, region, service, client in columns[:MAX_ENTRIES_SCANNED]
        if operation in READ_OPERATIONS and service.isdecimal() and (client or "0").isdecimal()
    )
    return list(locations)[:MAX_RECENT_OBJECTS]
