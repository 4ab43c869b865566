"""What a person typed into the search box of the services.

Words are looked for in what a row shows. ``pkceRequired:true`` and
``accessTokenDuration>3600`` compare any declared setting, by Authlete's name for it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from console.services.fleet import Row
from tenants.authlete.documents.service import SECTIONS

QUALIFIER = re.compile(r"([A-Za-z]\w*)(:|>|<)(.*)", re.ASCII)
LONGEST = 200  # characters
MEMBERS = {
    one.member.lower(): one.member
    for section in SECTIONS.values()
    for one in section.settings()
    if not one.show.secret
}


@dataclass(frozen=True, slots=True)
class Test:
    """One qualifier: a setting, how it is compared, and with what."""

    member: str
    sign: str
    wanted: str

    def holds(self, value: Any) -> bool:
        if self.sign == ":":
            return self.wanted.lower() in _said(value)
        if isinstance(value, bool) or not isinstance(value, int):
            return False
        wanted = int(self.wanted)
        return value > wanted if self.sign == ">" else value < wanted


class Query:
    """A search, ready to be held against rows; ``problem`` says what is wrong."""

    def __init__(self, text: str) -> None:
        self.text = text[:LONGEST].strip()
        self.words: list[str] = []
        self.tests: list[Test] = []
        self.problem = ""
        for word in self.text.split():
            self._take(word)

    def _take(self, word: str) -> None:
        match = QUALIFIER.fullmatch(word)
        if not match or word.lower().startswith(("http:", "https:")):
            self.words.append(word.lower())
            return
        name, sign, wanted = match.groups()
        member = MEMBERS.get(name.lower())
        if member is None:
            self.problem = _(
                "There is no setting called “%(name)s”. Use Authlete’s name for it, "
                "as in pkceRequired:true."
            ) % {"name": name}
        elif sign != ":" and not re.fullmatch(r"-?[0-9]{1,18}", wanted):
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
            test.holds(service.get(test.member)) for test in self.tests
        )


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
