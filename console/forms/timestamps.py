"""Days and times in forms, URLs and pages, in the user's time zone.

Inputs show the format of pages, so that a time can be copied from a page, and accept ISO 8601.
"""

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

FIRST_DAY, LAST_DAY = date(1970, 1, 2), date(2999, 12, 30)
MAX_LIFETIME = timedelta(days=366)
DAY_HELP = _("Enter a date like 24 Nov 2026 or 2026-11-24.")
DAY_FORMATS = ["%Y-%m-%d", "%d %b %Y", "%d %B %Y"]
TIME_FORMATS = [
    f"%d {month} %Y{comma} {clock}{offset}"
    for month in ("%b", "%B")
    for comma in (",", "")
    for clock in ("%H:%M:%S", "%H:%M")
    for offset in ("", " %z")
]


def parse_timestamp(text: str) -> datetime | None:
    """Return the time that ``text`` states, in UTC, or None if it is invalid.

    Without an offset it is in the user's time zone. An ambiguous local time is the
    earlier one; a skipped local time is shifted by the length of the gap.
    """
    try:
        moment = parse_datetime(text.strip()) or _parse_spelled_time(" ".join(text.split()))
        if moment is None:
            return None
        if timezone.is_naive(moment):
            moment = timezone.make_aware(moment)
        moment = moment.astimezone(UTC)
        timezone.localtime(moment)  # raises if the local year is out of range
    except (ValueError, OverflowError):
        return None
    return moment


def _parse_spelled_time(text: str) -> datetime | None:
    for form in TIME_FORMATS + DAY_FORMATS:
        with suppress(ValueError):
            return datetime.strptime(text, form)
    return None


def ambiguous_twin(moment: datetime) -> datetime | None:
    """Return the other time with the same local time, or None."""
    local, zone = timezone.localtime(moment), timezone.get_current_timezone()
    twin = local.replace(fold=1 - local.fold).astimezone(UTC)
    is_same_local = twin.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None)
    return twin if is_same_local and twin != local.astimezone(UTC) else None


def is_same_second(first: datetime, second: datetime) -> bool:
    """Return whether both times are in the same second."""
    return first.replace(microsecond=0) == second.replace(microsecond=0)


def timestamp_param(moment: datetime) -> str:
    """Return the local time as a URL parameter, to the microsecond."""
    return timezone.localtime(moment).isoformat(timespec="microseconds")


def format_day(day: date) -> str:
    """Return the date in the format of pages and inputs."""
    return date_format(day, "j M Y")


def format_timestamp(moment: datetime) -> str:
    """Return the local date, time and offset in the format of pages and inputs."""
    local = timezone.localtime(moment)
    return f"{format_day(local)}, {local:%H:%M:%S} {local:%:z}"


class DayField(forms.DateField):
    """A day in the user's time zone."""

    default_error_messages: ClassVar = {"invalid": DAY_HELP}

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"placeholder": _("24 Nov 2026"), "autocomplete": "off"}
        super().__init__(
            input_formats=DAY_FORMATS,
            widget=forms.TextInput(attrs),
            validators=[
                MinValueValidator(FIRST_DAY, DAY_HELP),
                MaxValueValidator(LAST_DAY, DAY_HELP),
            ],
            **kwargs,
        )

    def prepare_value(self, value: Any) -> Any:
        with suppress(forms.ValidationError):
            value = self.to_python(value)
        return format_day(value) if isinstance(value, date) else value


class ExpiryDayField(DayField):
    """A day from tomorrow up to a year from now."""

    def validate(self, value: date | None) -> None:
        super().validate(value)
        today = timezone.localdate()
        if value and not today < value <= today + MAX_LIFETIME:
            raise forms.ValidationError(_("Enter a day from tomorrow up to a year from now."))


class TimestampField(forms.Field):
    """A time in the user's time zone."""

    default_error_messages: ClassVar = {"invalid": _("Enter a time like 24 Nov 2026, 12:30.")}

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"placeholder": _("24 Nov 2026, 12:30"), "autocomplete": "off"}
        super().__init__(required=False, widget=forms.TextInput(attrs), **kwargs)

    def to_python(self, value: str | None) -> datetime | None:
        moment = parse_timestamp(value) if value else None
        if value and moment is None:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return moment

    def prepare_value(self, value: Any) -> Any:
        moment = parse_timestamp(value) if isinstance(value, str) else value
        return format_timestamp(moment) if moment else value
