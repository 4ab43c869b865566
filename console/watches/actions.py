"""Start a watch."""

from console.models import Watch
from console.models.watches import watches_of
from console.watches.collection import ensure_position
from console.watches.rules import count_open
from console.watches.targets import WatchTarget
from console.web.access import Member
from tenants.models import Membership

MAX_WATCHES = 200  # of a member


def start_watch(member: Member, target: WatchTarget) -> bool:
    """Watch from now on; return False if the member has too many watches."""
    if watches_of(member.user.pk, member.organization).count() >= MAX_WATCHES:
        return False
    ensure_position(member.organization)
    is_rule = target.kind == Watch.Kind.RULE
    total, newest = count_open(member.organization, target.key) if is_rule else (0, 0)
    Watch.objects.get_or_create(
        membership=Membership.objects.get(organization=member.organization, user=member.user),
        target=target.key,
        defaults={
            "kind": target.kind,
            "name": target.name[:200],
            "search": target.search,
            "open_findings": total,
            "newest_finding": newest,
        },
    )
    return True
