"""What the templates of both lists of clients are drawn from."""

from typing import Any

from django.utils.translation import gettext as _

from console.access import ConsoleRequest, Member
from console.clients import columns
from console.clients.asked import SIZES, Asked
from console.clients.facets import TYPE
from console.clients.reading import Shown
from console.clients.rotating import under_way
from console.navigation import path_of
from tenants.authlete.operation import Effect


def listing(
    request: ConsoleRequest, member: Member, asked: Asked, shown: Shown
) -> dict[str, Any]:
    """What the templates draw a list with."""
    limited = any(row.is_limited for row in shown.rows)
    wanted = ["type"] if limited else columns.chosen(request.user)
    facets = (TYPE,) if limited else asked.facets
    slug = member.organization.slug
    page = (shown.start - 1) // asked.size + 1  # which need not be the one asked for
    return {
        "member": member,
        "opened": _opened(request),
        "bulk": path_of("clients:bulk", slug) if member.may(Effect.CHANGE) else "",
        "leads": bool(path_of("clients:show", slug, "us", "1", "1")),
        "asked": asked,
        "query": asked.query,
        "shown": shown,
        "sizes": SIZES,
        "columns": [columns.NAME, *(columns.BY_NAME[name] for name in wanted)],
        "wanted": wanted,
        "locked": _("locked"),
        "rotating": {
            "/".join(map(str, place)) for place in under_way(member.organization)
        },
        "limited": limited,
        "facets": [(one, asked.links(one, shown.counted)) for one in facets],
        "chips": list(asked.chips()),
        "previous": asked.path(page=page - 1) if shown.start > 1 else "",
        "next": asked.path(page=page + 1) if shown.end < shown.total else "",
    }


def _opened(request: ConsoleRequest) -> bool:
    """Whether a link of the filters was followed: they stay open then."""
    return bool(request.htmx) and str(request.htmx.trigger).startswith("facet-")
