"""What the page of a service tells of its document."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from console.access import Workspace
from console.forms.words import words
from console.operations import told as told_in_words
from console.sentences import SERVICE, Sentence, sentences, stored
from console.services.drafts import Edits
from tenants.audit.models import AuditEntry
from tenants.audit.search import history
from tenants.authlete.documents.base import Document, Setting
from tenants.authlete.documents.service import SECTIONS, Service
from tenants.authlete.reading import NotJson, read

SIZES = {"P-256": 256, "P-384": 384, "P-521": 521, "secp256k1": 256}
# Which settings name a key by its id.
NAMING = tuple(name for name in SERVICE if name.endswith("SignatureKeyId"))


@dataclass(frozen=True, slots=True)
class SectionRow:
    """A section as the page of a service lists it."""

    slug: str
    title: str
    about: str
    settings: int
    set: int
    unsaved: int
    words: str  # everything a person may look for to find this section


@dataclass(frozen=True, slots=True)
class Key:
    """The public side of one key of the service."""

    kid: str
    kind: str
    alg: str
    use: str
    is_private: bool
    named_by: Sequence[str]  # labels of the settings that sign with it


def sections(service: Service, edits: Edits) -> list[SectionRow]:
    return [
        SectionRow(
            slug,
            section.title,
            " ".join((section.__doc__ or "").split()),
            len(section.settings()),
            sum(_is_chosen(one, service) for one in section.settings()),
            sum(one.member in edits.wanted for one in section.settings()),
            " ".join(f"{one.label} {one.member}" for one in section.settings()),
        )
        for slug, section in SECTIONS.items()
    ]


def _is_chosen(one: Setting, service: Service) -> bool:
    """Whether somebody set it; what Authlete sets by itself does not count."""
    return not one.fixed and one.is_set(service.get(one.member))


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


def told(service: Document, asked: str, *, set_only: bool) -> list[Group]:
    """The settings whose names or help hold every word of ``asked``."""
    groups = [
        Group(
            slug,
            section.title,
            [
                Line(one, words(one, value), one.is_set(value))
                for one in section.settings()
                if _fits(one, asked)
                and (one.is_set(value := service.get(one.member)) or not set_only)
            ],
        )
        for slug, section in SECTIONS.items()
    ]
    return [group for group in groups if group.lines]


def _fits(one: Setting, asked: str) -> bool:
    text = f"{one.label} {one.member} {one.help}".lower()
    return all(word in text for word in asked.lower().split())


def unknown(service: Service) -> dict[str, Any]:
    """The members that this version of the console does not know."""
    return {name: v for name, v in service.wire().items() if name not in SERVICE}


def keys(service: Service) -> list[Key]:
    """The keys in the service's own JWK Set; none where it cannot be read."""
    try:
        found = read(service.text("jwks") or "{}")
    except NotJson:
        return []
    listed = found.get("keys") if isinstance(found, dict) else None
    return [_key(one, service) for one in listed or () if isinstance(one, dict)]


def _key(one: dict[str, Any], service: Service) -> Key:
    kid = str(one.get("kid", ""))
    curve = str(one.get("crv", ""))
    kind = " ".join(filter(None, (str(one.get("kty", "")), curve or _bits(one))))
    named = [SERVICE[name][1].label for name in NAMING if service.get(name) == kid]
    sealed = any(str(part).startswith("sealed:") for part in one.values())
    named = named if kid else []
    return Key(
        kid, kind, str(one.get("alg", "")), str(one.get("use", "")), sealed, named
    )


def _bits(one: dict[str, Any]) -> str:
    """The size of an RSA key; its modulus is base64url without padding."""
    modulus = one.get("n")
    return str(len(modulus) * 6 // 8 * 8) if isinstance(modulus, str) else ""


@dataclass(frozen=True, slots=True)
class Past:
    """Something that was done to this service."""

    entry: AuditEntry
    words: str
    changes: Sequence[Sentence]


@dataclass(frozen=True, slots=True)
class PastPage:
    """A page of what was done, newest first, with the cursors beside it."""

    lines: Sequence[Past]
    newer: str
    older: str


def past(
    workspace: Workspace, service: Service, cursor: str = "", *, most: int = 20
) -> PastPage:
    """What was done to this service; who only read it is left out."""
    organization, region = workspace.organization.pk, workspace.region.name
    page = history(organization, region, str(service.api_key), cursor, size=most)
    return PastPage(
        [_told(entry, service) for entry in page.entries], page.newer, page.older
    )


def _told(entry: AuditEntry, service: Service) -> Past:
    name = entry.label or service.service_name or service.api_key
    done = told_in_words(
        entry.operation, name, is_done=entry.fate == AuditEntry.Outcome.DONE
    )
    return Past(entry, done, sentences(stored(entry.changes)))
