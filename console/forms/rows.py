"""Lists and objects: values that are entered in rows, and in fields of their own.

A row is known by a token: its place in the list that was seen, or a new one. So
rows can come and go in the page, and each still finds the item it was made of, with
all members that this version does not know.
"""

from collections.abc import Mapping
from typing import Any

from console.forms.box import Kind
from console.forms.inputs import Input, none_left
from console.forms.sent import Sent, as_sent
from tenants.authlete.documents.base import Setting

type Column = tuple[Setting, Kind]


class Strings(Input):
    """A list of texts, a row each; an emptied row is gone."""

    grouped = True

    def fits(self, value: Any) -> bool:
        return isinstance(value, list) and all(isinstance(one, str) for one in value)

    def shown(self, setting: Setting, value: Any) -> Any:
        return [one for one in value or () if one]

    def typed(self, setting: Setting, sent: Sent) -> Any:
        return [one for one in sent.many("item") if one]

    def value(self, setting: Setting, typed: Any, base: Any) -> Any:
        before = {as_sent(one): one for one in base or ()}
        return [before.get(one, one) for one in typed] or none_left(setting)


class Object(Input):
    """Members of one object, each in its own input; others stay as they are."""

    grouped = True

    def __init__(self, *columns: Column) -> None:
        self.columns = columns

    def fits(self, value: Any) -> bool:
        return isinstance(value, Mapping) and all(
            value.get(one.member) is None or kind.input.fits(value[one.member])
            for one, kind in self.columns
        )

    def shown(self, setting: Setting, value: Any) -> Any:
        found = value or {}
        return {
            one.name: kind.input.shown(one, found.get(one.member))
            for one, kind in self.columns
        }

    def typed(self, setting: Setting, sent: Sent) -> Any:
        return {
            one.name: kind.input.typed(one, sent.below(one.name))
            for one, kind in self.columns
        }

    def value(self, setting: Setting, typed: Any, base: Any) -> Any:
        found = dict(base or {})
        for one, kind in self.columns:
            was = found.get(one.member)
            if base is not None and self._untouched(one, kind.input, typed, was):
                continue
            wanted = kind.input.value(one, typed[one.name], was)
            if one.member in found or wanted not in (None, False):
                found[one.member] = wanted
        if all(inner is None for inner in found.values()):
            return None
        return found

    def _untouched(self, one: Setting, inner: Input, typed: Any, was: Any) -> bool:
        return bool(typed[one.name] == as_sent(inner.shown(one, was)))


class Rows(Input):
    """A list of objects, a row each."""

    grouped = True

    def __init__(self, *columns: Column) -> None:
        self.row = Object(*columns)

    def fits(self, value: Any) -> bool:
        return isinstance(value, list)

    def shown(self, setting: Setting, value: Any) -> Any:
        """A row whose item has no form that is known here has no cells."""
        return [
            {
                "row": str(place),
                "cells": self.row.shown(setting, item) if self.row.fits(item) else None,
            }
            for place, item in enumerate(value or ())
        ]

    def typed(self, setting: Setting, sent: Sent) -> Any:
        rows = []
        for token in sent.many("row"):
            cells = sent.parts.get(token)
            row = {
                "row": token,
                "cells": self.row.typed(setting, cells) if cells else None,
            }
            if token.isdecimal() or not self.blank(setting, row):
                rows.append(row)
        return rows

    def value(self, setting: Setting, typed: Any, base: Any) -> Any:
        left = {str(place): item for place, item in enumerate(base or ())}
        found = []
        for row in typed:
            item = left.pop(row["row"], None)
            if row["cells"] is None:
                found += [] if item is None else [item]
            elif not self.blank(setting, row):
                found.append(self.row.value(setting, row["cells"], item))
        return found or none_left(setting)

    def blank(self, setting: Setting, row: Mapping[str, Any]) -> bool:
        """Whether nothing is in a row's inputs."""
        return bool(row["cells"] == self.row.shown(setting, None))
