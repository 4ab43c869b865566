"""Redact the values of unknown fields in changes, because they may be secrets.

The audit log stores values of declared fields only.
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
from tenants.authlete.redaction.fingerprint import Fingerprint
from tenants.authlete.redaction.redactor import PUBLIC_JWK_FIELDS, Path, Redactor

NEVER_SECRET_TYPES = (bool, int, float, Decimal, Fingerprint)
LIST_STEP_PATTERN = re.compile(r"\[.*?\](?=[.\[]|$)", re.DOTALL)  # "[email]"


def _iter_field_names(annotation: Any) -> Iterator[str]:
    """Yield the fields of all objects within a type."""
    if is_typeddict(annotation):
        for name, inner in get_type_hints(annotation, include_extras=True).items():
            yield name
            yield from _iter_field_names(inner)
    elif isinstance(annotation, AfterValidator):
        section = getattr(annotation.func, "__self__", None)
        if isinstance(section, type) and issubclass(section, Section):
            yield from (setting.api_name for setting in section.settings())
    else:
        for inner in get_args(annotation):
            yield from _iter_field_names(inner)


def _collect_declared_fields() -> dict[str, frozenset[str]]:
    declared: dict[str, set[str]] = defaultdict(set)
    for sections in (service.SECTIONS, client.SECTIONS):
        for section in sections.values():
            for setting in section.settings():
                field = section.model_fields[setting.name]
                for annotation in (field.annotation, *field.metadata):
                    declared[setting.api_name].update(_iter_field_names(annotation))
    declared["hsks"] |= PUBLIC_JWK_FIELDS  # their type declares no fields
    return {name: frozenset(names) for name, names in declared.items()}


# Every declared field, and the names that are declared within it.
DECLARED_FIELDS = _collect_declared_fields()


def redact_unknown_fields(
    changes: Iterable[FieldChange], redactor: Redactor
) -> tuple[FieldChange, ...]:
    """Replace values of unknown fields in changes of a service or client by fingerprints."""
    return tuple(
        replace(
            change,
            before=redact_unknown_value(change.field, change.before, redactor),
            after=redact_unknown_value(change.field, change.after, redactor),
        )
        for change in changes
    )


def redact_unknown_value(field: str, value: Any, redactor: Redactor) -> Any:
    """Replace a value, or what is unknown within it, by fingerprints."""
    if not is_declared_field(field):
        return _fingerprint_unless_scalar(value, redactor, (field,))
    declared_names = DECLARED_FIELDS[get_top_level_field(field)]
    return _redact_undeclared(value, declared_names, redactor, (field,))


def is_declared_field(field: str) -> bool:
    """Return whether a field, and all that it is part of, are declared."""
    name = get_top_level_field(field)
    first, *steps = LIST_STEP_PATTERN.sub("", field[len(name) :]).split(".")
    return not first and name in DECLARED_FIELDS and DECLARED_FIELDS[name].issuperset(steps)


def _redact_undeclared(
    value: Any, declared_names: frozenset[str], redactor: Redactor, path: Path
) -> Any:
    match value:
        case Mapping():
            return {
                name: _redact_undeclared(inner, declared_names, redactor, (*path, name))
                if name in declared_names
                else _fingerprint_unless_scalar(inner, redactor, (*path, name))
                for name, inner in value.items()
            }
        case list() | tuple():
            return [
                _redact_undeclared(item, declared_names, redactor, (*path, index))
                for index, item in enumerate(value)
            ]
        case _:
            return value


def _fingerprint_unless_scalar(value: Any, redactor: Redactor, path: Path) -> Any:
    is_scalar = value is None or isinstance(value, NEVER_SECRET_TYPES)
    return value if is_scalar else redactor.fingerprint(value, path)
