from django.http.response import HttpResponseBase

from console.access import ConsoleRequest, Member, organization_page
from console.editing.fleet import fleet
from console.keys.asked import FACETS, LABELS, SIZES, Asked
from console.keys.exporting import export
from console.keys.searching import Inventory
from console.page import answer
from tenants.authlete.operation import Effect


@organization_page(Effect.READ)
def index(request: ConsoleRequest, member: Member) -> HttpResponseBase:
    """Every key and certificate over all regions, the first to end on top.

    Services are asked now; what clients registered is shown as it was last seen.
    """
    silent = fleet(member).silent
    inventory = Inventory(member, frozenset(one.region.name for one in silent))
    asked = Asked(request.GET, member.regions())
    shown = inventory.page(asked)
    if asked.download == "csv" and not asked.query.problem:
        rows = inventory.every_one(asked)
        return export(member, rows, shown.page.paginator.count, asked.filter)
    page = shown.page
    links = {name: asked.links(name, shown.counted[name]) for name in FACETS}
    context = {
        "member": member,
        "asked": asked,
        "query": asked.query,
        "shown": shown,
        "page": page,
        "silent": silent,
        "ages": inventory.ages(),
        "quick": links["kind"] + [one for one in links["mark"] if one.id == "mark-any"],
        "facets": [(name, LABELS[name], links[name]) for name in FACETS[1:]],
        "chips": list(asked.chips()),
        "previous": _turned(request, page.number - 1) if page.has_previous() else "",
        "next": _turned(request, page.number + 1) if page.has_next() else "",
        "sizes": SIZES,
    }
    return answer(request, "keys/index.html", context, part="list")


def _turned(request: ConsoleRequest, to: int) -> str:
    asked = request.GET.copy()
    asked["page"] = str(to)
    return f"?{asked.urlencode()}"
