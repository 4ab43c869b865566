"""Parse displayed values into the JSON that the audit log stores.

Examples: ``45 minutes``, ``On``, ``Not set``, a choice's label, a time, a fingerprint.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from functools import cache
from typing import Any

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from console.audit_log.change_descriptions import (
    CLIENT_SETTINGS,
    LOCAL_EVENT_SETTINGS,
    SERVICE_SETTINGS,
    TOKEN_SETTINGS,
)
from console.forms.columns import COLUMNS
from console.forms.value_text import DURATION_UNITS as SECONDS
from console.forms.value_text import choice_label, format_absent, translate, unit_name
from tenants.audit.search.filters import ValueSynonym
from tenants.authlete.documents.base import Setting

MIN_LABEL_CHARS = 3  # characters of a part of a label
MAX_LABEL_MATCHES = 40  # labels that are looked for at once
DURATION = re.compile(r"(\d[\d\s,]*?)\s*([^\W\d]+)(?:\s*\(.*\))?")
FINGERPRINT = re.compile(r"(?:.*\s)?([0-9a-f]{4}) ([0-9a-f]{4})\)?", re.IGNORECASE)
LIST_SEPARATOR = ", "  # between the items of a list
DISPLAY_TIME_FORMAT = "%d %b %Y, %H:%M:%S %z"

type Meanings = Iterator[ValueSynonym]
type SettingsByLabel = dict[str, tuple[str, ...]]


def parse_display_value(text: str) -> list[ValueSynonym]:
    """Return the values that have this display text, other than the text itself."""
    plain = " ".join(text.casefold().split())
    sources = (
        _parse_durations(plain),
        _parse_times(text),
        _parse_fingerprints(plain),
        _parse_keywords(plain),
        _parse_lists(text),
    )
    return [synonym for synonyms in sources for synonym in synonyms] + _parse_labels(plain)


def _parse_durations(text: str) -> Meanings:
    match = DURATION.fullmatch(text)
    for unit, (size, _least) in SECONDS.items() if match else ():
        name = unit_name(unit).casefold()
        spellings = (name, name.removesuffix("s"), name[:3], f"{name[:3]}s", name[:1])
        if match and match[2] in spellings:
            number = int(re.sub(r"\D", "", match[1]))
            yield ValueSynonym(str(number * size), _settings_of_kind("duration"))


def _parse_times(text: str) -> Meanings:
    try:
        time = datetime.strptime(text, DISPLAY_TIME_FORMAT)
    except ValueError:
        return
    yield ValueSynonym(str(int(time.timestamp())), _settings_of_kind("moment"), is_whole=False)


def _parse_fingerprints(text: str) -> Meanings:
    if match := FINGERPRINT.fullmatch(text):
        yield ValueSynonym(f'"fingerprint":"{match[1]}{match[2]}', is_whole=False)


def _parse_keywords(text: str) -> Meanings:
    """Yield the values of labels that stand for a whole value."""
    on, off = (pgettext("a setting", label) for label in ("On", "Off"))
    for value, words in (
        ("true", (on, _("yes"))),
        ("false", (off, _("no"))),
        ('""', (_("empty"),)),
        ("[]", (_("None"),)),
        ("null", (_("Not set"),)),
    ):
        if text in (word.casefold() for word in words):
            yield ValueSynonym(value)
    absences, zeros = _absence_labels(get_language())
    if text in absences:
        yield ValueSynonym("null", absences[text])
    if text in zeros:
        yield ValueSynonym("0", zeros[text])


def _parse_labels(text: str) -> list[ValueSynonym]:
    """Choices that have the text in their label, and not in their own name."""
    if len(text) < MIN_LABEL_CHARS:
        return []
    synonyms = [
        ValueSynonym(f'"{key}"', members, is_whole=False)
        for (key, label), members in _choice_labels(get_language()).items()
        if text in label and text not in key.casefold()
    ]
    return synonyms if len(synonyms) <= MAX_LABEL_MATCHES else []


def _parse_lists(text: str) -> Meanings:
    """Parse JSON, or a comma-separated list of values or labels."""
    if text[:1] in ("[", "{"):
        with suppress(ValueError):
            yield ValueSynonym(_canonical_json(json.loads(text)), is_whole=False)
    if LIST_SEPARATOR not in text:
        return
    yield ValueSynonym(_canonical_json(text.split(LIST_SEPARATOR)))
    names_by_value = defaultdict(list)
    for name, keys in _multi_choice_labels(get_language()).items():
        if listed := _split_labels(" ".join(text.casefold().split()), keys):
            names_by_value[_canonical_json(listed)].append(name)
    for value, names in names_by_value.items():
        yield ValueSynonym(value, tuple(names))


def _split_labels(text: str, keys: Mapping[str, str]) -> list[str]:
    """Return the choices of comma-separated labels, or [] if one is unknown."""
    choices, remaining = [], text + LIST_SEPARATOR
    while remaining:
        prefixes = (key for key in keys if remaining.startswith(key + LIST_SEPARATOR))
        label = max(prefixes, key=len, default="")
        if not label:
            return []
        choices.append(keys[label])
        remaining = remaining[len(label + LIST_SEPARATOR) :]
    return choices


def _canonical_json(value: Any) -> str:
    """Return JSON as stored in the audit log."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def _settings() -> Iterable[tuple[str, Setting]]:
    """Each setting that a change can be of, by the name that the change has."""
    for table in (SERVICE_SETTINGS, CLIENT_SETTINGS, TOKEN_SETTINGS, LOCAL_EVENT_SETTINGS):
        for member, (_section, setting) in table.items():
            yield member, setting
            for column in COLUMNS.get(setting.input_type.kind, ()):
                yield f"{member}.{column.api_name}", column


@cache
def _settings_of_kind(kind: str) -> tuple[str, ...]:
    return tuple({name for name, setting in _settings() if setting.input_type.kind == kind})


@cache
def _absence_labels(_language: str | None) -> tuple[SettingsByLabel, SettingsByLabel]:
    """Return the settings for each label of an absent value, and of zero."""
    absences, zeros = defaultdict(set), defaultdict(set)
    for name, setting in _settings():
        absences[format_absent(setting).casefold()].add(name)
        if setting.zero_label:
            zeros[translate(setting.zero_label).casefold()].add(name)
    absences.pop(_("Not set").casefold(), None)  # applies to every setting
    return tuple(  # type: ignore[return-value]
        {words: tuple(names) for words, names in labels.items()} for labels in (absences, zeros)
    )


@cache
def _multi_choice_labels(_language: str | None) -> dict[str, dict[str, str]]:
    """By setting that takes several choices: these by their labels."""
    return {
        name: {choice_label(setting, key).casefold(): key for key in setting.input_type.choices}
        for name, setting in _settings()
        if setting.input_type.kind == "choices"
    }


@cache
def _choice_labels(_language: str | None) -> dict[tuple[str, str], tuple[str, ...]]:
    """Return the settings of each choice and label."""
    names_by_label = defaultdict(set)
    for name, setting in _settings():
        for key in setting.input_type.choices:
            names_by_label[key, choice_label(setting, key).casefold()].add(name)
    return {choice: tuple(names) for choice, names in names_by_label.items()}
