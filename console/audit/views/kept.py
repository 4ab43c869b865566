"""How long what is kept, what was removed, and what is left of an entry that was."""

from uuid import UUID

from django.http import Http404, HttpResponse

from console import keeping
from console.access import ConsoleRequest, Member, organization_page
from console.audit.noting import noted
from console.page import answer
from tenants.audit.events import AUDIT_EXPIRE, VERSIONS_EXPIRE
from tenants.roles import Right


@organization_page(Right.RECORD)
def kept(request: ConsoleRequest, member: Member) -> HttpResponse:
    """How long each kind of entry is kept, and every removal of this organization's."""
    unwritten = not noted(member, "what is kept")
    removals = keeping.removals(member.organization.pk)
    context = {
        "member": member,
        "unwritten": unwritten,
        "kinds": list(keeping.kept(member.organization.pk)),
        "versions": keeping.versions(),
        "total": removals[0].total if removals else 0,
        "removals": removals[: keeping.LISTED],
        "more": len(removals) > keeping.LISTED,
        "operation": AUDIT_EXPIRE.name,
        "of_versions": VERSIONS_EXPIRE.name,
    }
    return answer(request, "audit/kept.html", context)


def gone(request: ConsoleRequest, member: Member, entry: UUID) -> HttpResponse:
    """What is known of an entry that was removed; there never was any other."""
    remains = keeping.remains(member.organization.pk, str(entry))
    if remains is None:
        raise Http404
    context = {
        "member": member,
        "unwritten": not noted(member, remains.entry),
        "remains": remains,
    }
    return answer(request, "audit/gone.html", context, status=410)
