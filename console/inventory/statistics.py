"""Count calls, changes, clients and findings per day and region, for charts."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, Value, When
from django.utils import timezone

from console.inventory.rules import RULES
from console.inventory.secret_age import last_changes
from console.models import CallCount, InventoryCount, KnownClient, KnownService
from console.models.findings import open_findings
from tenants.audit.models import AuditEntry, to_microseconds
from tenants.audit.search.entries import find_seq_range
from tenants.authlete.documents.client.rules.authentication import CLIENT_SECRET_METHODS
from tenants.authlete.documents.rules import Severity
from tenants.authlete.object_ref import ObjectRef
from tenants.authlete.operation import Effect
from tenants.authlete.outcome import Outcome
from tenants.authlete.timestamps import datetime_from_ms
from tenants.jobs.periodic_tasks import run_every
from tenants.models import Organization

COUNT_SECONDS = 300.0  # between two counts
CALL_DAYS = 30  # of the audit log that charts show, the last of them today
KEPT_DAYS = 400
CHANGE_EFFECTS = (Effect.CHANGE, Effect.DESTROY)
REFS_PER_STATEMENT = 500  # SQLite limits the parameters
LATENCY_BOUNDS_MS = (
    *(5, 10, 20, 30, 50, 75, 100, 150, 200, 300, 500, 750),
    *(1_000, 1_500, 2_000, 3_000, 5_000, 10_000),
)
SECRET_AGE_DAYS = (30, 90, 180, 365, 730)  # upper bounds; the last bucket has older ones


def server_today() -> date:
    """Return the date in the server's time zone, by which days are counted."""
    return timezone.localdate(timezone=timezone.get_default_timezone())


@run_every(COUNT_SECONDS)
def count_all() -> None:
    """Count for all organizations, and delete old counts."""
    oldest = server_today() - timedelta(days=KEPT_DAYS)
    for model in (CallCount, InventoryCount):
        model.objects.filter(day__lt=oldest).delete()
    for organization in Organization.objects.iterator():
        count_calls(organization)
        count_inventory(organization)


def count_calls(organization: Organization) -> None:
    """Count the calls of today and yesterday; once a day, of all days that charts show.

    Outcomes of earlier days can change while unknown ones are resolved.
    """
    today = server_today()
    counts = CallCount.objects.filter(organization=organization, day=today)
    days = 2 if counts.exists() else CALL_DAYS
    regions = _connected_regions(organization)
    for number in range(days):
        day = today - timedelta(days=number)
        rows = _count_day(organization, day)
        for region in rows.keys() | (regions if day == today else set()):
            CallCount.objects.update_or_create(
                organization=organization,
                region=region,
                day=day,
                defaults=rows.get(region, {}) | {"counted_at": timezone.now()},
            )


def _count_day(organization: Organization, day: date) -> dict[str, dict[str, Any]]:
    """Return the columns of `CallCount` by region."""
    since, until = map(to_microseconds, _bounds(day))
    low, high = find_seq_range(since, until)
    if low > high:
        return {}
    entries = AuditEntry.objects.filter(
        ~Q(path=""),
        ~Q(outcome=Outcome.OPEN),
        organization_id=organization.pk,
        seq__gte=low,
        seq__lte=high,
        at__gte=since,
        at__lt=until,
    )
    is_change = Case(When(effect__in=CHANGE_EFFECTS, then=Value(1)), default=Value(0))
    duration = F("ended_at") - F("at")
    bucket = Case(
        *(
            When(_duration__lt=bound * 1000, then=Value(index))
            for index, bound in enumerate(LATENCY_BOUNDS_MS)
        ),
        default=Value(len(LATENCY_BOUNDS_MS)),
        output_field=IntegerField(),
    )
    groups = (
        entries.order_by()
        .annotate(_is_change=is_change, _duration=duration, _bucket=bucket)
        .values_list("region", "outcome", "_is_change", "_bucket")
        .annotate(Count("seq"))
    )
    counts: dict[str, dict[str, Any]] = {}
    for region, outcome, changes, index, number in groups:
        row = counts.setdefault(region, _no_calls())
        row["calls"] += number
        row["failed"] += number if outcome != Outcome.SUCCEEDED else 0
        if changes:
            row["changes"][outcome] = row["changes"].get(outcome, 0) + number
        if outcome != Outcome.NOT_SENT:
            row["latencies"][index] += number
    return counts


def _no_calls() -> dict[str, Any]:
    return {"calls": 0, "failed": 0, "changes": {}, "latencies": [0] * (len(LATENCY_BOUNDS_MS) + 1)}


def _bounds(day: date) -> Iterator[datetime]:
    for start in (day, day + timedelta(days=1)):
        yield timezone.make_aware(datetime.combine(start, time()), timezone.get_default_timezone())


def percentile_ms(latencies: Sequence[int], share: float) -> float | None:
    """Return the latency in ms that ``share`` of the calls stay below; None without calls.

    It's interpolated within its bucket; beyond the last bound it is that bound.
    """
    wanted, lower = sum(latencies) * share, 0
    if not wanted:
        return None
    for number, upper in zip(latencies, LATENCY_BOUNDS_MS, strict=False):
        if number and wanted <= number:
            return lower + (upper - lower) * wanted / number
        wanted, lower = wanted - number, upper
    return lower


def count_inventory(organization: Organization) -> None:
    """Count today's services, clients and open findings."""
    regions: defaultdict[str, dict[str, Any]] = defaultdict(_no_objects)
    for region in _connected_regions(organization):
        regions[region]  # also without services
    services = KnownService.objects.filter(organization=organization, edition__gt=0).order_by()
    for region, number in services.values_list("region").annotate(Count("pk")):
        regions[region]["checked"] += number
    _count_clients(organization, regions)
    high = [rule.id for rule in RULES.values() if rule.severity is Severity.HIGH]
    objects = open_findings(organization).filter(rule__in=high).order_by()
    for region, *_ids in objects.values_list("region", "service_id", "client_id").distinct():
        regions[region]["at_risk"] += 1
    for region, row in regions.items():
        row["at_risk"] = min(row["at_risk"], row["checked"])
        InventoryCount.objects.update_or_create(
            organization=organization,
            region=region,
            day=server_today(),
            defaults=row | {"counted_at": timezone.now()},
        )


def _no_objects() -> dict[str, Any]:
    return {
        "checked": 0,
        "at_risk": 0,
        "grants": Counter(),
        "auth_methods": Counter(),
        "secret_ages": [0] * (len(SECRET_AGE_DAYS) + 1),
    }


def _count_clients(organization: Organization, regions: defaultdict[str, dict[str, Any]]) -> None:
    """Add the clients, as far as they were listed with their settings."""
    clients = KnownClient.objects.filter(organization=organization).order_by()
    # In the order of the index that has all of these columns.
    kinds = clients.values_list("region", "auth_method", "grants").annotate(Count("pk"))
    for region, method, grants, number in kinds:
        if method or grants:
            row = regions[region]
            row["checked"] += number
            row["auth_methods"][method] += number
            for grant in grants.split():
                row["grants"][grant] += number
    secrets = clients.filter(auth_method__in=CLIENT_SECRET_METHODS, created_at__gt=0)
    secrets = secrets.exclude(client_type="PUBLIC")
    ages = secrets.annotate(_age=_age_bucket()).values_list("region", "_age")
    for region, age, number in ages.annotate(Count("pk")):
        regions[region]["secret_ages"][age] += number
    _move_changed_secrets(secrets, last_changes(organization.pk), regions)


def _move_changed_secrets(
    secrets: QuerySet[KnownClient],
    changed_at: Mapping[ObjectRef, datetime],
    regions: Mapping[str, dict[str, Any]],
) -> None:
    """Move secrets that were changed in the console from their client's age to their own."""
    refs = list(changed_at)
    for start in range(0, len(refs), REFS_PER_STATEMENT):
        ids = [ref.client_id for ref in refs[start : start + REFS_PER_STATEMENT]]
        columns = ("region", "service_id", "client_id", "created_at")
        for region, service_id, client_id, created in secrets.filter(client_id__in=ids).values_list(
            *columns
        ):
            ref, created_at = ObjectRef(region, service_id, client_id), datetime_from_ms(created)
            if ref in changed_at and created_at:
                ages = regions[region]["secret_ages"]
                ages[_bucket_of(created_at)] -= 1
                ages[_bucket_of(changed_at[ref])] += 1


def _age_bucket() -> Case:
    """Return the bucket of a client's age in SQL."""
    now = timezone.now()
    starts = [int((now - timedelta(days=days)).timestamp() * 1000) for days in SECRET_AGE_DAYS]
    return Case(
        *(When(created_at__gt=start, then=Value(index)) for index, start in enumerate(starts)),
        default=Value(len(SECRET_AGE_DAYS)),
        output_field=IntegerField(),
    )


def _bucket_of(since: datetime) -> int:
    age = timezone.now() - since
    return next(
        (index for index, days in enumerate(SECRET_AGE_DAYS) if age < timedelta(days=days)),
        len(SECRET_AGE_DAYS),
    )


def _connected_regions(organization: Organization) -> set[str]:
    return set(organization.credential_set.values_list("region", flat=True))
