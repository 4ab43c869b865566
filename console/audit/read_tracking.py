"""Log access to the audit log."""

from console.web.access import Member
from tenants.audit.events import AUDIT_READ
from tenants.audit.recorder import record_event
from tenants.authlete.errors import AuditUnavailableError


def log_read(member: Member, what: str) -> bool:
    """Log that a member reads the audit log; return False if it can't be logged.

    Reading stays possible, since it is needed to find out why.
    """
    try:
        record_event(member.actor, AUDIT_READ, object=what)
    except AuditUnavailableError:
        return False
    return True
