"""Sync the clients of all services: a job for each region, and a first look at once.

A job has an item for its region, which lists the services, and then an item for each of
these. So it shows its progress, resumes after a kill and waits while the region is down.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.core.cache import cache
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from console.clients.listing.rows import ClientRow
from console.inventory.index import index_clients, index_services
from console.inventory.services import RegionServices, list_services
from console.inventory.statistics import count_inventory
from console.models import KnownService
from console.web.access import Member
from tenants.authlete.documents.client import Client, ClientPage
from tenants.authlete.errors import AuthleteError
from tenants.authlete.listing import ListResult, list_all_clients, list_all_services
from tenants.authlete.operation import Effect
from tenants.authlete.transport.deadline import Deadline
from tenants.jobs import control
from tenants.jobs.context import JobContext
from tenants.jobs.models import OPEN_JOB_STATES, UNFINISHED_ITEM_STATES, Item, Job, NewItem
from tenants.jobs.registry import ItemResult, job_handler
from tenants.models import Organization

SYNC_JOB = "inventory.sync"
LIST_SECONDS = 30.0  # for all clients of one service
FRESH_FOR = timedelta(minutes=1)  # services synced this recently are skipped
FIRST_SYNC_SECONDS = 5.0  # that the first visit waits; a job syncs the others
MIN_SECONDS_LEFT = 1.0  # seconds without which no more is asked for
SERVICES_PER_BATCH = 4  # services whose clients are held in memory at once
NEVER_READ = datetime.min.replace(tzinfo=UTC)

type ServiceKey = tuple[str, int]  # region and service


def start_sync(member: Member) -> list[Job]:
    """Start a job for each connected region that has no open one; return the new jobs."""
    kind = SYNC_JOB
    with control.exclusive_jobs(member.actor, member.organization, kind) as open_jobs:
        busy = set(Item.objects.filter(job__in=open_jobs).values_list("region", flat=True))
        return [
            control.start_job(
                member.actor,
                member.organization,
                kind,
                (title := _("Sync %(region)s") % {"region": region.title}),
                [NewItem(region.name, label=_("List services"))],
                reason=title,
            )
            for region in member.regions()
            if region.name not in busy
        ]


@dataclass(frozen=True, slots=True)
class SyncProgress:
    """An open sync of one region."""

    job: Job
    done: int  # services
    total: int


def load_progress(organization: Organization) -> dict[str, SyncProgress]:
    """Return the open sync of each region that has one."""
    jobs = Job.objects.filter(organization=organization, kind=SYNC_JOB, state__in=OPEN_JOB_STATES)
    progress: dict[str, SyncProgress] = {}
    for job in jobs:
        services = Item.objects.filter(job=job).exclude(service_id=0)
        unfinished = services.filter(state__in=UNFINISHED_ITEM_STATES).count()
        total = services.count()
        region = Item.objects.filter(job=job).values_list("region", flat=True)[0]
        progress[region] = SyncProgress(job, total - unfinished, total)
    return progress


@job_handler(SYNC_JOB, permission=Effect.READ, concurrency=2)
def sync_item(work: JobContext, item: Item) -> ItemResult:
    """Sync the clients of a service, or list the services of a region."""
    if not item.service_id:
        return _list_services(work, item)
    key = (item.region, item.service_id)
    if _synced_at(work.job.organization).get(key, NEVER_READ) > timezone.now() - FRESH_FOR:
        return ItemResult(_("Synced less than a minute ago."), changed=False)
    service = (work.connect(item.region), item.service_id)
    (listed,) = list_all_clients([service], LIST_SECONDS)
    problem = _index_listed(work.job.organization, key, listed)
    if listed.error:
        raise listed.error
    if problem:
        return ItemResult(problem, changed=False)
    text = ngettext("%(count)d client.", "%(count)d clients.", listed.total)
    return ItemResult(text % {"count": listed.total})


def _list_services(work: JobContext, item: Item) -> ItemResult:
    organization, region = work.job.organization, item.region
    try:
        (listed,) = list_all_services([work.connect(region)])
        if listed.error:
            raise listed.error
    except AuthleteError as error:
        _save_problem(organization, _describe_error(error), region=region)
        raise
    index_services(organization, {region: listed.items})
    synced_at = _synced_at(organization)
    services = [service for service in listed.items if 0 < service.api_key < 2**63]
    services.sort(key=lambda service: synced_at.get((region, service.api_key), NEVER_READ))
    work.add_items(
        NewItem(region, service.api_key, label=service.service_name or str(service.api_key))
        for service in services
    )
    text = ngettext("%(count)d service.", "%(count)d services.", len(services))
    return ItemResult(text % {"count": len(services)})


@dataclass(frozen=True, slots=True)
class FirstSync:
    """The result of the sync on the first visit."""

    silent_regions: Sequence[RegionServices]  # regions that did not list their services
    remaining_services: int  # services for which no time was left


def sync_first(member: Member) -> FirstSync | None:
    """Sync the organization's services for a few seconds; start jobs for the others.

    Returns None if another page or a job does it. The first few services are always synced.
    """
    lock = f"clients-first-sync:{member.organization.pk}"
    if load_progress(member.organization):
        return None
    if not cache.add(lock, member.page_id, 2 * FIRST_SYNC_SECONDS):
        return None
    deadline = Deadline(FIRST_SYNC_SECONDS)
    services = list_services(member)
    for unreachable in services.unreachable:
        assert unreachable.error
        problem = _describe_error(unreachable.error)
        _save_problem(member.organization, problem, region=unreachable.region.name)
    keys = [
        (row.region.name, row.service.api_key)
        for row in services.rows
        if not row.seen_at and 0 < row.service.api_key < 2**63
    ]
    clients = {name: member.connect(name) for name in {region for region, _ in keys}}
    while keys:
        batch, keys = keys[:SERVICES_PER_BATCH], keys[SERVICES_PER_BATCH:]
        asked = [(clients[region], number) for region, number in batch]
        lists = list_all_clients(asked, LIST_SECONDS)
        for key, listed in zip(batch, lists, strict=True):
            _index_listed(member.organization, key, listed)
        if deadline.remaining() < MIN_SECONDS_LEFT:
            break
    count_inventory(member.organization)
    if keys:
        start_sync(member)
    return FirstSync(services.unreachable, len(keys))


def _index_listed(
    organization: Organization, key: ServiceKey, listed: ListResult[ClientPage, Client]
) -> str:
    """Index a complete list of clients; store and return the problem of an incomplete one."""
    problem = ""
    if listed.error:
        problem = _describe_error(listed.error)
    elif any(ClientRow.from_client(*key, client).is_limited for client in listed.items):
        problem = _("the credential can read only names")
    if problem:
        _save_problem(organization, problem, region=key[0], service_id=key[1])
    else:
        index_clients(organization, *key, listed.items)
    return problem


def _describe_error(error: AuthleteError) -> str:
    """Describe the error with HTTP status, code and request ID."""
    details = [f"HTTP {error.status}" if error.status else "", error.code]
    if error.request_id:
        details.append(_("request %(id)s") % {"id": error.request_id})
    quoted = " ".join(filter(None, details))
    return f"{error.message} ({quoted})" if quoted else error.message


def _save_problem(organization: Organization, problem: str, **where: str | int) -> None:
    """Store why services show their last known clients."""
    KnownService.objects.filter(organization=organization, **where).update(
        clients_problem=problem[:1_000]
    )


def _synced_at(organization: Organization) -> dict[ServiceKey, datetime]:
    """Return when each synced service was synced."""
    services = KnownService.objects.filter(organization=organization, clients_at__isnull=False)
    rows = services.values_list("region", "service_id", "clients_at")
    return {(region, number): synced_at or NEVER_READ for region, number, synced_at in rows}
