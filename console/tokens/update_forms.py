"""The form that changes a token: what it is to hold, and until when."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from console.tokens.changing import Wanted
from console.tokens.forms import HoldsForm
from tenants.authlete.documents.tokens import IssuedToken
from tenants.authlete.times import time_of

KEEP, REPLACE = "keep", "replace"


class Moment(forms.DateTimeField):
    """A time in the reader's zone, to the second."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"type": "datetime-local", "step": 1}
        widget = forms.DateTimeInput(attrs, format="%Y-%m-%dT%H:%M:%S")
        super().__init__(required=False, widget=widget, **kwargs)


class UpdateForm(HoldsForm):
    """What a token is to hold, and until when; the rest of it does not change."""

    ends = Moment(label=_("Access token ends"))
    refresh_ends = Moment(label=_("Refresh token ends"))
    properties = forms.ChoiceField(
        label=_("Properties"),
        choices=[(KEEP, _("Leave them")), (REPLACE, _("Replace all of them"))],
        widget=forms.RadioSelect,
        initial=KEEP,
    )
    field_order = ("scopes", "ends", "refresh_ends", "properties", "shown", "hidden")

    def __init__(self, *args: Any, token: IssuedToken, **kwargs: Any) -> None:
        initial = {
            "scopes": token.scopes or [],
            "ends": _time(token.access_token_expires_at),
            "refresh_ends": _time(token.refresh_token_expires_at),
        }
        super().__init__(*args, initial=initial, **kwargs)
        self.token = token
        if not token.refresh_token_hash:
            del self.fields["refresh_ends"]

    def clean(self) -> None:
        super().clean()
        data = self.cleaned_data
        for name, was in self._times.items():
            if name in self.errors or not self._differs(name, was):
                continue
            if data[name] is None:
                self.add_error(name, _("Enter a time: an end can be moved, not taken."))
            elif data[name] <= timezone.now():
                self.add_error(name, _("This time is past. To end it, revoke it."))
        if data.get("properties") == KEEP and (data.get("shown") or data.get("hidden")):
            text = _("You entered properties and chose to leave them.")
            self.add_error("properties", text)

    @property
    def wanted(self) -> Wanted:
        data, token = self.cleaned_data, self.token
        times = {
            name: _milliseconds(data[name])
            for name, was in self._times.items()
            if self._differs(name, was)
        }
        same = set(data["scopes"]) == set(token.scopes or ())
        return Wanted(
            None if same else data["scopes"],
            times.get("ends"),
            times.get("refresh_ends"),
            self.pairs if data["properties"] == REPLACE else None,
        )

    @property
    def _times(self) -> Mapping[str, int]:
        told = {
            "ends": self.token.access_token_expires_at,
            "refresh_ends": self.token.refresh_token_expires_at,
        }
        return {name: at for name, at in told.items() if name in self.fields}

    def _differs(self, name: str, was: int) -> bool:
        entered: datetime | None = self.cleaned_data.get(name)
        return entered != _time(was)


def _time(at: int) -> datetime | None:
    """A time of Authlete's to the second, as the form has it."""
    return time_of(at // 1000 * 1000)


def _milliseconds(time: datetime) -> int:
    return int(time.timestamp()) * 1000
