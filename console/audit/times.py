"""Days and moments that a search names, where the reader is."""

import re
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

LIKE = _("Enter a day like 2026-11-24.")
MOMENT = _("Enter a day like 2026-11-24, a time like 2026-11-24T12:30Z, or 7d or 12h.")
FIRST, LAST = date(1970, 1, 2), date(2999, 12, 30)
AGO = re.compile(r"(\d{1,4})([dh])", re.ASCII)


class Day(forms.DateField):
    """A day in the reader's time zone."""

    def __init__(self, label: Any) -> None:
        super().__init__(
            label=label,
            required=False,
            input_formats=["%Y-%m-%d"],
            widget=forms.DateInput(attrs={"type": "date"}),
            error_messages={"invalid": LIKE},
            validators=[MinValueValidator(FIRST, LIKE), MaxValueValidator(LAST, LIKE)],
        )


class Moment(forms.CharField):
    """A time, or so long ago; as one text. Without a zone it is the reader's."""

    def __init__(self) -> None:
        super().__init__(max_length=40, required=False, widget=forms.HiddenInput)

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        if not text or AGO.fullmatch(text):
            return text
        try:
            found = parse_datetime(text)
        except ValueError:
            found = None
        if found is None or not FIRST <= found.date() <= LAST:
            raise forms.ValidationError(MOMENT)
        if timezone.is_naive(found):
            found = timezone.make_aware(found)
        whole = found.astimezone(timezone.get_fixed_timezone(0))
        return whole.isoformat().removesuffix("+00:00") + "Z"


def moment(text: str) -> datetime | None:
    """What a cleaned `Moment` means now."""
    if ago := AGO.fullmatch(text):
        hours = int(ago[1]) * (24 if ago[2] == "d" else 1)
        return timezone.now() - timedelta(hours=hours)
    return datetime.fromisoformat(text) if text else None


def told(text: str) -> str:
    """A cleaned `Moment` as people read it, with the offset of where they are."""
    if ago := AGO.fullmatch(text):
        number = int(ago[1])
        if ago[2] == "d":
            said = ngettext("%(n)d day ago", "%(n)d days ago", number)
        else:
            said = ngettext("%(n)d hour ago", "%(n)d hours ago", number)
        return said % {"n": number}
    local = timezone.localtime(datetime.fromisoformat(text))
    return f"{date_format(local, 'j M Y, H:i:s')} {local:%:z}"


def midnight(day: date | None, *, days: int = 0) -> datetime | None:
    """The beginning of a day in the reader's time zone, or of one ``days`` later."""
    if day is None:
        return None
    return timezone.make_aware(datetime.combine(day + timedelta(days=days), time.min))
