"""The declared fields of services and clients. Texts in all other fields are hidden.

A field that this version doesn't know may contain a secret, whatever its name.
"""

import re
from collections.abc import Hashable, Iterable, Iterator
from functools import cache
from typing import Any, get_args, get_type_hints, is_typeddict

from pydantic import AfterValidator, SecretStr

from tenants.authlete.changes import get_top_level_field
from tenants.authlete.documents import client, service
from tenants.authlete.documents.base import ApiModel, Section
from tenants.authlete.json.compare import find_key_field
from tenants.authlete.json.raw import dump_json
from tenants.authlete.json.reader import replace_surrogates, replace_surrogates_in
from tenants.authlete.redaction.field_names import PUBLIC_JWK_FIELDS
from tenants.authlete.redaction.fingerprint import contains_fingerprint
from tenants.authlete.redaction.redactor import Schema

LIST_STEP_PATTERN = re.compile(r"\[.*?\](?=[.\[]|$)", re.DOTALL)  # "[email]"


def _build_schema(*annotations: Any) -> dict[str, Schema]:
    """Return the fields of all objects within types."""
    schema: dict[str, Schema] = {}
    for annotation in annotations:
        if is_typeddict(annotation):
            hints = get_type_hints(annotation, include_extras=True)
            schema |= {name: _build_schema(inner) for name, inner in hints.items()}
        elif isinstance(annotation, AfterValidator):
            section = getattr(annotation.func, "__self__", None)
            if isinstance(section, type) and issubclass(section, Section):
                schema |= get_section_schema(section)
        else:
            schema |= _build_schema(*get_args(annotation))
    return schema


@cache
def get_section_schema(section: type[Section]) -> Schema:
    """Return the fields that a section declares."""
    schema = {
        setting.api_name: _build_schema(field.annotation, *field.metadata)
        for setting in section.settings()
        for field in (section.model_fields[setting.name],)
    }
    if "hsks" in schema:  # the type of its items declares no fields
        schema["hsks"] = {name: {} for name in PUBLIC_JWK_FIELDS}
    return schema


def _merge_schemas(sections: Iterable[type[Section]]) -> Schema:
    schemas = map(get_section_schema, sections)
    return {name: inner for schema in schemas for name, inner in schema.items()}


SERVICE_SCHEMA = _merge_schemas(service.SECTIONS.values())
CLIENT_SCHEMA = _merge_schemas(client.SECTIONS.values())
SCHEMAS: dict[Any, Schema] = {service.Service: SERVICE_SCHEMA, client.Client: CLIENT_SCHEMA}


def get_object_schema(client_id: object) -> Schema:
    """Return the fields of a client, or of a service if ``client_id`` is 0."""
    return CLIENT_SCHEMA if client_id else SERVICE_SCHEMA


def get_reply_schema(reply: Any) -> Schema | None:
    """Return the fields of a reply that is, or lists, services or clients; else None."""
    return _get_reply_schema(getattr(reply, "document", reply))


@cache
def _get_reply_schema(reply: Hashable) -> Schema | None:
    if reply in SCHEMAS:
        return SCHEMAS[reply]
    if not isinstance(reply, type) or not issubclass(reply, ApiModel):
        schemas = filter(None, map(get_reply_schema, get_args(reply)))
        return next(schemas, None)
    fields = reply.model_fields.items()
    schema = {field.alias or name: get_reply_schema(field.annotation) for name, field in fields}
    return {name: inner or {} for name, inner in schema.items()} if any(schema.values()) else None


def iter_unknown_fields(
    redacted: Any, value: Any, schema: Schema, path: str = ""
) -> Iterator[tuple[str, Any, Any]]:
    """Yield the path of each undeclared field, its redacted and its original value.

    A path is such as ``scopes[email].rank``. ``redacted`` is ``value`` with secrets redacted.
    """
    if isinstance(redacted, dict):
        originals = {replace_surrogates(name): inner for name, inner in value.items()}
        for name, inner in redacted.items():
            inner_path = f"{path}.{name}" if path else name
            if name in schema:
                yield from iter_unknown_fields(inner, originals[name], schema[name], inner_path)
            else:
                yield inner_path, inner, originals[name]
    elif isinstance(redacted, list):
        key = find_key_field(redacted)
        for index, (item, original) in enumerate(zip(redacted, value, strict=True)):
            item_path = f"{path}[{item[key] if key else index}]"
            yield from iter_unknown_fields(item, original, schema, item_path)


def find_unknown_text(reply: Any, redacted: Any, value: Any, field: str) -> SecretStr | None:
    """Return the value at the path ``field`` of a reply, as text or JSON; None if it's not there.

    See `iter_unknown_fields`.
    """
    for path, _, original in iter_unknown_fields(redacted, value, get_reply_schema(reply) or {}):
        if path == field:
            readable = replace_surrogates_in(original)
            return SecretStr(readable if isinstance(readable, str) else dump_json(readable))
    return None


def drop_hidden(value: Any, schema: Schema) -> Any:
    """Return ``value`` without the undeclared fields within it that have hidden texts."""
    if isinstance(value, list):
        return [drop_hidden(item, schema) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: drop_hidden(inner, schema.get(name, {}))
        for name, inner in value.items()
        if name in schema or not contains_fingerprint(inner)
    }


def is_declared_field(field: str, schema: Schema) -> bool:
    """Return whether a field, and all that it is part of, are declared."""
    name = get_top_level_field(field)
    first, *steps = LIST_STEP_PATTERN.sub("", field[len(name) :]).split(".")
    inner: Schema | None = None if first else schema
    for step in (name, *steps):
        inner = inner.get(step) if inner else None
    return inner is not None
