"""Lists and objects: values that are entered in rows, and in fields of their own.

A row is known by a token: its place in the list that was seen, or a new one. So
rows can come and go in the page, and each still finds the item it was made of, with
all members that this version does not know.
"""

from collections.abc import Callable, Container, Mapping, Sequence
from typing import Any

from console.forms.box import Kind
from console.forms.inputs import Input, none_left
from console.forms.sent import Sent, as_sent
from tenants.authlete.documents.base import Section, Setting
from tenants.authlete.documents.compare import name_key, same

TOKEN = 12  # characters of a row's token

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
    """Members of one object, each in its own input; others stay as they are.

    ``section`` declares them, where one does.
    """

    grouped = True

    def __init__(self, *columns: Column, section: type[Section] | None = None) -> None:
        self.columns = columns
        self.section = section

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

    def entered(self, setting: Setting, value: Any, base: Any) -> Any:
        found, was = value or {}, base or {}
        return {
            one.name: kind.input.entered(
                one, found.get(one.member), was.get(one.member)
            )
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
            new_row = base is None and not self.section  # has all of its members
            if not new_row and self._untouched(one, kind.input, typed, was):
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
        fits, shown = self.row.fits, self.row.shown
        return [
            {"row": str(at), "cells": shown(setting, item) if fits(item) else None}
            for at, item in enumerate(value or ())
        ]

    def entered(self, setting: Setting, value: Any, base: Any) -> Any:
        """Each row under the token of the item that it was made of."""
        items, olds = value or [], base or []
        known = {one.member for one, _ in self.row.columns}
        rows = []
        for at, (item, old) in enumerate(
            zip(items, _origins(items, olds, known), strict=True)
        ):
            token, was = (f"e{at}", None) if old is None else (str(old), olds[old])
            fits = self.row.fits(item)
            cells = self.row.entered(setting, item, was) if fits else None
            rows.append({"row": token, "cells": cells})
        return rows

    def typed(self, setting: Setting, sent: Sent) -> Any:
        rows = []
        for token in sent.many("row"):
            if not token.isalnum() or len(token) > TOKEN:
                continue  # not from a page of ours
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


def _origins(
    items: Sequence[Any], olds: Sequence[Any], known: Container[str]
) -> list[int | None]:
    """The place of the old item that each item was made of.

    Told by being the same, by name, and for one that was renamed by the members that
    only Authlete knows: those must not be lost.
    """
    name = name_key(items, olds)

    def rest(item: Any) -> dict[str, Any]:
        found = item if isinstance(item, Mapping) else {}
        return {member: found[member] for member in found if member not in known}

    tests: tuple[Callable[[Any, Any], bool], ...] = (
        same,
        lambda item, old: name is not None and item[name] == old[name],
        lambda item, old: bool(rest(item)) and same(rest(item), rest(old)),
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
