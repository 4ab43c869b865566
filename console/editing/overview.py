"""What the pages about a document tell of its settings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from console.editing.drafts import Edits
from console.editing.kind import Kind
from console.forms.words import words
from tenants.authlete.documents.base import Document, Section, Setting


@dataclass(frozen=True, slots=True)
class SectionRow:
    """A section as the page of a document lists it."""

    slug: str
    title: str
    about: str
    settings: int
    set: int
    unsaved: int
    words: str  # everything a person may look for to find this section


def sections(kind: Kind, document: Document, edits: Edits) -> list[SectionRow]:
    """The sections of an object, with how much is set in each and not saved yet."""
    return [
        SectionRow(
            slug,
            section.title,
            " ".join((section.__doc__ or "").split()),
            len(section.settings()),
            sum(_is_chosen(one, document) for one in section.settings()),
            sum(one.member in edits.wanted for one in section.settings()),
            " ".join(f"{one.label} {one.member}" for one in section.settings()),
        )
        for slug, section in kind.sections.items()
    ]


def _is_chosen(one: Setting, document: Document) -> bool:
    """Whether somebody set it; what Authlete sets by itself does not count."""
    return not one.fixed and one.is_set(document.get(one.member))


@dataclass(frozen=True, slots=True)
class Line:
    """A setting with its value in words."""

    setting: Setting
    words: str
    is_set: bool


@dataclass(frozen=True, slots=True)
class Group:
    """A section, told."""

    slug: str
    title: str
    lines: Sequence[Line]

    @property
    def set(self) -> int:
        return sum(line.is_set for line in self.lines)


def told(
    sections: Mapping[str, type[Section]],
    document: Document,
    asked: str = "",
    *,
    set_only: bool,
) -> list[Group]:
    """The settings whose names or help hold every word of ``asked``."""
    groups = [
        Group(
            slug,
            section.title,
            [
                Line(one, words(one, value), one.is_set(value))
                for one in section.settings()
                if _fits(one, asked)
                and (one.is_set(value := document.get(one.member)) or not set_only)
            ],
        )
        for slug, section in sections.items()
    ]
    return [group for group in groups if group.lines]


def _fits(one: Setting, asked: str) -> bool:
    text = f"{one.label} {one.member} {one.help}".lower()
    return all(word in text for word in asked.lower().split())


def unknown(kind: Kind, document: Document) -> dict[str, Any]:
    """The members that this version of the console does not know."""
    found = document.wire().items()
    return {name: value for name, value in found if name not in kind.declared}
