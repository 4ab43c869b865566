"""Inputs of lists and objects.

A row is identified by a token: its index in the displayed list, or a new one. Rows
can be added and removed, and each still updates the item that it was rendered from,
including members that this version doesn't know.
"""

from collections.abc import Callable, Container, Mapping, Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from console.forms.inputs import FieldInput, empty_list_value
from console.forms.setting_field import FieldKind
from console.forms.submitted import SubmittedValues, as_submitted
from tenants.authlete.documents.base import Section, Setting
from tenants.authlete.documents.service import Service
from tenants.authlete.json.compare import find_key_field, is_equal

MAX_TOKEN_CHARS = 12  # of a row

type Column = tuple[Setting, FieldKind]


class StringsInput(FieldInput):
    """A list of strings, one per row; an empty row is removed."""

    is_group = True

    def supports(self, value: Any) -> bool:
        return isinstance(value, list) and all(isinstance(item, str) for item in value)

    def display(self, setting: Setting, value: Any) -> Any:
        return [text for text in value or () if text]

    def read(self, setting: Setting, sent: SubmittedValues) -> Any:
        return [text for text in sent.all("item") if text]

    def clean(self, setting: Setting, typed: Any, base: Any) -> Any:
        before = {as_submitted(item): item for item in base or ()}
        return [before.get(item, item) for item in typed] or empty_list_value(setting)


class ObjectInput(FieldInput):
    """The members of an object, each with its own input; others stay unchanged.

    ``section`` declares the members, if given.
    """

    is_group = True

    def __init__(self, *columns: Column, section: type[Section] | None = None) -> None:
        self.columns = columns
        self.section = section

    def supports(self, value: Any) -> bool:
        return isinstance(value, Mapping) and all(
            value.get(column.api_name) is None or kind.input.supports(value[column.api_name])
            for column, kind in self.columns
        )

    def display(self, setting: Setting, value: Any) -> Any:
        values = value or {}
        return {
            column.name: kind.input.display(column, values.get(column.api_name))
            for column, kind in self.columns
        }

    def display_edited(self, setting: Setting, value: Any, base: Any) -> Any:
        values, old = value or {}, base or {}
        return {
            column.name: kind.input.display_edited(
                column, values.get(column.api_name), old.get(column.api_name)
            )
            for column, kind in self.columns
        }

    def read(self, setting: Setting, sent: SubmittedValues) -> Any:
        return {
            column.name: kind.input.read(column, sent.child(column.name))
            for column, kind in self.columns
        }

    def clean(self, setting: Setting, typed: Any, base: Any) -> Any:
        values = dict(base or {})
        for column, kind in self.columns:
            old = values.get(column.api_name)
            is_new_row = base is None and not self.section  # sends every member
            if not is_new_row and self._is_untouched(column, kind.input, typed, old):
                continue
            new = kind.input.clean(column, typed[column.name], old)
            if column.api_name in values or new not in (None, False):
                values[column.api_name] = new
        if all(member is None for member in values.values()):
            return None
        return values

    def _is_untouched(self, column: Setting, inner: FieldInput, typed: Any, old: Any) -> bool:
        return bool(typed[column.name] == as_submitted(inner.display(column, old)))


class RowsInput(FieldInput):
    """A list of objects, one per row."""

    is_group = True

    def __init__(self, *columns: Column) -> None:
        self.row = ObjectInput(*columns)

    def supports(self, value: Any) -> bool:
        return isinstance(value, list)

    def display(self, setting: Setting, value: Any) -> Any:
        """Return the rows; one with an unsupported item has no cells."""
        supports, display = self.row.supports, self.row.display
        return [
            {"row": str(index), "cells": display(setting, item) if supports(item) else None}
            for index, item in enumerate(value or ())
        ]

    def display_edited(self, setting: Setting, value: Any, base: Any) -> Any:
        """Return the rows, each with the token of its original item."""
        items, olds = value or [], base or []
        known_members = {column.api_name for column, _ in self.row.columns}
        rows = []
        for index, (item, old_index) in enumerate(
            zip(items, _match_items(items, olds, known_members), strict=True)
        ):
            token, old_item = (
                (f"e{index}", None) if old_index is None else (str(old_index), olds[old_index])
            )
            is_supported = self.row.supports(item)
            cells = self.row.display_edited(setting, item, old_item) if is_supported else None
            rows.append({"row": token, "cells": cells})
        return rows

    def read(self, setting: Setting, sent: SubmittedValues) -> Any:
        rows = []
        for token in sent.all("row"):
            if not token.isalnum() or len(token) > MAX_TOKEN_CHARS:
                continue  # not rendered by this form
            cells = sent.parts.get(token)
            row = {"row": token, "cells": self.row.read(setting, cells) if cells else None}
            if token.isdecimal() or not self.is_blank(setting, row):
                rows.append(row)
        return rows

    def clean(self, setting: Setting, typed: Any, base: Any) -> Any:
        unused = {str(index): item for index, item in enumerate(base or ())}
        items = []
        for row in typed:
            item = unused.pop(row["row"], None)
            if row["cells"] is None:
                items += [] if item is None else [item]
            elif not self.is_blank(setting, row):
                items.append(self.row.clean(setting, row["cells"], item))
        return items or empty_list_value(setting)

    def is_blank(self, setting: Setting, row: Mapping[str, Any]) -> bool:
        """Return whether all inputs of a row are empty."""
        return bool(row["cells"] == self.row.display(setting, None))


def _match_items(
    items: Sequence[Any], olds: Sequence[Any], known_members: Container[str]
) -> list[int | None]:
    """Return the index of the old item that each item replaces, or None.

    Items match if they are equal, if their names are equal, or, for renamed items, if
    their unknown members are equal, so that those members are preserved.
    """
    name = find_key_field(items, olds)

    def unknown_members(item: Any) -> dict[str, Any]:
        members = item if isinstance(item, Mapping) else {}
        return {name: value for name, value in members.items() if name not in known_members}

    tests: tuple[Callable[[Any, Any], bool], ...] = (
        is_equal,
        lambda item, old: name is not None and item[name] == old[name],
        lambda item, old: (
            bool(unknown_members(item)) and is_equal(unknown_members(item), unknown_members(old))
        ),
    )
    unmatched, matches = dict(enumerate(olds)), dict[int, int]()
    for test in tests:
        for index, item in enumerate(items):
            if index in matches:
                continue
            old = next(
                (old_index for old_index in unmatched if test(item, unmatched[old_index])), None
            )
            if old is not None:
                matches[index] = old
                del unmatched[old]
    return [matches.get(index) for index in range(len(items))]


# OpenID Connect Core 1.0, sections 3.1.2.1, 5.4 and 11.
STANDARD_SCOPES: Mapping[str, str | Promise] = {
    "openid": _("Sign the user in"),
    "profile": _("See the user's name and profile"),
    "email": _("See the user's email address"),
    "address": _("See the user's postal address"),
    "phone": _("See the user's phone number"),
    "offline_access": _("Stay connected while the user is away"),
}


def scope_descriptions(service: Service) -> dict[str, str]:
    """Return the descriptions of a service's scopes, by scope name."""
    return parse_scope_descriptions(service.get("supportedScopes"))


def parse_scope_descriptions(scopes: object) -> dict[str, str]:
    """Return the descriptions in Authlete's list of scopes, by scope name."""
    return {
        scope["name"]: scope["description"]
        for scope in (scopes if isinstance(scopes, list) else ())
        if isinstance(scope, dict)
        and isinstance(scope.get("name"), str)
        and isinstance(scope.get("description"), str)
        and scope["description"]
    }


def describe_scope(scope: str, descriptions: Mapping[str, str]) -> str:
    """Return the description of a scope, or an empty string."""
    return descriptions.get(scope) or str(STANDARD_SCOPES.get(scope, ""))
