"""The charts of an organization's dashboard, from counted numbers and the index."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from console.charts import Bar, Chart, ChartPoint, ChartSeries, day_points, make_bars
from console.inventory.expiry import MAX_WARNING, ExpiringItem
from console.inventory.statistics import (
    CALL_DAYS,
    CHANGE_EFFECTS,
    SECRET_AGE_DAYS,
    percentile_ms,
    server_today,
)
from console.models import CallCount, InventoryCount
from console.web.access import Member
from console.web.labels import OUTCOME_LABELS
from tenants.authlete.documents.enums import CLIENT_AUTH_METHOD, GRANT_TYPE
from tenants.authlete.outcome import Outcome
from tenants.organizations.roles import ConsolePermission

POSTURE_DAYS = 90
WEEK = timedelta(days=7)
# From the bottom of a column to its top.
OUTCOME_STYLES = {
    Outcome.SUCCEEDED: "",
    Outcome.REJECTED: "warn",
    Outcome.NOT_SENT: "neutral",
    Outcome.UNKNOWN: "bad",
    Outcome.FAILED: "bad",
}


@dataclass(frozen=True, slots=True)
class Posture:
    """The share of checked objects without an open high finding, today and by day."""

    checked: int
    at_risk: int
    chart: Chart

    @property
    def score(self) -> int | None:
        """The share in percent, rounded down; None if nothing was checked."""
        return _score(self.checked, self.at_risk)


@dataclass(frozen=True, slots=True)
class RegionCalls:
    """The calls to a region within the charted days."""

    region: str
    calls: int
    errors: Bar  # percent of the calls; its path is their list
    median_ms: float | None
    p95: Bar  # milliseconds


@dataclass(frozen=True, slots=True)
class DashboardCharts:
    """All charts, and when their numbers were counted."""

    posture: Posture
    changes: Chart
    expirations: Chart
    secret_ages: Chart
    regions: Sequence[RegionCalls]
    grants: Sequence[Bar]
    auth_methods: Sequence[Bar]
    counted_at: datetime | None


def dashboard_charts(member: Member, expiring_items: Sequence[ExpiringItem]) -> DashboardCharts:
    """Return the charts about the member's regions."""
    regions = [region.name for region in member.regions()]
    today = server_today()
    calls = list(
        CallCount.objects.filter(
            organization=member.organization,
            region__in=regions,
            day__gt=today - timedelta(days=CALL_DAYS),
        )
    )
    inventory = list(
        InventoryCount.objects.filter(
            organization=member.organization,
            region__in=regions,
            day__gt=today - timedelta(days=POSTURE_DAYS),
        ).order_by("day")
    )
    latest = {row.region: row for row in inventory}  # the newest one of each region
    return DashboardCharts(
        _posture(inventory, list(latest.values())),
        _changes(member, calls),
        _expirations(member, expiring_items),
        _secret_ages(list(latest.values())),
        _region_calls(member, regions, calls),
        _client_bars(member, "grant", GRANT_TYPE, [row.grants for row in latest.values()]),
        _client_bars(
            member, "auth", CLIENT_AUTH_METHOD, [row.auth_methods for row in latest.values()]
        ),
        min((row.counted_at for row in (*latest.values(), *calls[-1:])), default=None),
    )


def _posture(inventory: Sequence[InventoryCount], latest: Sequence[InventoryCount]) -> Posture:
    checked: Counter[object] = Counter()
    at_risk: Counter[object] = Counter()
    for row in inventory:
        checked[row.day] += row.checked
        at_risk[row.day] += row.at_risk
    today = server_today()
    first = min((row.day for row in inventory), default=today)
    days = [first + timedelta(days=number) for number in range((today - first).days + 1)]
    scores = [_score(checked[day], at_risk[day]) for day in days]
    series = ChartSeries(gettext_lazy("Posture score"), "", scores)
    chart = Chart(
        "posture-trend",
        gettext_lazy("Posture score per day"),
        day_points(days),
        [series],
        unit="%",
        maximum=100,
        is_line=True,
    )
    return Posture(sum(row.checked for row in latest), sum(row.at_risk for row in latest), chart)


def _score(checked: int, at_risk: int) -> int | None:
    return (checked - at_risk) * 100 // checked if checked else None


def _changes(member: Member, calls: Sequence[CallCount]) -> Chart:
    today = server_today()
    days = [today - timedelta(days=number) for number in reversed(range(CALL_DAYS))]
    numbers: dict[str, Counter[object]] = {outcome: Counter() for outcome in OUTCOME_STYLES}
    for row in calls:
        for outcome, number in row.changes.items():
            numbers.setdefault(outcome, Counter())[row.day] += number
    series = [
        ChartSeries(
            OUTCOME_LABELS.get(outcome, outcome),
            OUTCOME_STYLES.get(Outcome(outcome), "bad"),
            [by_day[day] for day in days],
            _log_path(member, effect=CHANGE_EFFECTS, outcome=outcome, since=days[0]),
        )
        for outcome, by_day in numbers.items()
        if by_day or outcome == Outcome.SUCCEEDED
    ]
    paths = [_log_path(member, effect=CHANGE_EFFECTS, since=day, until=day) for day in days]
    title = gettext_lazy("Changes at Authlete per day")
    return Chart("changes-per-day", title, day_points(days, paths), series)


def _expirations(member: Member, items: Sequence[ExpiringItem]) -> Chart:
    """Return the items that expire per week, after those that have expired."""
    now = timezone.now()
    weeks = -(-MAX_WARNING // WEEK)
    expired = sum(item.has_expired for item in items)
    numbers = Counter((item.ends_at - now) // WEEK for item in items if not item.has_expired)
    list_path = reverse("keys:expiry", args=[member.organization.slug])
    points = [ChartPoint(_("Expired"), _("Expired"), f"{list_path}?within=0")]
    for week in range(weeks):
        start = timezone.localdate(now + week * WEEK)
        label = _("Week from %(day)s") % {"day": date_format(start, "j M Y")}
        is_named = week in (weeks // 2, weeks - 1)
        points.append(ChartPoint(label, date_format(start, "j M") if is_named else "", list_path))
    series = [
        ChartSeries(_("Expired"), "bad", [expired] + [0] * weeks, f"{list_path}?within=0"),
        ChartSeries(_("Expiring"), "", [0, *(numbers[week] for week in range(weeks))], list_path),
    ]
    title = gettext_lazy("Expirations per week")
    return Chart("expirations", title, points, series, point_label=gettext_lazy("Week"))


def _secret_ages(latest: Sequence[InventoryCount]) -> Chart:
    totals = [
        sum(row.secret_ages[index] for row in latest) for index in range(len(SECRET_AGE_DAYS) + 1)
    ]
    points, lower = [], 0
    for days in SECRET_AGE_DAYS:
        label = _("%(first)d to %(last)d days") % {"first": lower, "last": days}
        points.append(ChartPoint(label, f"{lower}–{days}"))
        lower = days
    label = ngettext("more than %(count)d day", "more than %(count)d days", lower)
    points.append(ChartPoint(label % {"count": lower}, f"> {lower}"))
    series = ChartSeries(_("Client secrets"), "", totals)
    title, point_label = gettext_lazy("Client secrets by age"), gettext_lazy("Age")
    return Chart("secret-ages", title, points, [series], point_label=point_label)


def _region_calls(
    member: Member, regions: Sequence[str], calls: Sequence[CallCount]
) -> list[RegionCalls]:
    since = server_today() - timedelta(days=CALL_DAYS - 1)
    failures = [Outcome.REJECTED, Outcome.NOT_SENT, Outcome.UNKNOWN, Outcome.FAILED]
    totals, errors, medians, p95s = [], [], [], []
    for region in regions:
        counts = [row for row in calls if row.region == region]
        totals.append(total := sum(row.calls for row in counts))
        percent = sum(row.failed for row in counts) * 100 / total if total else 0
        text = f"{number_format(percent, decimal_pos=1)}%" if total else "–"
        path = _log_path(member, region=region, reads=1, outcome=failures, since=since)
        errors.append((text, percent, path))
        buckets = [row.latencies for row in counts if row.latencies]
        latencies = [sum(bucket) for bucket in zip(*buckets, strict=True)]
        medians.append(percentile_ms(latencies, 0.5))
        p95s.append(("", percentile_ms(latencies, 0.95), ""))
    error_bars, p95_bars = make_bars(errors, whole=100), make_bars(p95s)
    return list(map(RegionCalls, regions, totals, error_bars, medians, p95_bars))


def _client_bars(
    member: Member, facet: str, labels: Mapping[str, str], counts: Sequence[Mapping[str, int]]
) -> list[Bar]:
    """Return the number of clients per value of a facet, the most frequent one first."""
    totals: Counter[str] = Counter()
    for row in counts:
        totals.update(row)
    path = reverse("clients:index", args=[member.organization.slug])
    return make_bars(
        [
            (
                _(labels[value]) if value in labels else value or _("Unknown"),
                number,
                f"{path}?{urlencode({facet: value})}",
            )
            for value, number in totals.most_common()
        ]
    )


def _log_path(member: Member, **filters: object) -> str:
    """Return the path of a search of the audit log; empty if the member can't open it."""
    if not member.can(ConsolePermission.AUDIT_LOG):
        return ""
    path = reverse("audit:index", args=[member.organization.slug])
    return f"{path}?{urlencode(filters, doseq=True)}"
