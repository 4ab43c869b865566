"""Patterns of tickets: a small language that is matched in linear time.

``#`` is a digit, ``@`` a letter, ``*`` one or more letters, digits and hyphens, ``|`` separates
alternatives; any other character is itself.
"""

import re
from collections.abc import Callable, Mapping
from itertools import cycle
from string import ascii_letters, digits

MAX_PATTERN_CHARS = 60
ALLOWED_PATTERN = re.compile(r"[A-Za-z0-9#@*._:/-]+(?:\|[A-Za-z0-9#@*._:/-]+)*")
_CLASSES: Mapping[str, frozenset[str]] = {
    "#": frozenset(digits),
    "@": frozenset(ascii_letters),
    "*": frozenset(ascii_letters + digits + "-"),
}


def is_valid_pattern(pattern: str) -> bool:
    """Return whether ``pattern`` can be used."""
    return len(pattern) <= MAX_PATTERN_CHARS and ALLOWED_PATTERN.fullmatch(pattern) is not None


def matches_pattern(pattern: str, ticket: str) -> bool:
    """Return whether an alternative of the pattern describes the whole ticket."""
    return any(_matches(alternative, ticket) for alternative in pattern.split("|"))


def list_examples(pattern: str) -> list[str]:
    """Return a ticket for each alternative, such as "CHG-1234" for "CHG-####"."""
    return [_example(alternative) for alternative in pattern.split("|")]


def _matches(alternative: str, ticket: str) -> bool:
    positions = {0}  # in the alternative, after the characters so far
    for character in ticket:
        reached = set()
        for position in positions:
            symbol = alternative[position : position + 1]
            if symbol and character in _CLASSES.get(symbol, symbol):
                reached.add(position + 1)
                if symbol == "*":
                    reached.add(position)
        positions = reached
    return len(alternative) in positions


def _example(alternative: str) -> str:
    numbers, letters = cycle("1234567890"), cycle("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    symbols: Mapping[str, Callable[[], str]] = {
        "#": lambda: next(numbers),
        "@": lambda: next(letters),
        "*": lambda: next(numbers) + next(numbers),
    }
    return "".join(symbols[symbol]() if symbol in symbols else symbol for symbol in alternative)
