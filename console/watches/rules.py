"""Notify about findings of watched rules that appear or end."""

from itertools import groupby

from django.db import transaction
from django.db.models import Count, Max
from django.utils import timezone

from console.models import Watch
from console.models.findings import open_findings
from console.models.transitions import update_if
from console.models.watches import notify_of_counts, watch_permission
from tenants.jobs.periodic_tasks import run_every_minute
from tenants.models import Organization
from tenants.organizations.roles import Role


@run_every_minute
def check_watched_rules() -> None:
    """Compare the open findings of each watched rule with those at the last check."""
    watches = Watch.objects.filter(kind=Watch.Kind.RULE).select_related("membership__organization")
    ordered = watches.order_by("membership__organization", "target")
    for (organization, rule), group in groupby(
        ordered, key=lambda watch: (watch.membership.organization, watch.target)
    ):
        total, newest = count_open(organization, rule)
        for watch in group:
            if newest > watch.newest_finding or total != watch.open_findings:
                _notify(watch, total, newest)


def count_open(organization: Organization, rule: str) -> tuple[int, int]:
    """Return the number of a rule's open findings, and the newest one."""
    findings = open_findings(organization).filter(rule=rule).order_by()
    counts = findings.aggregate(total=Count("pk"), newest=Max("pk"))
    return counts["total"], counts["newest"] or 0


def _notify(watch: Watch, total: int, newest: int) -> None:
    """Store the counts, and notify unless another worker has."""
    findings = open_findings(watch.membership.organization).filter(rule=watch.target)
    added = findings.filter(pk__gt=watch.newest_finding).count()
    resolved = watch.open_findings + added - total
    if resolved < 0:  # waivers ended
        added, resolved = added - resolved, 0
    expected = {"newest_finding": watch.newest_finding, "open_findings": watch.open_findings}
    last = max(newest, watch.newest_finding)
    with transaction.atomic():
        if not update_if(watch, expected, newest_finding=last, open_findings=total):
            return
        may_see = Role(watch.membership.role).has_permission(watch_permission(watch.kind))
        if may_see and not watch.is_muted and (added or resolved):
            key = f"rule/{watch.pk}/{timezone.now().timestamp()}"
            notify_of_counts(watch, key, added=added, resolved=resolved)
