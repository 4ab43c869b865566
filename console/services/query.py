"""What a person typed into the search box of the services.

Words are looked for in what a row shows; those in quotes stay together.
``pkceRequired:true`` and ``accessTokenDuration>3600`` compare any declared setting, by
Authlete's name for it, and ``region:eu`` the region.
"""

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from django.utils.translation import gettext as _

from console.services.fleet import Row
from tenants.authlete.documents.service import SECTIONS

WORD = re.compile(r'(?:"[^"]*"|[^\s"]|")+')
QUALIFIER = re.compile(r"([A-Za-z]\w*)(?::(?![<>])|:?([<>]=?))(.*)", re.ASCII)
REGION = "region"
COMPARED: Mapping[str, Callable[[int, int], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
LONGEST = 200  # characters
MEMBERS = {
    one.member.lower(): one.member
    for section in SECTIONS.values()
    for one in section.settings()
    if not one.show.secret
}


@dataclass(frozen=True, slots=True)
class Test:
    """One qualifier: a setting or the region, how it is compared, and with what."""

    member: str
    sign: str  # empty: is or holds it
    wanted: str

    def holds(self, value: Any) -> bool:
        if not self.sign:
            return self.wanted.lower() in _said(value)
        if isinstance(value, bool) or not isinstance(value, int):
            return False
        return COMPARED[self.sign](value, int(self.wanted))


class Query:
    """A search, ready to be held against rows; ``problem`` says what is wrong."""

    def __init__(self, text: str) -> None:
        self.text = text[:LONGEST].strip()
        self.words: list[str] = []
        self.tests: list[Test] = []
        self.problem = ""
        for word in WORD.findall(self.text):
            self._take(word)

    def _take(self, word: str) -> None:
        match = None if word.startswith('"') else QUALIFIER.fullmatch(word)
        if not match or word.lower().startswith(("http:", "https:")):
            self.words.append(word.replace('"', "").lower())
            return
        name, sign, wanted = match[1], match[2] or "", match[3].replace('"', "")
        member = MEMBERS.get(name.lower())
        if name.lower() == REGION and not sign:
            self.tests.append(Test(REGION, sign, wanted))
        elif member is None:
            self.problem = _unknown(name)
        elif sign and not re.fullmatch(r"-?[0-9]{1,18}", wanted):
            self.problem = _("“%(word)s” needs a whole number.") % {"word": word}
        else:
            self.tests.append(Test(member, sign, wanted))

    def found(self, rows: Sequence[Row]) -> list[Row]:
        """The rows that it names; none when it cannot be understood, never all."""
        if self.problem:
            return []
        return [row for row in rows if self._names(row)]

    def _names(self, row: Row) -> bool:
        service = row.service
        text = f"{service.service_name} {service.issuer} {service.api_key}".lower()
        text += f" {service.get('description') or ''} {row.region.name}".lower()
        return all(word in text for word in self.words) and all(
            test.holds(
                row.region.name if test.member == REGION else service.get(test.member)
            )
            for test in self.tests
        )


def _unknown(name: str) -> str:
    """Whoever mistyped a name gets the nearest; nobody gets the whole list."""
    if near := get_close_matches(name.lower(), MEMBERS, 1, 0.75):
        return _("There is no setting called “%(name)s”. Is it %(near)s?") % {
            "name": name,
            "near": MEMBERS[near[0]],
        }
    return _(
        "There is no setting called “%(name)s”. Use Authlete’s name for it, "
        "as in pkceRequired:true, and put text with a colon in quotes."
    ) % {"name": name}


def _said(value: Any) -> list[str]:
    """What a value may be called in a query."""
    match value:
        case bool():
            return ["true", "yes", "on"] if value else ["false", "no", "off"]
        case None:
            return ["none", "false", "no", "off", "0"]
        case list():
            return [str(one).lower() for one in value] or ["none"]
        case _:
            return [str(value).lower()]
