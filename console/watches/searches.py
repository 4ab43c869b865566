"""Count new audit log entries that match watched searches."""

from datetime import UTC, datetime

from django.http import QueryDict

from console.audit_log.search_form import AuditSearchForm
from console.models import Watch
from console.models.watches import watch_permission
from tenants.audit.models import AuditEntry
from tenants.audit.search.entries import MAX_COUNTED, matching_entries
from tenants.models import Organization
from tenants.organizations.roles import Role


def count_new_matches(organization: Organization, first: int, last: int) -> list[tuple[Watch, int]]:
    """Return the watches of searches with matches in a range of rows, without own entries."""
    entries = AuditEntry.objects.filter(
        organization_id=organization.pk, seq__gte=first, seq__lte=last
    )
    watches = Watch.objects.filter(
        kind=Watch.Kind.SEARCH, is_muted=False, membership__organization=organization
    )
    if not (watches.exists() and entries.exists()):
        return []
    counted = [
        (watch, _count(organization, watch, first, last))
        for watch in watches.select_related("membership", "search")
        if _may_see(watch)
    ]
    return [(watch, number) for watch, number in counted if number]


def _may_see(watch: Watch) -> bool:
    search, member = watch.search, watch.membership
    is_visible = search is not None and (search.shared or search.user_id == member.user_id)
    return is_visible and Role(member.role).has_permission(watch_permission(watch.kind))


def _count(organization: Organization, watch: Watch, first: int, last: int) -> int:
    """Count a search's matches, at most `MAX_COUNTED` for each of its alternatives."""
    form = AuditSearchForm(QueryDict(watch.search.query if watch.search else ""), organization)
    if not form.is_valid():
        return 0
    matching: set[int] = set()
    for filters in form.to_filters().split_alternatives():
        found = matching_entries(organization.pk, filters, datetime.now(UTC), (first, last))
        others = found.exclude(actor_id=watch.membership.user_id).order_by()
        matching.update(others.values_list("seq", flat=True)[:MAX_COUNTED])
    return len(matching)
