"""The form that edits a token."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from console.forms.timestamps import TimestampField
from console.tokens.forms import TokenContentForm
from tenants.authlete.api.tokens import TokensApi
from tenants.authlete.changes import FieldChange
from tenants.authlete.documents.tokens import IssuedToken
from tenants.authlete.timestamps import datetime_from_ms

MILLISECONDS_PER_SECOND = 1000  # Authlete keeps times in whole seconds

type TokenMembers = Mapping[str, Any]  # by Authlete's member names


@dataclass(frozen=True, slots=True)
class TokenUpdate:
    """The values to change; None keeps a value. Times are in milliseconds since 1970."""

    scopes: Sequence[str] | None = None
    expires_at: int | None = None
    refresh_expires_at: int | None = None
    properties: Sequence[Mapping[str, Any]] | None = None

    @property
    def members(self) -> dict[str, Any]:
        """The values to change, by member name."""
        values = {
            "scopes": self.scopes,
            "accessTokenExpiresAt": self.expires_at,
            "refreshTokenExpiresAt": self.refresh_expires_at,
            "properties": self.properties,
        }
        return {name: value for name, value in values.items() if value is not None}

    def send(self, tokens: TokensApi, token: IssuedToken, label: str) -> None:
        """Update the token; raises an `AuthleteError`."""
        tokens.update(
            token,
            scopes=self.scopes,
            expires_at=self.expires_at,
            refresh_expires_at=self.refresh_expires_at,
            properties=self.properties,
            label=label,
        )


def list_changes(token: IssuedToken, members: TokenMembers) -> list[FieldChange]:
    """Return the members whose values differ from the token; both are redacted."""
    current = token.model_dump()
    return [
        FieldChange(name, current.get(name), value)
        for name, value in members.items()
        if not _is_same(name, current.get(name), value)
    ]


def dropped_scopes(token: IssuedToken, members: TokenMembers) -> list[str]:
    """Return the scopes that Authlete dropped silently."""
    return [scope for scope in members.get("scopes", ()) if scope not in (token.scopes or ())]


def was_applied(before: IssuedToken, after: IssuedToken, members: TokenMembers) -> bool | None:
    """Return whether a change was applied; None if the token has other values."""
    if not list_changes(after, members):
        return True
    previous = before.model_dump()
    is_other = list_changes(after, {name: previous.get(name) for name in members})
    return None if is_other else False


def _is_same(name: str, current: Any, value: Any) -> bool:
    match name:
        case "scopes":
            return set(current or ()) == set(value or ())
        case "properties":
            return _property_tuples(current) == _property_tuples(value)
        case _:
            return abs(int(current) - int(value)) < MILLISECONDS_PER_SECOND


def _property_tuples(properties: Sequence[Mapping[str, Any]] | None) -> list[tuple[Any, ...]]:
    tuples = (
        (item.get("key"), str(item.get("value")), bool(item.get("hidden")))
        for item in properties or ()
    )
    return sorted(tuples, key=str)


KEEP, REPLACE = "keep", "replace"


class UpdateTokenForm(TokenContentForm):
    """The scopes, expiry and properties of a token."""

    ends = TimestampField(label=_("Access token expires"))
    refresh_ends = TimestampField(label=_("Refresh token expires"))
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
            name: int(data[name].timestamp()) * 1000
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
