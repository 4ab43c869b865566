"""Fields of services and clients in the sandbox match the specification.

``fields.json`` is what specification 3.0.16 says of each property, and what was seen
beyond it.
"""

import pytest

from tenants.sandbox.schema import fields
from tenants.sandbox.schema.client import CLIENT_FIELDS
from tenants.sandbox.schema.service import SERVICE_FIELDS
from tests.tenants.authlete.api_schema import SPEC

TABLES = {"service": SERVICE_FIELDS, "client": CLIENT_FIELDS}
# Where the specification says less than the server knows (Authlete facts, 10).
LIVE = {"SPIFFE_JWT", *SPEC["_enums_seen_only_live_or_in_java"]["fapi_mode"]}
PLAIN = {"delivery_mode"}  # a text in the specification of a client
# A live write was stored, and what nobody can set although the specification says so.
WRITABLE, COUNTED = {"supportedAcrs"}, {"metadata"}
TEXTS = {"text", "uri", "json", "jwks"}
MEMBERS = [(kind, name) for kind in TABLES for name in SPEC[kind]]


@pytest.mark.parametrize("kind", TABLES)
def test_fields_are_those_of_the_specification(kind):
    assert set(TABLES[kind].types) == set(SPEC[kind])
    assert set(TABLES[kind].summary) < set(SPEC[kind])


@pytest.mark.parametrize("kind", TABLES)
def test_read_only_fields_are_those_of_the_specification(kind):
    read_only = {
        name for name, field in SPEC[kind].items() if field["readOnly"] or field["ignoredOnUpdate"]
    }

    assert TABLES[kind].read_only == (read_only - WRITABLE) | (COUNTED & set(SPEC[kind]))


@pytest.mark.parametrize(("kind", "name"), MEMBERS)
def test_field_type_matches_the_specification(kind, name):
    property_schema, known = SPEC[kind][name], TABLES[kind].types[name]
    many = property_schema["type"] == "array"
    assert known.startswith("[") == many
    inner, item_type = known.strip("[]"), property_schema["items"] if many else property_schema

    if "enum" in item_type:
        assert set(fields.ENUMS[inner]) - LIVE == set(item_type["enum"]) - LIVE
    elif "ref" in item_type:
        assert set(fields.OBJECT_TYPES[inner]) == set(SPEC[item_type["ref"]])
    elif item_type["type"] == "string":
        assert inner in TEXTS | PLAIN
    else:
        expected = {"boolean": "flag", "integer": item_type.get("format", "int32")}
        assert inner == expected[item_type["type"]]
