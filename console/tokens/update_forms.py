"""The form that edits a token."""

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


class TokenTimeField(forms.DateTimeField):
    """A time in the user's time zone, to the second."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"type": "datetime-local", "step": 1}
        widget = forms.DateTimeInput(attrs, format="%Y-%m-%dT%H:%M:%S")
        super().__init__(required=False, widget=widget, **kwargs)


class UpdateTokenForm(TokenContentForm):
    """The scopes, expiry and properties of a token."""

    ends = TokenTimeField(label=_("Access token expires"))
    refresh_ends = TokenTimeField(label=_("Refresh token expires"))
    properties = forms.ChoiceField(
        label=_("Properties"),
        choices=[(KEEP, _("Keep")), (REPLACE, _("Replace all"))],
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
        for name, current in self._current_times.items():
            if name in self.errors or not self._is_changed(name, current):
                continue
            if data[name] is None:
                self.add_error(name, _("Enter a time. The expiry can't be removed."))
            elif data[name] <= timezone.now():
                self.add_error(
                    name, _("Enter a time in the future. To end the token now, revoke it.")
                )
        if data.get("properties") == KEEP and (data.get("shown") or data.get("hidden")):
            text = _("To save the properties you entered, select “Replace all”.")
            self.add_error("properties", text)

    @property
    def update(self) -> TokenUpdate:
        """The values that differ from the token."""
        data, token = self.cleaned_data, self.token
        times = {
            name: _to_milliseconds(data[name])
            for name, current in self._current_times.items()
            if self._is_changed(name, current)
        }
        has_same_scopes = set(data["scopes"]) == set(token.scopes or ())
        return TokenUpdate(
            None if has_same_scopes else data["scopes"],
            times.get("ends"),
            times.get("refresh_ends"),
            self.property_list if data["properties"] == REPLACE else None,
        )

    @property
    def _current_times(self) -> Mapping[str, int]:
        times = {
            "ends": self.token.access_token_expires_at,
            "refresh_ends": self.token.refresh_token_expires_at,
        }
        return {name: time_ms for name, time_ms in times.items() if name in self.fields}

    def _is_changed(self, name: str, current: int) -> bool:
        entered: datetime | None = self.cleaned_data.get(name)
        return entered != _to_datetime(current)


def _to_datetime(time_ms: int) -> datetime | None:
    """Return a time as the form shows it, to the second."""
    return datetime_from_ms(time_ms // 1000 * 1000)


def _to_milliseconds(time: datetime) -> int:
    return int(time.timestamp()) * 1000
