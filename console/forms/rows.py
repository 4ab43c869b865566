"""Lists and objects: values that are entered in rows, and in fields of their own.

A row is known by a token: its place in the list that was seen, or a new one. So
rows can come and go in the page, and each still finds the item it was made of, with
all members that this version does not know.
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

MAX_TOKEN_CHARS = 12  # characters of a row's token

type Column = tuple[Setting, FieldKind]


class StringsInput(FieldInput):
    """A list of texts, a row each; an emptied row is gone."""

    is_group = True

    def supports(self, value: Any) -> bool:
        return isinstance(value, list) and all(isinstance(one, str) for one in value)

    def display(self, setting: Setting, value: Any) -> Any:
        return [one for one in value or () if one]

    def read(self, setting: Setting, sent: SubmittedValues) -> Any:
        return [one for one in sent.all("item") if one]

    def clean(self, setting: Setting, typed: Any, base: Any) -> Any:
        before = {as_submitted(one): one for one in base or ()}
        return [before.get(one, one) for one in typed] or empty_list_value(setting)


class ObjectInput(FieldInput):
    """Members of one object, each in its own input; others stay as they are.

    ``section`` declares them, where one does.
    """

    is_group = True

    def __init__(self, *columns: Column, section: type[Section] | None = None) -> None:
        self.columns = columns
        self.section = section

    def supports(self, value: Any) -> bool:
        return isinstance(value, Mapping) and all(
            value.get(one.api_name) is None or kind.input.supports(value[one.api_name])
            for one, kind in self.columns
        )

    def display(self, setting: Setting, value: Any) -> Any:
        found = value or {}
        return {
            one.name: kind.input.display(one, found.get(one.api_name)) for one, kind in self.columns
        }

    def display_edited(self, setting: Setting, value: Any, base: Any) -> Any:
        found, was = value or {}, base or {}
        return {
            one.name: kind.input.display_edited(one, found.get(one.api_name), was.get(one.api_name))
            for one, kind in self.columns
        }

    def read(self, setting: Setting, sent: SubmittedValues) -> Any:
        return {one.name: kind.input.read(one, sent.child(one.name)) for one, kind in self.columns}

    def clean(self, setting: Setting, typed: Any, base: Any) -> Any:
        found = dict(base or {})
        for one, kind in self.columns:
            was = found.get(one.api_name)
            new_row = base is None and not self.section  # has all of its members
            if not new_row and self._is_untouched(one, kind.input, typed, was):
                continue
            wanted = kind.input.clean(one, typed[one.name], was)
            if one.api_name in found or wanted not in (None, False):
                found[one.api_name] = wanted
        if all(inner is None for inner in found.values()):
            return None
        return found

    def _is_untouched(self, one: Setting, inner: FieldInput, typed: Any, was: Any) -> bool:
        return bool(typed[one.name] == as_submitted(inner.display(one, was)))


class RowsInput(FieldInput):
    """A list of objects, a row each."""

    is_group = True

    def __init__(self, *columns: Column) -> None:
        self.row = ObjectInput(*columns)

    def supports(self, value: Any) -> bool:
        return isinstance(value, list)

    def display(self, setting: Setting, value: Any) -> Any:
        """Return a row for each item; an item of an unknown form has no cells."""
        fits, shown = self.row.supports, self.row.display
        return [
            {"row": str(at), "cells": shown(setting, item) if fits(item) else None}
            for at, item in enumerate(value or ())
        ]

    def display_edited(self, setting: Setting, value: Any, base: Any) -> Any:
        """Each row under the token of the item that it was made of."""
        items, olds = value or [], base or []
        known = {one.api_name for one, _ in self.row.columns}
        rows = []
        for at, (item, old) in enumerate(zip(items, _match_items(items, olds, known), strict=True)):
            token, was = (f"e{at}", None) if old is None else (str(old), olds[old])
            fits = self.row.supports(item)
            cells = self.row.display_edited(setting, item, was) if fits else None
            rows.append({"row": token, "cells": cells})
        return rows

    def read(self, setting: Setting, sent: SubmittedValues) -> Any:
        rows = []
        for token in sent.all("row"):
            if not token.isalnum() or len(token) > MAX_TOKEN_CHARS:
                continue  # not from a page of ours
            cells = sent.parts.get(token)
            row = {"row": token, "cells": self.row.read(setting, cells) if cells else None}
            if token.isdecimal() or not self.is_blank(setting, row):
                rows.append(row)
        return rows

    def clean(self, setting: Setting, typed: Any, base: Any) -> Any:
        left = {str(place): item for place, item in enumerate(base or ())}
        found = []
        for row in typed:
            item = left.pop(row["row"], None)
            if row["cells"] is None:
                found += [] if item is None else [item]
            elif not self.is_blank(setting, row):
                found.append(self.row.clean(setting, row["cells"], item))
        return found or empty_list_value(setting)

    def is_blank(self, setting: Setting, row: Mapping[str, Any]) -> bool:
        """Return whether nothing is in a row's inputs."""
        return bool(row["cells"] == self.row.display(setting, None))


def _match_items(
    items: Sequence[Any], olds: Sequence[Any], known: Container[str]
) -> list[int | None]:
    """Return the index of the old item that each item was made of.

    Told by being the same, by name, and for one that was renamed by the members that
    only Authlete knows: those must not be lost.
    """
    name = find_key_field(items, olds)

    def rest(item: Any) -> dict[str, Any]:
        found = item if isinstance(item, Mapping) else {}
        return {member: found[member] for member in found if member not in known}

    tests: tuple[Callable[[Any, Any], bool], ...] = (
        is_equal,
        lambda item, old: name is not None and item[name] == old[name],
        lambda item, old: bool(rest(item)) and is_equal(rest(item), rest(old)),
    )
    left, found = dict(enumerate(olds)), dict[int, int]()
    for test in tests:
        for at, item in enumerate(items):
            if at in found:
                continue
            old = next((place for place in left if test(item, left[place])), None)
            if old is not None:
                found[at] = old
                del left[old]
    return [found.get(at) for at in range(len(items))]


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
    """Return the descriptions of a service's scopes by name, where it has any."""
    return parse_scope_descriptions(service.get("supportedScopes"))


def parse_scope_descriptions(scopes: object) -> dict[str, str]:
    """Return the descriptions by name in a list of scopes of Authlete."""
    return {
        scope["name"]: scope["description"]
        for scope in (scopes if isinstance(scopes, list) else ())
        if isinstance(scope, dict)
        and isinstance(scope.get("name"), str)
        and isinstance(scope.get("description"), str)
        and scope["description"]
    }


def describe_scope(scope: str, descriptions: Mapping[str, str]) -> str:
    """Return the description of a scope; empty if there is none."""
    return descriptions.get(scope) or str(STANDARD_SCOPES.get(scope, ""))
