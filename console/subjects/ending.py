"""Revoking in the name of a member: begun with a receipt, whatever comes of it."""

from console.access import Member
from console.lookups import Found
from console.subjects import keeping
from console.subjects.lines import Kept, Trouble, opened
from console.subjects.noting import note_made
from console.subjects.revoking import Revoking
from tenants.authlete.errors import AuthleteError
from tenants.regions import Region


def revoke(
    member: Member,
    found: Found,
    region: Region,
    service_id: int,
    client_id: int,
    reason: str,
    ticket: str,
) -> Kept:
    """End all that one app holds of a subject; the receipt says what went wrong."""
    receipt = keeping.begin(member, found, reason, ticket, regions=[region])
    kept = opened(receipt, region.name, service_id)
    try:
        door = member.connect(region.name, reason=reason, ticket=ticket)
        Revoking(door.service(service_id), found.subject, kept).one(client_id)
    except AuthleteError as error:
        if not kept.troubles:  # which say where, and as much
            kept.trouble = Trouble.of(error)
        kept.keep(is_over=True)
    keeping.end(receipt)
    note_made(member.who, receipt.pk)
    return kept
