"""What words that pages show for a value may stand for in the record, which keeps JSON:
``45 minutes``, ``On``, ``Not set``, the label of a choice, a moment, a fingerprint."""

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

from console.forms.columns import COLUMNS
from console.forms.words import UNITS as SECONDS
from console.forms.words import absent, choice, said, unit_name
from console.sentences import CLIENT, LOCAL, SERVICE, TOKEN
from tenants.audit.filters import Meaning
from tenants.authlete.documents.base import Setting

LEAST = 3  # characters of a part of a label
MOST = 40  # labels that are looked for at once
NUMBER = re.compile(r"(\d[\d\s,]*?)\s*([^\W\d]+)(?:\s*\(.*\))?")
MARK = re.compile(r"(?:.*\s)?([0-9a-f]{4}) ([0-9a-f]{4})\)?", re.IGNORECASE)
COMMA = ", "  # between the items of a list
MOMENT = "%d %b %Y, %H:%M:%S %z"

type Found = Iterator[Meaning]
type Places = dict[str, tuple[str, ...]]


def meanings(text: str) -> list[Meaning]:
    """None where a text can only mean itself."""
    plain = " ".join(text.casefold().split())
    sources = (
        _spans(plain),
        _moments(text),
        _marks(plain),
        _words(plain),
        _lists(text),
    )
    return [one for found in sources for one in found] + _labels(plain)


def _spans(plain: str) -> Found:
    found = NUMBER.fullmatch(plain)
    for unit, (size, _least) in SECONDS.items() if found else ():
        name = unit_name(unit).casefold()
        ways = (name, name.removesuffix("s"), name[:3], f"{name[:3]}s", name[:1])
        if found and found[2] in ways:
            number = int(re.sub(r"\D", "", found[1]))
            yield Meaning(str(number * size), _of("duration"))


def _moments(text: str) -> Found:
    try:
        at = datetime.strptime(text, MOMENT)
    except ValueError:
        return
    yield Meaning(str(int(at.timestamp())), _of("moment"), whole=False)


def _marks(plain: str) -> Found:
    if found := MARK.fullmatch(plain):
        yield Meaning(f'"fingerprint":"{found[1]}{found[2]}', whole=False)


def _words(plain: str) -> Found:
    """Words for a whole value, whatever setting it is of or of some settings only."""
    on, off = (pgettext("a setting", one) for one in ("On", "Off"))
    for value, words in (
        ("true", (on, _("yes"))),
        ("false", (off, _("no"))),
        ('""', (_("empty"),)),
        ("[]", (_("None"),)),
        ("null", (_("Not set"),)),
    ):
        if plain in (one.casefold() for one in words):
            yield Meaning(value)
    absences, zeros = _told(get_language())
    if plain in absences:
        yield Meaning("null", absences[plain])
    if plain in zeros:
        yield Meaning("0", zeros[plain])


def _labels(plain: str) -> list[Meaning]:
    """Choices that have the text in their label, and not in their own name."""
    if len(plain) < LEAST:
        return []
    found = [
        Meaning(f'"{key}"', members, whole=False)
        for (key, label), members in _choices(get_language()).items()
        if plain in label and plain not in key.casefold()
    ]
    return found if len(found) <= MOST else []


def _lists(text: str) -> Found:
    """A list by its items as pages tell it, texts or labels; what is JSON, however it
    is written."""
    if text[:1] in ("[", "{"):
        with suppress(ValueError):
            yield Meaning(_json(json.loads(text)), whole=False)
    if COMMA not in text:
        return
    yield Meaning(_json(text.split(COMMA)))
    found = defaultdict(list)
    for name, keys in _several(get_language()).items():
        if listed := _keys(" ".join(text.casefold().split()), keys):
            found[_json(listed)].append(name)
    for value, names in found.items():
        yield Meaning(value, tuple(names))


def _keys(plain: str, keys: Mapping[str, str]) -> list[str]:
    """The choices of a text of labels, in which commas may be as well; none where some
    of it is no label."""
    found, rest = [], plain + COMMA
    while rest:
        begins = (one for one in keys if rest.startswith(one + COMMA))
        label = max(begins, key=len, default="")
        if not label:
            return []
        found.append(keys[label])
        rest = rest[len(label + COMMA) :]
    return found


def _json(value: Any) -> str:
    """As the record keeps it."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def _settings() -> Iterable[tuple[str, Setting]]:
    """Each setting that a change can be of, by the name that the change has."""
    for table in (SERVICE, CLIENT, TOKEN, LOCAL):
        for member, (_section, setting) in table.items():
            yield member, setting
            for column in COLUMNS.get(setting.show.kind, ()):
                yield f"{member}.{column.member}", column


@cache
def _of(kind: str) -> tuple[str, ...]:
    return tuple({name for name, setting in _settings() if setting.show.kind == kind})


@cache
def _told(_language: str | None) -> tuple[Places, Places]:
    """By words: the settings whose absence, and whose zero, is told so."""
    absences, zeros = defaultdict(set), defaultdict(set)
    for name, setting in _settings():
        absences[absent(setting).casefold()].add(name)
        if setting.zero:
            zeros[said(setting.zero).casefold()].add(name)
    absences.pop(_("Not set").casefold(), None)  # of any
    return tuple(  # type: ignore[return-value]
        {words: tuple(names) for words, names in one.items()}
        for one in (absences, zeros)
    )


@cache
def _several(_language: str | None) -> dict[str, dict[str, str]]:
    """By setting that takes several choices: these by their labels."""
    return {
        name: {choice(one, key).casefold(): key for key in one.show.choices}
        for name, one in _settings()
        if one.show.kind == "choices"
    }


@cache
def _choices(_language: str | None) -> dict[tuple[str, str], tuple[str, ...]]:
    """By choice and label: the settings that have it."""
    found = defaultdict(set)
    for name, setting in _settings():
        for key in setting.show.choices:
            found[key, choice(setting, key).casefold()].add(name)
    return {one: tuple(names) for one, names in found.items()}
