"""Overviews of a document: sections, settings, unknown members and keys."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from console.documents.configuration_warnings import ConfigurationWarning
from console.documents.kinds import DocumentKind
from console.forms.value_text import format_unknown, format_value, to_json
from tenants.authlete.documents.base import Document, Section, Setting
from tenants.authlete.documents.jwks.inventory import find_key_uses
from tenants.authlete.json.reader import InvalidJsonError, parse_json
from tenants.authlete.redaction.fingerprint import Fingerprint, contains_fingerprint
from tenants.authlete.redaction.unknown_fields import SCHEMAS, iter_unknown_fields


@dataclass(frozen=True, slots=True)
class SectionRow:
    """A section in the list on a document's page."""

    slug: str
    anchor: str  # in the form with all settings
    title: str
    description: str
    settings: int
    set: int
    unsaved: int
    warnings: int
    search_text: str  # a line per setting: label, API name and field name, separated by tabs


def section_rows(
    kind: DocumentKind,
    document: Document,
    unsaved: Collection[str],
    warnings: Iterable[ConfigurationWarning],
) -> list[SectionRow]:
    """Return the sections of a document, with counts of settings and warnings."""
    counts = Counter(warning.section for warning in warnings)
    return [
        SectionRow(
            slug,
            section.anchor(),
            section.title,
            " ".join((section.__doc__ or "").split()),
            len(section.settings()),
            sum(_is_customized(setting, document) for setting in section.settings()),
            sum(setting.api_name in unsaved for setting in section.settings()),
            counts[slug],
            "\n".join(
                f"{setting.label}\t{setting.api_name}\t{setting.name}"
                for setting in section.settings()
            ),
        )
        for slug, section in kind.sections.items()
    ]


def _is_customized(setting: Setting, document: Document) -> bool:
    """Return whether the setting is customized; values set by Authlete don't count."""
    return not setting.is_immutable and setting.is_customized(document.get(setting.api_name))


@dataclass(frozen=True, slots=True)
class SettingRow:
    """A setting with its formatted value."""

    setting: Setting
    value_text: str
    is_set: bool


@dataclass(frozen=True, slots=True)
class SettingRowGroup:
    """The settings of one section."""

    slug: str
    title: str
    lines: Sequence[SettingRow]

    @property
    def set(self) -> int:
        return sum(line.is_set for line in self.lines)


def describe_settings(
    sections: Mapping[str, type[Section]], document: Document, query: str = "", *, set_only: bool
) -> list[SettingRowGroup]:
    """Return the settings whose names or help contain every word of ``query``."""
    groups = [
        SettingRowGroup(
            slug,
            section.title,
            [
                SettingRow(setting, format_value(setting, value), setting.is_customized(value))
                for setting in section.settings()
                if _matches(setting, query)
                and (setting.is_customized(value := document.get(setting.api_name)) or not set_only)
            ],
        )
        for slug, section in sections.items()
    ]
    return [group for group in groups if group.lines]


def _matches(setting: Setting, query: str) -> bool:
    text = f"{setting.label} {setting.api_name} {setting.help}".lower()
    return all(word in text for word in query.lower().split())


@dataclass(frozen=True, slots=True)
class UnknownField:
    """A field that this version doesn't know."""

    path: str  # such as ``scopes[email].rank``
    value: Any

    @property
    def text(self) -> str:
        """Return the value as text, hidden texts described."""
        value = self.value
        return format_unknown(value) if isinstance(value, Fingerprint) else to_json(value)

    @property
    def is_hidden(self) -> bool:
        """Return whether a text in it is hidden."""
        return contains_fingerprint(self.value)


def list_unknown_fields(kind: DocumentKind, document: Document) -> list[UnknownField]:
    """Return the unknown fields of a document, and those within its known fields."""
    value = document.to_dict()
    fields = iter_unknown_fields(value, value, SCHEMAS[kind.document])
    return [UnknownField(path, inner) for path, inner, _ in fields]


@dataclass(frozen=True, slots=True)
class JwkSummary:
    """The public members of a key."""

    kid: str
    shape: str  # type, and curve or size
    alg: str
    use: str
    is_private: bool
    used_by: Sequence[str]  # labels of the settings that use it


def list_keys(document: Document) -> list[JwkSummary]:
    """Return the keys in the document's own JWK Set; none if it can't be parsed."""
    try:
        key_set = parse_json(document.get_text("jwks") or "{}")
    except InvalidJsonError:
        return []
    listed = key_set.get("keys") if isinstance(key_set, dict) else None
    return [_summarize_key(key, document) for key in listed or () if isinstance(key, dict)]


def _summarize_key(key: dict[str, Any], document: Document) -> JwkSummary:
    kid = str(key.get("kid", ""))
    curve = str(key.get("crv", ""))
    shape = " ".join(filter(None, (str(key.get("kty", "")), curve or _modulus_bits(key))))
    names = [use.label for use in find_key_uses(document, kid)]
    sealed = any(str(part).startswith("sealed:") for part in key.values())
    return JwkSummary(kid, shape, str(key.get("alg", "")), str(key.get("use", "")), sealed, names)


def _modulus_bits(key: dict[str, Any]) -> str:
    """Return the size of an RSA key in bits; its modulus is base64url without padding."""
    modulus = key.get("n")
    return str(len(modulus) * 6 // 8 * 8) if isinstance(modulus, str) else ""
