"""Clients as Authlete might answer them, each made from its number: always the same.

Whole ones, odd values included. hypothesis makes documents as well, of one section at
a time (`documents`); a thousand whole clients would take it minutes.
"""

import re
from decimal import Decimal
from random import Random

from tenants.authlete.documents.client import SECTIONS
from tenants.authlete.documents.client.tokens import ClientExtensionSettings
from tenants.authlete.json.raw import dump_json
from tests.console.forms.documents import KEY_SETS, TEXTS

SETTINGS = [setting for section in SECTIONS.values() for setting in section.settings()]
INSIDE = ClientExtensionSettings.settings()
NUMBERS = ("0", "1", "-1", "59", "60", "86400", "9007199254740993", "1E+2", "1.50")
LETTERS = "abc XYZ-_.:/#é台\u0430\u200b\u202e\u2028\ud83d𝄞"
OTHERS = ("fromTheFuture", "riskScoring", "futureSecret", "e\u0301tat", "", "oldJwks")
ESCAPED = ("[\ud800-\udfff]", "[\u007f-\uffff]")  # what is written as \u and digits


def text_of(number, **members):
    """The JSON text of the client of that number, with ``members`` put in."""
    random = Random(number)
    document = {
        setting.api_name: _value(random, setting)
        for setting in SETTINGS
        if random.random() < 0.7  # else Authlete leaves it out
    }
    for name in random.sample(OTHERS, random.randrange(4)):
        document[name] = _odd(random)
    document |= {"clientId": 44, "modifiedAt": number} | members
    names = list(document)
    if random.random() < 0.5:  # the order is nobody's promise
        random.shuffle(names)
    text = dump_json({name: document[name] for name in names})
    return re.sub(random.choice(ESCAPED), lambda at: f"\\u{ord(at[0]):04x}", text)


def _value(random, one):
    chance = random.random()
    if chance < 0.05:
        return None
    return _odd(random) if chance < 0.15 else _usual(random, one)


def _usual(random, one):
    words = [*one.input_type.choices, "FROM_THE_FUTURE"]
    match one.input_type.kind:
        case "flag":
            return random.random() < 0.5
        case "number" | "moment" | "duration":
            return _number(random)
        case "choice":
            return random.choice(words)
        case "choices":
            return random.choices(words, k=random.randrange(4))
        case "strings":
            return _some(random, _text)
        case "jwks":
            return random.choice(KEY_SETS)
        case "pairs":
            return _some(random, _object, "key", "value")
        case "tagged":
            return _some(random, _object, "tag", "value")
        case "client_extension":
            inner_settings = [inner for inner in INSIDE if random.random() < 0.7]
            inside = {inner.api_name: _value(random, inner) for inner in inner_settings}
            return inside | random.choice([{}, {"fromTheFuture": _odd(random)}])
        case _:
            return _text(random)


def _object(random, *names):
    """One with these members, with some of them, or with more."""
    members = {name: _text(random) for name in names if random.random() < 0.9}
    return members | random.choice([{}, {}, {"fromTheFuture": _odd(random)}])


def _odd(random, depth=2):
    """Any JSON value at all."""
    if not depth or random.random() < 0.5:
        value = _text(random) if random.random() < 0.3 else _number(random)
        return random.choice([None, True, False, "", value])
    inner = [_odd(random, depth - 1) for _ in range(random.randrange(3))]
    if random.random() < 0.5:
        return inner
    return {f"{_text(random)}{at}": item for at, item in enumerate(inner)}


def _number(random):
    return Decimal(random.choice(NUMBERS))


def _text(random):
    if random.random() < 0.5:
        return random.choice(TEXTS)
    return "".join(random.choices(LETTERS, k=random.randrange(12)))


def _some(random, make, *more):
    return [make(random, *more) for _ in range(random.randrange(4))]
