"""Timestamps in forms, URLs and pages, in the user's time zone."""

from datetime import UTC, datetime
from typing import ClassVar

from django import forms
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _


def parse_timestamp(text: str) -> datetime | None:
    """Return the time that ``text`` states, in UTC, or None if it is invalid.

    Without an offset it is in the user's time zone. An ambiguous local time is the
    earlier one; a skipped local time is shifted by the length of the gap.
    """
    try:
        moment = parse_datetime(text.strip())
        if moment is None:
            return None
        if timezone.is_naive(moment):
            moment = timezone.make_aware(moment)
        moment = moment.astimezone(UTC)
        timezone.localtime(moment)  # raises if the local year is out of range
    except (ValueError, OverflowError):
        return None
    return moment


def ambiguous_twin(moment: datetime) -> datetime | None:
    """Return the other time with the same local time, or None."""
    local, zone = timezone.localtime(moment), timezone.get_current_timezone()
    other = local.replace(fold=1 - local.fold).astimezone(UTC)
    is_shown = other.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None)
    return other if is_shown and other != local.astimezone(UTC) else None


def is_same_second(one: datetime, other: datetime) -> bool:
    """Return whether both times are in the same local second."""
    return local_clock(one) == local_clock(other)


def local_clock(moment: datetime) -> str:
    """Return the local time in the format of a form field."""
    return f"{timezone.localtime(moment):%Y-%m-%dT%H:%M:%S}"


def timestamp_param(moment: datetime) -> str:
    """Return the local time as a URL parameter, to the microsecond."""
    return timezone.localtime(moment).isoformat(timespec="microseconds")


def format_timestamp(moment: datetime) -> str:
    """Return the local date, time and offset."""
    local = timezone.localtime(moment)
    return f"{date_format(local, 'j M Y')}, {local:%H:%M:%S} {local:%:z}"


class TimestampField(forms.Field):
    """A form field that accepts an ISO 8601 timestamp."""

    default_error_messages: ClassVar = {"invalid": _("Enter a time such as 2026-06-30T12:00.")}

    def to_python(self, value: str | None) -> datetime | None:
        moment = parse_timestamp(value) if value else None
        if value and moment is None:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return moment
