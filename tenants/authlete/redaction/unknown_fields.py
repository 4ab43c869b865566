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

from tenants.authlete.changes import FieldChange, get_top_level_field
from tenants.authlete.documents import client, service
from tenants.authlete.documents.base import Section
from tenants.authlete.redaction.redactor import PUBLIC_JWK_FIELDS, Fingerprint, Redactor

# Numbers, flags and what is sealed already can be no secret.
NEVER_SECRET_TYPES = (bool, int, float, Decimal, Fingerprint)
LIST_STEP_PATTERN = re.compile(r"\[.*?\](?=[.\[]|$)", re.DOTALL)  # a step into a list


def _iter_field_names(kind: Any) -> Iterator[str]:
    """The members of all objects that a type has inside."""
    if is_typeddict(kind):
        for name, inner in get_type_hints(kind, include_extras=True).items():
            yield name
            yield from _iter_field_names(inner)
    elif isinstance(kind, AfterValidator):
        section = getattr(kind.func, "__self__", None)
        if isinstance(section, type) and issubclass(section, Section):
            yield from (one.api_name for one in section.settings())
    else:
        for inner in get_args(kind):
            yield from _iter_field_names(inner)


def _collect_declared_fields() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for sections in (service.SECTIONS, client.SECTIONS):
        for section in sections.values():
            for one in section.settings():
                kind = section.model_fields[one.name]
                found[one.api_name].update(_iter_field_names(kind.annotation))
                for more in kind.metadata:
                    found[one.api_name].update(_iter_field_names(more))
    found["hsks"] |= PUBLIC_JWK_FIELDS  # their type names none
    return {member: frozenset(names) for member, names in found.items()}


# Every member that is known, and the names that are known inside it.
DECLARED_FIELDS = _collect_declared_fields()


def redact_unknown_fields(
    changes: Iterable[FieldChange], redactor: Redactor
) -> tuple[FieldChange, ...]:
    """Changes of a service or client with fingerprints for what is not known."""
    return tuple(
        replace(
            one,
            before=redact_unknown_value(one.field, one.before, redactor),
            after=redact_unknown_value(one.field, one.after, redactor),
        )
        for one in changes
    )


def redact_unknown_value(field: str, value: Any, redactor: Redactor) -> Any:
    """The same of the value that is at one place."""
    if not is_declared_field(field):
        return _fingerprint_unless_scalar(value, redactor)
    return _redact_undeclared(value, DECLARED_FIELDS[get_top_level_field(field)], redactor)


def is_declared_field(field: str) -> bool:
    """Whether the member at a place, and all that it is inside of, are declared."""
    member = get_top_level_field(field)
    first, *steps = LIST_STEP_PATTERN.sub("", field[len(member) :]).split(".")
    return not first and member in DECLARED_FIELDS and DECLARED_FIELDS[member].issuperset(steps)


def _redact_undeclared(value: Any, declared_names: frozenset[str], redactor: Redactor) -> Any:
    match value:
        case Mapping():
            return {
                name: _redact_undeclared(one, declared_names, redactor)
                if name in declared_names
                else _fingerprint_unless_scalar(one, redactor)
                for name, one in value.items()
            }
        case list() | tuple():
            return [_redact_undeclared(one, declared_names, redactor) for one in value]
        case _:
            return value


def _fingerprint_unless_scalar(value: Any, redactor: Redactor) -> Any:
    is_plain = value is None or isinstance(value, NEVER_SECRET_TYPES)
    return value if is_plain else redactor.fingerprint(value)
