"""The search page; for htmx, the results in the command palette."""

from django.http import HttpResponse

from console.search.results import MAX_QUERY_CHARS, find_groups
from console.web.access import ConsoleRequest, Member, organization_page
from console.web.responses import render_page


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
    }
    return render_page(request, "search/index.html", context, part="palette")
