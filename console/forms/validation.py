"""What our rules say of a value, but for what was there before.

A value that nobody changed is not judged: not alone, not inside a list to which
something was added, and not in an object of which another member was changed.
"""

import json
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Self

from django.core import signing
from django.utils.translation import gettext
from django.utils.translation import gettext as _
from pydantic import ValidationError

from console.forms.inputs import FieldInput
from console.forms.rows import ObjectInput
from console.forms.value_text import translate
from tenants.authlete.documents.base import Document, Section, Setting
from tenants.authlete.documents.validators.values import format_error as why
from tenants.authlete.json import compare
from tenants.authlete.json.splice import UNSET
from tenants.authlete.redaction.redactor import Fingerprint


def validation_errors(
    section: type[Section], one: Setting, inner: FieldInput, value: Any, base: Any = None
) -> list[str]:
    """Return messages about what is invalid in ``value``, except what ``base`` already had."""
    if isinstance(inner, ObjectInput) and inner.section and isinstance(value, Mapping):
        return list(_member_errors(inner.section, value, base or {}))
    try:
        section.validate_setting(one.name, value)
    except ValidationError as error:
        problems = error.errors(include_url=False)
    else:
        return []
    new = [problem for problem in problems if not _was_in_base(value, base, problem["loc"][1:])]
    if new:
        return [_row_prefix(found["loc"][1:]) + why(found, gettext) for found in new]
    # What was wrong before kept the rules for the list as a whole from being asked.
    old = {found["loc"][1] for found in problems}
    rest = [item for at, item in enumerate(value) if at not in old]
    return validation_errors(section, one, inner, rest, base) if isinstance(value, list) else []


def _member_errors(
    section: type[Section], value: Mapping[str, Any], base: Mapping[str, Any]
) -> Iterator[str]:
    for setting in section.settings():
        now, was = value.get(setting.api_name), base.get(setting.api_name)
        if not is_same_value(now, was):
            for problem in validation_errors(section, setting, FieldInput(), now, was):
                yield _("%(label)s: %(problem)s") % {
                    "label": translate(setting.label),
                    "problem": problem,
                }


def is_same_value(one: Any, other: Any) -> bool:
    """Return whether both say the same; in which order a list has its items, aside."""
    if compare.is_equivalent(one, other):
        return True
    if not isinstance(one, list) or not isinstance(other, list):
        return False
    left = list(other)
    for item in one:
        at = next((at for at, old in enumerate(left) if compare.is_equal(item, old)), None)
        if at is None:
            return False
        del left[at]
    return not left


def _was_in_base(value: Any, base: Any, path: Sequence[int | str]) -> bool:
    """Return whether what is at ``place`` inside ``value`` was in ``base`` before."""
    match value, base, path:
        case list(), list(), [int(at), *rest] if at < len(value):
            if any(compare.is_equal(value[at], old) for old in base):
                return True
            return _was_in_base(value[at], _same_name_item(value[at], value, base), rest)
        case Mapping(), Mapping(), [str(name), *rest] if name in value and name in base:
            now, was = value[name], base[name]
            return compare.is_equal(now, was) or _was_in_base(now, was, rest)
        case _:
            return False


def _same_name_item(item: Any, value: Sequence[Any], base: Sequence[Any]) -> Any:
    """Return the item of ``base`` with the same name."""
    name = compare.find_key_field(value, base)
    return next((old for old in base if name and old[name] == item[name]), None)


def _row_prefix(path: Sequence[int | str]) -> str:
    """Return the position in a list of an invalid item, in words."""
    rows = [str(part + 1) for part in path if isinstance(part, int)]
    return _("Row %(row)s: ") % {"row": ", ".join(rows)} if rows else ""


SALT = "console.forms.validation"


@dataclass(frozen=True, slots=True)
class FormSnapshot:
    """The settings of one object, at one version."""

    version: int  # modifiedAt, milliseconds since 1970
    values: Mapping[str, Any]  # by Authlete's names; what is absent is not in it

    @classmethod
    def from_document(cls, document: Document, settings: Iterable[Setting]) -> Self:
        wire = document.to_dict()
        members = [setting.api_name for setting in settings]
        seen = {name: wire[name] for name in members if wire.get(name) is not None}
        return cls(document.modified_at, seen)

    def sign(self, form_key: str) -> str:
        """Text that opens at ``place`` only: the object and the settings shown."""
        return signing.dumps(
            to_plain([self.version, self.values]), salt=f"{SALT}/{form_key}", compress=True
        )

    @classmethod
    def from_signed(cls, text: str, form_key: str) -> Self:
        """Parse a signed text; raise `signing.BadSignature` if the signature is invalid."""
        content = signing.loads(text, salt=f"{SALT}/{form_key}")
        return cls(*from_plain(content))


def to_plain(value: Any) -> dict[str, Any]:
    """``value`` as JSON has it, numbers and fingerprints marked: see `real`.

    The mark is drawn anew each time, so that no document can hold it already.
    """
    mark = secrets.token_hex(8)

    def marked(odd: object) -> object:
        match odd:
            case Decimal():
                return {mark: ["number", str(odd)]}
            case Fingerprint():
                return {mark: ["sealed", odd.hex]}
            case _ if odd is UNSET:
                return {mark: ["unset", ""]}
            case _:
                raise TypeError(f"{type(odd).__name__} is not a value of Authlete's")

    text = json.dumps(value, ensure_ascii=False, default=marked)
    return {"mark": mark, "text": text}


def from_plain(content: Mapping[str, Any]) -> Any:
    """Return the value that `plain` made ``content`` of."""
    mark = content["mark"]

    def unmarked(found: dict[str, Any]) -> Any:
        match found.get(mark):
            case ["number", str(text)]:
                return Decimal(text)
            case ["sealed", str(text)]:
                return Fingerprint(text)
            case ["unset", _]:
                return UNSET
            case _:
                return found

    return json.loads(content["text"], object_hook=unmarked)
