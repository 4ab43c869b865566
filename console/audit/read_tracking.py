"""Keeping that somebody reads the record."""

from console.web.access import Member
from tenants.audit.events import AUDIT_READ
from tenants.audit.recorder import record_event
from tenants.authlete.errors import AuditUnavailableError


def log_read(member: Member, what: str) -> bool:
    """Keep that someone reads the record. Where nothing can be kept, it can be read
    all the same: that is when it has to be."""
    try:
        record_event(member.actor, AUDIT_READ, object=what)
    except AuditUnavailableError:
        return False
    return True
