"""The metrics endpoint of the web server, request metrics, and gauges of the database."""

from collections.abc import Callable
from datetime import UTC, datetime, time
from time import perf_counter

from django.conf import settings
from django.db.models import Count, Max, Min
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from prometheus_client import CONTENT_TYPE_LATEST

from console.models import KnownService
from console.models.webhooks import late_webhooks
from tenants.audit.models import CheckpointProgress
from tenants.audit.reconciliation.resolutions import find_unresolved
from tenants.jobs.models import OPEN_JOB_STATES, Job, JobState, Worker
from tenants.metrics import REQUESTS, Samples, gauge, parse_address, render_metrics
from tenants.models import Credential
from tenants.organizations.region_circuits import is_circuit_open
from tenants.organizations.regions import get_regions

METHODS = ("GET", "HEAD", "POST")


class MetricsMiddleware:
    """Measure requests, and answer Prometheus at ``METRICS_ADDRESS``.

    The web server listens there as well (`gunicorn.conf.py`). That address serves nothing
    but ``/metrics``, and no other address serves it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self._address = (
            parse_address(settings.METRICS_ADDRESS) if settings.METRICS_ADDRESS else None
        )

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if self._address and _local_port(request) == self._address[1]:
            return _answer_scrape(request)
        started = perf_counter()
        response = self.get_response(request)
        match = request.resolver_match
        view = match.view_name if match else "none"
        method = request.method if request.method in METHODS else "other"
        REQUESTS.labels(view, method, response.status_code).observe(perf_counter() - started)
        return response


def _local_port(request: HttpRequest) -> int | None:
    socket = request.META.get("gunicorn.socket")
    name = socket.getsockname() if socket else None
    return name[1] if isinstance(name, tuple) else None


def _answer_scrape(request: HttpRequest) -> HttpResponse:
    if request.path_info != "/metrics":
        return HttpResponse("Only /metrics is here.\n", status=404, content_type="text/plain")
    return HttpResponse(render_metrics(), content_type=CONTENT_TYPE_LATEST)


def _age(moment: datetime | None) -> float:
    """Return the seconds since a time; 0 without one."""
    return max(0.0, (timezone.now() - moment).total_seconds()) if moment else 0.0


@gauge("circuit_open", "region")
def read_circuits() -> Samples:
    """1 while calls to the region are paused."""
    return [((name,), is_circuit_open(region.url)) for name, region in get_regions().items()]


@gauge("jobs", "state")
def read_jobs() -> Samples:
    """Jobs that have not ended."""
    jobs = Job.objects.filter(state__in=OPEN_JOB_STATES).order_by().values_list("state")
    counts = dict(jobs.annotate(Count("pk")))
    return [((state.value,), counts.get(state.value, 0)) for state in OPEN_JOB_STATES]


@gauge("job_queue_age_seconds")
def read_queue_age() -> Samples:
    """Since when the longest waiting job is due."""
    due = Job.objects.filter(state=JobState.WAITING, due_at__lte=timezone.now())
    return [((), _age(due.aggregate(Min("due_at"))["due_at__min"]))]


@gauge("worker_heartbeat_age_seconds")
def read_heartbeat() -> Samples:
    """Since the last heartbeat of any worker."""
    last_seen_at = Worker.objects.aggregate(Max("seen_at"))["seen_at__max"]
    return [((), _age(last_seen_at))] if last_seen_at else []


@gauge("unknown_outcomes")
def read_unknown_outcomes() -> Samples:
    """Unresolved changes with an unknown outcome."""
    return [((), find_unresolved().count())]


@gauge("unknown_outcome_age_seconds")
def read_oldest_unknown_outcome() -> Samples:
    """Age of the oldest change with an unknown outcome."""
    oldest = find_unresolved().aggregate(Min("at"))["at__min"]  # microseconds since 1970
    return [((), _age(datetime.fromtimestamp(oldest / 1e6, UTC) if oldest else None))]


@gauge("checkpoint_age_seconds", "target")
def read_checkpoint_ages() -> Samples:
    """Since the last checkpoint that a target accepted."""
    sinks = CheckpointProgress.objects.exclude(sent_at=None).values_list("name", "sent_at")
    return [((name,), _age(sent)) for name, sent in sinks]


@gauge("inventory_age_seconds", "region")
def read_inventory_ages() -> Samples:
    """Since the oldest complete sync of a service."""
    regions = KnownService.objects.order_by().values_list("region").annotate(Min("clients_at"))
    return [((region,), _age(oldest)) for region, oldest in regions if oldest]


@gauge("services_never_synced", "region")
def read_unsynced_services() -> Samples:
    """Services whose clients were never read."""
    services = KnownService.objects.filter(clients_at=None).order_by().values_list("region")
    return [((region,), number) for region, number in services.annotate(Count("pk"))]


@gauge("credential_expires_seconds", "organization", "region")
def read_credential_expiry() -> Samples:
    """Until a credential expires."""
    credentials = Credential.objects.exclude(expires_on=None).select_related("organization")
    for credential in credentials:
        assert credential.expires_on
        expires_at = datetime.combine(credential.expires_on, time.max, UTC)
        labels = (credential.organization.slug, credential.region)
        yield labels, (expires_at - timezone.now()).total_seconds()


@gauge("webhooks_late")
def read_late_webhooks() -> Samples:
    """Webhooks that are stopped or behind."""
    return [((), len(late_webhooks()))]
