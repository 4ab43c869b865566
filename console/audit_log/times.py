"""Days and times in searches, in the reader's time zone.

Relative values such as ``last-quarter`` are evaluated with each search.
"""

import re
from calendar import monthrange
from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django import forms
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from console.forms.timestamps import FIRST_DAY, LAST_DAY, format_day, format_timestamp
from console.lists.search_tokens import did_you_mean

TIME_HELP = _(
    "Enter a date like 2026-11-24, a month like 2026-11, a time like "
    "2026-11-24T12:30Z, 7d, 12h, yesterday or last-quarter."
)
AGE = re.compile(r"(\d{1,4})(min|h|d|w|mo|y)", re.ASCII)
SPELLED_AGE = re.compile(  # with a hyphen for each space
    r"(\d{1,4})-?(min|h|d|w|mo|y)(?:(?<=min)utes?|(?<=h)ours?|(?<=d)ays?|(?<=w)eeks?"
    r"|(?<=mo)nths?|(?<=y)ears?|s)?(?:-ago)?",
    re.ASCII,
)
AGE_UNITS = {
    "min": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
CALENDAR_PERIOD = re.compile(r"(\d{4})(?:-(?:q([1-4])|(\d\d)))?", re.ASCII)  # of the calendar
ZONED_TIME = re.compile(r"(.*\d)\s*(Z|UTC|[+-]\d\d:?\d\d|[A-Za-z_]+/[\w/+-]+)", re.ASCII)
CALENDAR_UNIT_MONTHS = {"mo": 1, "y": 12}  # months
MAX_MONTHS_AGO = 50 * 12  # months ago
DATE_FORMATS = (
    "%Y/%m/%d",
    "%d.%m.%Y",
    *("%d %B %Y", "%d. %B %Y", "%B %d, %Y", "%B %d %Y", "%B %Y"),
    *("%d %b %Y", "%d. %b %Y", "%b %d, %Y", "%b %d %Y", "%b %Y"),
)
CLOCK_FORMATS = ("%H:%M", "%H:%M:%S")  # of today
PERIOD_MONTHS = {"month": 1, "quarter": 3, "year": 12}
# Period names: calendar unit, how many units before the current one, and label.
NAMED_PERIODS: Mapping[str, tuple[str, int, str | Promise]] = {
    "today": ("day", 0, _("today")),
    "yesterday": ("day", 1, _("yesterday")),
    "this-week": ("week", 0, _("this week")),
    "last-week": ("week", 1, _("last week")),
    "this-month": ("month", 0, _("this month")),
    "last-month": ("month", 1, _("last month")),
    "this-quarter": ("quarter", 0, _("this quarter")),
    "last-quarter": ("quarter", 1, _("last quarter")),
    "this-year": ("year", 0, _("this year")),
    "last-year": ("year", 1, _("last year")),
}


class TimeField(forms.CharField):
    """A point in time or an age such as ``7d``, as text; local time by default."""

    def __init__(self) -> None:
        super().__init__(max_length=40, required=False, widget=forms.HiddenInput)

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        plain = "-".join(text.casefold().split())
        ago = SPELLED_AGE.fullmatch(plain)
        if ago and int(ago[1]) * CALENDAR_UNIT_MONTHS.get(ago[2], 0) <= MAX_MONTHS_AGO:
            return f"{ago[1]}{ago[2]}"
        if not text or plain in NAMED_PERIODS:
            return plain
        moment = _parse_time(text)
        if moment is None or not FIRST_DAY <= moment.date() <= LAST_DAY:
            raise forms.ValidationError(str(TIME_HELP) + did_you_mean(plain, NAMED_PERIODS))
        if timezone.is_naive(moment):
            moment = timezone.make_aware(moment)
        in_utc = moment.astimezone(timezone.get_fixed_timezone(0))
        return in_utc.isoformat().removesuffix("+00:00") + "Z"


def resolve_time(text: str) -> datetime | None:
    """Return the point in time that a cleaned `TimeField` value means now."""
    if ago := AGE.fullmatch(text):
        number, unit = int(ago[1]), ago[2]
        if unit in CALENDAR_UNIT_MONTHS:
            return _months_ago(number * CALENDAR_UNIT_MONTHS[unit])
        return timezone.now() - number * AGE_UNITS[unit]
    if period := NAMED_PERIODS.get(text):
        return midnight(period_start(*period[:2]))
    return datetime.fromisoformat(text) if text else None


def period_start(unit: str, periods_ago: int) -> date:
    """Return the first day of the period ``periods_ago``, in local time."""
    today = timezone.localdate()
    if unit == "day":
        return today - timedelta(days=periods_ago)
    if unit == "week":
        return today - timedelta(days=today.weekday(), weeks=periods_ago)
    month, size = today.year * 12 + today.month - 1, PERIOD_MONTHS[unit]
    return _first_of_month(month // size * size - periods_ago * size)


def describe_time(text: str) -> str:
    """Describe a cleaned `TimeField` value, with UTC offset."""
    if ago := AGE.fullmatch(text):
        number = int(ago[1])
        details = {
            "min": ngettext("%(n)d minute ago", "%(n)d minutes ago", number),
            "h": ngettext("%(n)d hour ago", "%(n)d hours ago", number),
            "d": ngettext("%(n)d day ago", "%(n)d days ago", number),
            "w": ngettext("%(n)d week ago", "%(n)d weeks ago", number),
            "mo": ngettext("%(n)d month ago", "%(n)d months ago", number),
            "y": ngettext("%(n)d year ago", "%(n)d years ago", number),
        }
        return details[ago[2]] % {"n": number}
    if period := NAMED_PERIODS.get(text):
        return f"{period[2]} ({format_day(period_start(*period[:2]))})"
    return format_timestamp(datetime.fromisoformat(text))


def _parse_time(text: str) -> datetime | None:
    """Parse a date or time in common formats."""
    if period := CALENDAR_PERIOD.fullmatch(text.casefold()):
        year, quarter, month = (int(group) if group else 0 for group in period.groups())
        if not year or (period[3] and not 1 <= month <= PERIOD_MONTHS["year"]):
            return None
        first = _first_of_month(year * 12 + max(0, month - 1, (quarter - 1) * 3))
        return datetime.combine(first, time.min)
    for form in DATE_FORMATS:
        with suppress(ValueError):
            return datetime.strptime(text, form)
    for form in CLOCK_FORMATS:
        with suppress(ValueError):
            clock_time = datetime.strptime(text, form).time()
            return datetime.combine(timezone.localdate(), clock_time)
    try:
        if zoned := ZONED_TIME.fullmatch(text):
            when, zone = zoned.groups()
            if "/" not in zone:
                return parse_datetime(when + zone.replace("UTC", "Z"))
            moment = parse_datetime(when)
            return moment and moment.replace(tzinfo=ZoneInfo(zone))
        return parse_datetime(text)
    except (ValueError, ZoneInfoNotFoundError, OSError):
        return None


def _months_ago(months: int) -> datetime:
    """Return the same local day and time months ago, or the month's last day."""
    now = timezone.localtime()
    first = _first_of_month(now.year * 12 + now.month - 1 - months)
    last = monthrange(first.year, first.month)[1]
    day = first.replace(day=min(now.day, last))
    return timezone.make_aware(datetime.combine(day, now.time()))


def _first_of_month(months: int) -> date:
    """Return the first day of a month, counted from year 0."""
    return date(months // 12, months % 12 + 1, 1)


def midnight(day: date | None, *, days: int = 0) -> datetime | None:
    """Return the local start of a day, or of ``days`` later."""
    if day is None:
        return None
    return timezone.make_aware(datetime.combine(day + timedelta(days=days), time.min))
