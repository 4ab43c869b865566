"""What a person saw when a form was opened, kept in the form itself.

An edit is a difference from this, so that saving needs no second look at the
service to know what was meant. It is signed: the browser can read it, which shows
nothing that the page does not, and cannot change it. Secrets are in it as
fingerprints only.
"""

import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Self

from django.core import signing

from tenants.authlete.documents.base import Document, Setting
from tenants.authlete.json.splice import UNSET
from tenants.authlete.redaction.redactor import Fingerprint

SALT = "console.forms.snapshot"


@dataclass(frozen=True, slots=True)
class FormSnapshot:
    """The settings of one object, at one version."""

    version: int  # modifiedAt, milliseconds since 1970
    values: Mapping[str, Any]  # by Authlete's names; what is absent is not in it

    @classmethod
    def from_document(cls, document: Document, settings: Iterable[Setting]) -> Self:
        wire = document.to_dict()
        members = [one.api_name for one in settings]
        seen = {name: wire[name] for name in members if wire.get(name) is not None}
        return cls(document.modified_at, seen)

    def sign(self, form_key: str) -> str:
        """Text that opens at ``place`` only: the object and the settings shown."""
        return signing.dumps(
            to_plain([self.version, self.values]),
            salt=f"{SALT}/{form_key}",
            compress=True,
        )

    @classmethod
    def from_signed(cls, text: str, form_key: str) -> Self:
        """Raises `signing.BadSignature` for what was not signed here."""
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
    """The value that `plain` made ``content`` of."""
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
