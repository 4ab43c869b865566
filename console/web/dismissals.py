"""Notices that people dismiss until their count grows."""

from console.models import DismissedNotice
from console.web.access import Member


def is_dismissed(member: Member, name: str, count: int) -> bool:
    """Return whether the member dismissed this notice at this count or a larger one.

    A smaller count is remembered, so that the notice returns when it grows again.
    """
    dismissed = DismissedNotice.objects.filter(
        user=member.user, organization=member.organization, name=name
    )
    notice = dismissed.first()
    if notice is None or count > notice.count:
        return False
    if count < notice.count:
        dismissed.update(count=count)
    return True


def dismiss(member: Member, name: str, count: int) -> None:
    """Hide a notice from the member while its count is at most ``count``."""
    DismissedNotice.objects.update_or_create(
        user=member.user, organization=member.organization, name=name, defaults={"count": count}
    )
