"""The clients of one service: one page of them as Authlete has them, or all of them
at once, which alone can be searched, counted and sorted."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.core.paginator import Paginator

from console.access import Workspace
from console.clients.asked import Asked, text_of, value_of
from console.clients.columns import BY_NAME
from console.clients.facets import Counted, narrowed
from console.clients.rows import Row
from console.editing.known import remember_clients
from tenants.authlete.documents.client import Client
from tenants.authlete.errors import AuthleteError
from tenants.authlete.listing import all_clients


@dataclass(frozen=True, slots=True)
class Shown:
    """One page of a list, and what is known of the rest."""

    rows: Sequence[Row]
    start: int  # of the first row, counted from one; 0 where there is none
    total: int  # how many fit
    all: int  # how many there are
    counted: Counted | None = None  # None: not all of them were looked at
    fitting: Sequence[Row] = field(default=(), repr=False)  # all that fit, for a file
    error: AuthleteError | None = None  # why some are missing
    most: int = 0  # where there are more than are looked at: how many were

    @property
    def end(self) -> int:
        return self.start + len(self.rows) - 1 if self.rows else self.start


def one_page(workspace: Workspace, service_id: int, asked: Asked) -> Shown:
    """One call; when it shows all that there are, they are counted as well."""
    start = (asked.page - 1) * asked.size
    api = workspace.authlete.service(service_id).clients
    page = api.list(start=start, end=start + asked.size)
    found = page.clients or []
    if start == 0 and len(found) == page.total_count:
        return _sifted(workspace, service_id, asked, found, page.total_count)
    rows = [Row.of(workspace.region.name, service_id, one) for one in found]
    return Shown(rows, start + 1 if rows else 0, page.total_count, page.total_count)


def every_one(workspace: Workspace, service_id: int, asked: Asked) -> Shown:
    """All of them, page by page and at once; raises where none could be read."""
    (listed,) = all_clients([(workspace.authlete, service_id)])
    if listed.error and not listed.found:
        raise listed.error
    return _sifted(
        workspace,
        service_id,
        asked,
        listed.all,
        listed.total,
        listed.error,
        listed.kind.most if listed.is_cut else 0,
    )


def _sifted(
    workspace: Workspace,
    service_id: int,
    asked: Asked,
    clients: Sequence[Client],
    total: int,
    error: AuthleteError | None = None,
    most: int = 0,
) -> Shown:
    """What of ``clients`` is asked for, in the order that is asked for."""
    region = workspace.region.name
    rows = [(Row.of(region, service_id, one), one) for one in clients]
    if error is None and not any(row.is_limited for row, _ in rows):
        remember_clients(workspace.organization, region, service_id, clients)
    named = asked.query.found(
        rows,
        lambda one: text_of(one[1]),
        lambda one, member: value_of(one[1], member, one[0]),
    )
    found, counted = narrowed(
        asked.facets, ((row, 1) for row, _ in named), asked.chosen
    )
    if asked.sort:
        column = BY_NAME[asked.sort.removeprefix("-")]
        found.sort(key=column.key, reverse=asked.sort.startswith("-"))
    page = Paginator(found, asked.size).get_page(asked.page)
    return Shown(
        list(page),
        page.start_index(),
        len(found),
        total,
        counted,
        found,
        error,
        most,
    )
