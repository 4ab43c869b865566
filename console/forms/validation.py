"""Validation of changed values against the rules of a section.

Unchanged parts are not validated: neither an unchanged value, nor an unchanged item
of a changed list, nor an unchanged member of a changed object.
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
from tenants.authlete.documents.validators.values import format_error
from tenants.authlete.json import compare
from tenants.authlete.json.splice import UNSET
from tenants.authlete.redaction.fingerprint import Fingerprint


def validation_errors(
    section: type[Section], setting: Setting, inner: FieldInput, value: Any, base: Any = None
) -> list[str]:
    """Return the errors of ``value`` that ``base`` didn't have."""
    if isinstance(inner, ObjectInput) and inner.section and isinstance(value, Mapping):
        return list(_member_errors(inner.section, value, base or {}))
    try:
        section.validate_setting(setting.name, value)
    except ValidationError as error:
        problems = error.errors(include_url=False)
    else:
        return []
    new = [problem for problem in problems if not _was_in_base(value, base, problem["loc"][1:])]
    if new:
        return [_row_prefix(error["loc"][1:]) + format_error(error, gettext) for error in new]
    # Errors of old items hide errors of the list as a whole: validate the rest again.
    old = {error["loc"][1] for error in problems}
    unchecked = [item for index, item in enumerate(value) if index not in old]
    return (
        validation_errors(section, setting, inner, unchecked, base)
        if isinstance(value, list)
        else []
    )


def _member_errors(
    section: type[Section], value: Mapping[str, Any], base: Mapping[str, Any]
) -> Iterator[str]:
    for setting in section.settings():
        new, old = value.get(setting.api_name), base.get(setting.api_name)
        if not is_same_value(new, old):
            for problem in validation_errors(section, setting, FieldInput(), new, old):
                yield _("%(label)s: %(problem)s") % {
                    "label": translate(setting.label),
                    "problem": problem,
                }


def is_same_value(first: Any, second: Any) -> bool:
    """Return whether both values are equal, ignoring the order of list items."""
    if compare.is_equivalent(first, second):
        return True
    if not isinstance(first, list) or not isinstance(second, list):
        return False
    unmatched = list(second)
    for item in first:
        index = next(
            (index for index, old in enumerate(unmatched) if compare.is_equal(item, old)), None
        )
        if index is None:
            return False
        del unmatched[index]
    return not unmatched


def _was_in_base(value: Any, base: Any, path: Sequence[int | str]) -> bool:
    """Return whether the part of ``value`` at ``path`` was in ``base``."""
    match value, base, path:
        case list(), list(), [int(index), *rest] if index < len(value):
            if any(compare.is_equal(value[index], old) for old in base):
                return True
            return _was_in_base(value[index], _same_name_item(value[index], value, base), rest)
        case Mapping(), Mapping(), [str(name), *rest] if name in value and name in base:
            new, old_member = value[name], base[name]
            return compare.is_equal(new, old_member) or _was_in_base(new, old_member, rest)
        case _:
            return False


def _same_name_item(item: Any, value: Sequence[Any], base: Sequence[Any]) -> Any:
    """Return the item of ``base`` with the same name, or None."""
    name = compare.find_key_field(value, base)
    return next((old for old in base if name and old[name] == item[name]), None)


def _row_prefix(path: Sequence[int | str]) -> str:
    rows = [str(step + 1) for step in path if isinstance(step, int)]
    return _("Row %(row)s: ") % {"row": ", ".join(rows)} if rows else ""


SALT = "console.forms.validation"


@dataclass(frozen=True, slots=True)
class FormSnapshot:
    """The settings of one object at one version."""

    version: int  # modifiedAt, milliseconds since 1970
    values: Mapping[str, Any]  # by API name, without absent ones

    @classmethod
    def from_document(cls, document: Document, settings: Iterable[Setting]) -> Self:
        fields = document.to_dict()
        members = [setting.api_name for setting in settings]
        values = {name: fields[name] for name in members if fields.get(name) is not None}
        return cls(document.modified_at, values)

    def sign(self, form_key: str) -> str:
        """Return signed text that only a form with ``form_key`` accepts."""
        return signing.dumps(
            to_plain([self.version, self.values]), salt=f"{SALT}/{form_key}", compress=True
        )

    @classmethod
    def from_signed(cls, text: str, form_key: str) -> Self:
        """Return the signed snapshot.

        Raise `signing.BadSignature` if the signature is invalid.
        """
        content = signing.loads(text, salt=f"{SALT}/{form_key}")
        return cls(*from_plain(content))


def to_plain(value: Any) -> dict[str, Any]:
    """Return ``value`` as plain JSON; `from_plain` restores it.

    A random marker stands for decimals, fingerprints and `UNSET`, so that it can't
    collide with a member of the document.
    """
    marker = secrets.token_hex(8)

    def encode(unsupported: object) -> object:
        match unsupported:
            case Decimal():
                return {marker: ["number", str(unsupported)]}
            case Fingerprint():
                return {marker: ["sealed", unsupported.hex]}
            case _ if unsupported is UNSET:
                return {marker: ["unset", ""]}
            case _:
                raise TypeError(f"{type(unsupported).__name__} is not a value of Authlete's")

    text = json.dumps(value, ensure_ascii=False, default=encode)
    return {"mark": marker, "text": text}


def from_plain(content: Mapping[str, Any]) -> Any:
    """Return the value that `to_plain` encoded."""
    marker = content["mark"]

    def decode(members: dict[str, Any]) -> Any:
        match members.get(marker):
            case ["number", str(text)]:
                return Decimal(text)
            case ["sealed", str(text)]:
                return Fingerprint(text)
            case ["unset", _]:
                return UNSET
            case _:
                return members

    return json.loads(content["text"], object_hook=decode)
