"""The search page; for htmx, the results in the command palette."""

from django.http import HttpResponse

from console.inventory.coverage import InventoryCoverage, organization_coverage
from console.search.results import MAX_QUERY_CHARS, find_groups
from console.web.access import ConsoleRequest, Member, organization_page
from console.web.responses import render_page
from tenants.authlete.operation import Effect


@organization_page(None)
def index(request: ConsoleRequest, member: Member) -> HttpResponse:
    """Find objects, settings, pages and actions that the member may open."""
    text = " ".join(request.GET.get("q", "")[:MAX_QUERY_CHARS].replace("\0", " ").split())
    groups = find_groups(member, text)
    context = {
        "member": member,
        "text": text,
        "groups": groups,
        "count": sum(len(group.results) for group in groups),
        "coverage": _coverage(member) if text else None,
    }
    return render_page(request, "search/index.html", context, part="palette")


def _coverage(member: Member) -> InventoryCoverage | None:
    """Return whose clients can be found; None for members who find none."""
    if not member.can(Effect.READ):
        return None
    regions = [region.name for region in member.regions()]
    return organization_coverage(member.organization, regions)
