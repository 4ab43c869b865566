"""What of changes the record may keep: nothing of what this console does not know.

Of such a member nobody knows either whether there is a secret in it.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, get_args, get_type_hints, is_typeddict

from pydantic import AfterValidator

from tenants.authlete.changes import Change, member_of
from tenants.authlete.documents import client, service
from tenants.authlete.documents.base import Section
from tenants.authlete.redaction import PUBLIC, Fingerprint, Redactor

# Numbers, flags and what is sealed already can be no secret.
PLAIN = (bool, int, float, Decimal, Fingerprint)
ITEM = re.compile(r"\[.*?\](?=[.\[]|$)", re.DOTALL)  # a step into a list


def _names_in(kind: Any) -> Iterator[str]:
    """The members of all objects that a type has inside."""
    if is_typeddict(kind):
        for name, inner in get_type_hints(kind, include_extras=True).items():
            yield name
            yield from _names_in(inner)
    elif isinstance(kind, AfterValidator):
        section = getattr(kind.func, "__self__", None)
        if isinstance(section, type) and issubclass(section, Section):
            yield from (one.member for one in section.settings())
    else:
        for inner in get_args(kind):
            yield from _names_in(inner)


def _declared() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for sections in (service.SECTIONS, client.SECTIONS):
        for section in sections.values():
            for one in section.settings():
                kind = section.model_fields[one.name]
                found[one.member].update(_names_in(kind.annotation))
                for more in kind.metadata:
                    found[one.member].update(_names_in(more))
    found["hsks"] |= PUBLIC  # their type names none
    return {member: frozenset(names) for member, names in found.items()}


# Every member that is known, and the names that are known inside it.
DECLARED = _declared()


def veiled(told: Iterable[Change], redactor: Redactor) -> tuple[Change, ...]:
    """Changes of a service or client with fingerprints for what is not known."""
    return tuple(
        replace(
            one,
            before=veiled_at(one.field, one.before, redactor),
            after=veiled_at(one.field, one.after, redactor),
        )
        for one in told
    )


def veiled_at(field: str, value: Any, redactor: Redactor) -> Any:
    """The same of the value that is at one place."""
    if not is_known(field):
        return _veil(value, redactor)
    return _inside(value, DECLARED[member_of(field)], redactor)


def is_known(field: str) -> bool:
    """Whether the member at a place, and all that it is inside of, are declared."""
    member = member_of(field)
    first, *steps = ITEM.sub("", field[len(member) :]).split(".")
    return not first and member in DECLARED and DECLARED[member].issuperset(steps)


def _inside(value: Any, names: frozenset[str], redactor: Redactor) -> Any:
    match value:
        case Mapping():
            return {
                name: _inside(one, names, redactor)
                if name in names
                else _veil(one, redactor)
                for name, one in value.items()
            }
        case list() | tuple():
            return [_inside(one, names, redactor) for one in value]
        case _:
            return value


def _veil(value: Any, redactor: Redactor) -> Any:
    is_plain = value is None or isinstance(value, PLAIN)
    return value if is_plain else redactor.fingerprint(value)
