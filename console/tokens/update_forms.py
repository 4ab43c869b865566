"""The form that changes a token: what it is to hold, and until when."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from console.tokens.changes import TokenUpdate
from console.tokens.forms import TokenContentForm
from tenants.authlete.documents.tokens import IssuedToken
from tenants.authlete.timestamps import datetime_from_ms

KEEP, REPLACE = "keep", "replace"


class DateTimeField(forms.DateTimeField):
    """A time in the reader's zone, to the second."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"type": "datetime-local", "step": 1}
        widget = forms.DateTimeInput(attrs, format="%Y-%m-%dT%H:%M:%S")
        super().__init__(required=False, widget=widget, **kwargs)


class UpdateTokenForm(TokenContentForm):
    """What a token is to hold, and until when; the rest of it does not change."""

    ends = DateTimeField(label=_("Access token ends"))
    refresh_ends = DateTimeField(label=_("Refresh token ends"))
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
            "ends": _to_datetime(token.access_token_expires_at),
            "refresh_ends": _to_datetime(token.refresh_token_expires_at),
        }
        super().__init__(*args, initial=initial, **kwargs)
        self.token = token
        if not token.refresh_token_hash:
            del self.fields["refresh_ends"]

    def clean(self) -> None:
        super().clean()
        data = self.cleaned_data
        for name, was in self._current_times.items():
            if name in self.errors or not self._is_changed(name, was):
                continue
            if data[name] is None:
                self.add_error(name, _("Enter a time: an end can be moved, not taken."))
            elif data[name] <= timezone.now():
                self.add_error(name, _("This time is past. To end it, revoke it."))
        if data.get("properties") == KEEP and (data.get("shown") or data.get("hidden")):
            text = _("You entered properties and chose to leave them.")
            self.add_error("properties", text)

    @property
    def update(self) -> TokenUpdate:
        data, token = self.cleaned_data, self.token
        times = {
            name: _to_milliseconds(data[name])
            for name, was in self._current_times.items()
            if self._is_changed(name, was)
        }
        same = set(data["scopes"]) == set(token.scopes or ())
        return TokenUpdate(
            None if same else data["scopes"],
            times.get("ends"),
            times.get("refresh_ends"),
            self.property_list if data["properties"] == REPLACE else None,
        )

    @property
    def _current_times(self) -> Mapping[str, int]:
        told = {
            "ends": self.token.access_token_expires_at,
            "refresh_ends": self.token.refresh_token_expires_at,
        }
        return {name: at for name, at in told.items() if name in self.fields}

    def _is_changed(self, name: str, current: int) -> bool:
        entered: datetime | None = self.cleaned_data.get(name)
        return entered != _to_datetime(current)


def _to_datetime(time_ms: int) -> datetime | None:
    """A time of Authlete's to the second, as the form has it."""
    return datetime_from_ms(time_ms // 1000 * 1000)


def _to_milliseconds(time: datetime) -> int:
    return int(time.timestamp()) * 1000
