"""The page about all keys of an organization."""

from dataclasses import replace

from django.http.response import HttpResponseBase

from console.inventory.services import list_services
from console.keys.inventory.rows import EXPORT_FIELDS
from console.keys.inventory.search import ANY_ISSUE, ISSUE_FACET, KeyInventory, parse_request
from console.lists.export import export_rows
from console.lists.request import list_context
from console.web.access import ConsoleRequest, Member, organization_page
from console.web.responses import render_page
from tenants.audit.events import KEYS_EXPORTED
from tenants.authlete.operation import Effect


@organization_page(Effect.READ)
def index(request: ConsoleRequest, member: Member) -> HttpResponseBase:
    """List all keys and certificates in all regions, the next to expire first.

    Services are fetched now; keys of clients come from the last sync.
    """
    failed_regions = list_services(member).unreachable
    inventory = KeyInventory(member, frozenset(failed.region.name for failed in failed_regions))
    list_request = parse_request(request.GET, member.regions())
    page = inventory.page(list_request)
    if list_request.download == "csv" and not list_request.query.problem:
        return export_rows(
            request,
            member,
            KEYS_EXPORTED,
            "keys",
            EXPORT_FIELDS,
            inventory.iterate(list_request),
            count=page.total,
            filter_query=list_request.filter_query,
            file_format="csv",
        )
    issues = [
        replace(link, label=str(ISSUE_FACET.label))
        for link in list_request.facet_links(ISSUE_FACET, page.facet_counts)
        if link.id == f"{ISSUE_FACET.name}-{ANY_ISSUE}"
    ]
    context = list_context(request, list_request, page)
    context |= {
        "member": member,
        "failed_regions": failed_regions,
        "ages": inventory.sync_ages(),
        "coverage": inventory.coverage(),
        "quick": context["quick"] + issues,
    }
    return render_page(request, "keys/index.html", context, part="list")
