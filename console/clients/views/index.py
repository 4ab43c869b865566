from dataclasses import replace
from typing import Any

from django.http.response import HttpResponseBase

from console.access import ConsoleRequest, Member, organization_page
from console.clients import columns
from console.clients.exporting import KINDS, export
from console.clients.refreshing import Refreshed, refresh
from console.clients.searching import ORDERS, Index
from console.clients.views.drawing import listing
from console.page import answer, go
from tenants.authlete.operation import Effect


@organization_page(Effect.READ)
def index(request: ConsoleRequest, member: Member) -> HttpResponseBase:
    """Every client of every service, as they were last seen."""
    known, refreshed = Index(member), None
    if known.is_empty and member.regions():
        refreshed = refresh(member)
        known = Index(member)
    asked = known.asked(request.GET)
    shown = known.page(asked)
    if asked.download in KINDS and not asked.query.problem:
        rows = known.every_one(asked)
        return export(member, asked.download, rows, shown.total, asked.filter)
    if shown.total and not shown.rows:
        last = (shown.total - 1) // asked.size + 1
        return go(request, request.path + asked.path(page=last))
    context = listing(request, member, asked, shown) | _context(known, refreshed)
    return answer(request, "clients/index.html", context, part="list")


def _context(known: Index, refreshed: Refreshed | None) -> dict[str, Any]:
    wanted = columns.chosen(known.member.user)
    shown = [columns.NAME, columns.SERVICE, *(columns.BY_NAME[one] for one in wanted)]
    ages = known.ages()
    return {
        "fleet": True,
        "within": "",
        "refreshed": refreshed,
        "ages": ages,
        "silent": sum(len(age.silent) for age in ages),
        "problems": [one for age in ages for one in age.problems],
        "services": sum(age.services for age in ages),
        "wanted": wanted,
        "columns": [replace(one, sorts=one.name in ORDERS) for one in shown],
    }
