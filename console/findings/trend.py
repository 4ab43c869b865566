"""The open findings per day, as a chart."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from console.charts import Chart, ChartSeries, day_points
from console.findings.lists import SEVERITY_LABELS
from console.inventory.rules import SEVERITY_STYLES
from console.models import FindingCount
from tenants.authlete.documents.rules import Severity
from tenants.models import Organization

DAYS = 90  # shown, the last of them today


def find_trend(organization: Organization) -> Chart | None:
    """Return the chart of the last days, or None for fewer than two of them."""
    today = timezone.localdate()
    counts = FindingCount.objects.filter(
        organization=organization, day__gt=today - timedelta(days=DAYS)
    )
    by_day = {count.day: count for count in counts}
    if len(by_day) < 2:
        return None
    first, last = min(by_day), max(by_day)
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    series = [
        ChartSeries(
            SEVERITY_LABELS[severity],
            SEVERITY_STYLES[severity] or "neutral",
            [getattr(by_day.get(day), severity, None) for day in days],
            f"?severity={severity}",
            shows_last=True,
        )
        for severity in Severity
    ]
    return Chart("trend-chart", _("Open findings per day"), day_points(days), series)
