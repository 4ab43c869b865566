"""Moments: as people type them, as an address has them, and as a page says them."""

from datetime import UTC, datetime
from typing import ClassVar

from django import forms
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _


def parse_timestamp(text: str) -> datetime | None:
    """Parse a time from a query string; without an offset, it is in the reader's time zone.

    Of a time that their clock shows twice, when summer ends, it is the first; one that
    is skipped, when summer begins, is what the clock shows instead.
    """
    try:
        moment = parse_datetime(text.strip())
        if moment is None:
            return None
        if timezone.is_naive(moment):
            moment = timezone.make_aware(moment)
        moment = moment.astimezone(UTC)
        timezone.localtime(moment)  # some are in no year of the reader's
    except (ValueError, OverflowError):
        return None
    return moment


def ambiguous_twin(moment: datetime) -> datetime | None:
    """Return the other time at which the reader's clock shows the same; None if there is none."""
    local, zone = timezone.localtime(moment), timezone.get_current_timezone()
    other = local.replace(fold=1 - local.fold).astimezone(UTC)
    is_shown = other.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None)
    return other if is_shown and other != local.astimezone(UTC) else None


def is_same_second(one: datetime, other: datetime) -> bool:
    """Return whether the reader's clock shows both as the same second."""
    return local_clock(one) == local_clock(other)


def local_clock(moment: datetime) -> str:
    """Format a time in the reader's time zone for a form field."""
    return f"{timezone.localtime(moment):%Y-%m-%dT%H:%M:%S}"


def timestamp_param(moment: datetime) -> str:
    """Format a time for a query string."""
    return timezone.localtime(moment).isoformat(timespec="microseconds")


def format_timestamp(moment: datetime) -> str:
    """Format a time in the reader's time zone, with its offset."""
    local = timezone.localtime(moment)
    return f"{date_format(local, 'j M Y')}, {local:%H:%M:%S} {local:%:z}"


class TimestampField(forms.Field):
    """Takes what an address does."""

    default_error_messages: ClassVar = {"invalid": _("Enter a time such as 2026-06-30T12:00.")}

    def to_python(self, value: str | None) -> datetime | None:
        moment = parse_timestamp(value) if value else None
        if value and moment is None:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return moment
