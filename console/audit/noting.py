"""Keeping that somebody reads the record."""

from console.access import Member
from tenants.audit.events import AUDIT_READ
from tenants.audit.notes import note
from tenants.authlete.errors import NotRecorded


def noted(member: Member, what: str) -> bool:
    """Keep that someone reads the record. Where nothing can be kept, it can be read
    all the same: that is when it has to be."""
    try:
        note(member.who, AUDIT_READ, object=what)
    except NotRecorded:
        return False
    return True
