"""The open findings per day, as bars of a chart."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone
from django.utils.functional import Promise

from console.findings.lists import SEVERITY_LABELS, SEVERITY_STYLES
from console.models import FindingCount
from tenants.authlete.documents.rules import Severity
from tenants.models import Organization

DAYS = 90  # shown, the last of them today
HEIGHT = 100  # of the tallest bar


@dataclass(frozen=True, slots=True)
class Bar:
    """The findings of one severity on a day, in units of the chart."""

    style: str
    x: int
    y: int
    height: int


@dataclass(frozen=True, slots=True)
class Trend:
    """The days with a count, the oldest first."""

    days: Sequence[FindingCount]
    bars: Sequence[Bar]
    width: int
    highest: int  # number of findings on a day

    @property
    def latest(self) -> list[tuple[str | Promise, str, int]]:
        """The label, style and last count of each severity."""
        return [
            (SEVERITY_LABELS[severity], SEVERITY_STYLES[severity], getattr(self.days[-1], severity))
            for severity in Severity
        ]


def find_trend(organization: Organization) -> Trend | None:
    """Return the counts of the last days, or None for fewer than two of them."""
    oldest = timezone.localdate() - timedelta(days=DAYS - 1)
    counts = FindingCount.objects.filter(organization=organization, day__gte=oldest)
    days = list(counts.order_by("day"))
    if len(days) < 2:
        return None
    highest = max(sum(_by_severity(day)) for day in days)
    bars = []
    for day in days:
        top = HEIGHT
        for severity, count in zip(Severity, _by_severity(day), strict=True):
            height = round(count * HEIGHT / max(highest, 1))
            top -= height
            x = (day.day - days[0].day).days
            bars.append(Bar(SEVERITY_STYLES[severity], x, top, height))
    return Trend(days, bars, (days[-1].day - days[0].day).days + 1, highest)


def _by_severity(day: FindingCount) -> list[int]:
    return [getattr(day, severity) for severity in Severity]
