"""The settings that can be set for many clients at once, and how."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from console.forms.inputs import none_left
from console.forms.judging import wrong
from console.forms.kinds import KINDS
from console.forms.section import SettingsForm, form_for
from console.forms.words import said
from console.forms.words import words as in_words
from console.sentences import CLIENT, Sentence, sentences
from tenants.authlete.changes import changes
from tenants.authlete.documents.base import Section, Setting
from tenants.authlete.documents.client import SECTIONS
from tenants.authlete.documents.client.extension import ClientExtension
from tenants.authlete.documents.compare import alike

EXTENSION = "extension"
UNIQUE = {"clientIdAlias"}  # no two clients of a service can have the same
LISTS = {"strings", "choices"}  # kinds that words can be added to and taken out of

type Members = Mapping[str, Any]


class Mode(StrEnum):
    """What is done with the value that was entered."""

    EXACTLY = "exactly"
    ADD = "add"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Property:
    """One setting of a client, or of the object inside it."""

    section: type[Section]
    setting: Setting
    within: str = ""  # the member that it is inside of

    @property
    def name(self) -> str:
        """Authlete's, in the notation of a change: ``extension.tokenDuration``."""
        member = self.setting.member
        return f"{self.within}.{member}" if self.within else member

    @property
    def label(self) -> str:
        return said(self.setting.label)

    @property
    def is_list(self) -> bool:
        return self.setting.show.kind in LISTS

    def of(self, client: Members) -> Any:
        """Its value in ``client``; None where it has none."""
        return (self._holder(client) if self.within else client).get(
            self.setting.member
        )

    def edits(self, client: Members, value: Any) -> dict[str, Any]:
        """What to write so that ``client`` has ``value``; all else stays.

        Inside an object, too, None takes the member out.
        """
        if not self.within:
            return {self.setting.member: value}
        return {self.within: {**self._holder(client), self.setting.member: value}}

    def words(self, value: Any) -> str:
        return in_words(self.setting, value)

    def told(self, was: Any, now: Any) -> list[Sentence]:
        """The change from one value to another, in words."""
        before, after = ({self.setting.member: value} for value in (was, now))
        if self.within:
            before, after = {self.within: before}, {self.within: after}
        return sentences(changes(before, after), CLIENT)

    def same(self, one: Any, other: Any) -> bool:
        """Whether both come to the same: what is off may as well be absent."""
        unset = not self.setting.is_set(one) and not self.setting.is_set(other)
        return unset or alike(one, other)

    def problems(self, value: Any, base: Any) -> list[str]:
        """Why our rules would refuse ``value``, but for what ``base`` had already."""
        kind = KINDS[self.setting.show.kind]
        return wrong(self.section, self.setting, kind.input, value, base)

    def _holder(self, client: Members) -> Members:
        found = client.get(self.within)
        return found if isinstance(found, Mapping) else {}


def _of(section: type[Section], within: str = "") -> Iterable[Property]:
    for one in section.settings():
        if one.member == EXTENSION:
            yield from _of(ClientExtension, EXTENSION)
        elif not one.fixed and one.member not in UNIQUE:
            yield Property(section, one, within)


GROUPS: tuple[tuple[str, tuple[Property, ...]], ...] = tuple(
    (section.title, tuple(_of(section))) for section in SECTIONS.values()
)
PROPERTIES: Mapping[str, Property] = {
    one.name: one for _title, found in GROUPS for one in found
}


@dataclass(frozen=True, slots=True)
class Edit:
    """What is to be done with one setting of each client."""

    about: Property
    mode: Mode
    value: Any

    def upon(self, now: Any) -> Any:
        """What the setting becomes where it is ``now``."""
        if self.mode is Mode.EXACTLY:
            return self.value
        has = now if isinstance(now, list) else []
        if self.mode is Mode.ADD:
            return [*has, *(one for one in self.value if one not in has)]
        left = [one for one in has if one not in self.value]
        return now if len(left) == len(has) else left or none_left(self._setting)

    @property
    def _setting(self) -> Setting:
        return self.about.setting


def form_of(one: Property) -> type[SettingsForm]:
    """The form with the setting's own input."""
    return form_for([one.section])


def entered(form: SettingsForm, one: Property) -> Any:
    """What a form that is valid holds for the setting; None takes it out.

    An input that was left as it was drawn counts as well: no tick is a decision.
    """
    setting = one.setting
    if setting.member in form.edits:
        return form.edits[setting.member]
    return bool(setting.initial) if setting.show.kind == "flag" else None
