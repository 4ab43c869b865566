"""Validate a value against the parts of a schema that the specification uses."""

INTEGER_LIMITS = {"int32": 2**31, "int64": 2**63}
TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
}


def find_violations(spec, schema, value, at="$", closed=True):
    """What is wrong with ``value``, each as a place and a reason.

    ``closed`` takes a member that the schema does not name for a fault.
    """
    if "$ref" in schema:
        schema = _resolve_ref(spec, schema["$ref"])
    if value is None:
        return [] if schema.get("nullable") else [f"{at}: null"]
    kind = schema.get("type")
    if kind and not isinstance(value, TYPES[kind]):
        return [f"{at}: not a {kind}"]
    if kind in ("integer", "number") and isinstance(value, bool):
        return [f"{at}: a boolean"]
    violations = []
    if "enum" in schema and value not in schema["enum"]:
        violations.append(f"{at}: {value} is no word of it")
    limit = INTEGER_LIMITS.get(schema.get("format"))
    if limit and not -limit <= value < limit:
        violations.append(f"{at}: too wide")
    if isinstance(value, list):
        for place, item in enumerate(value):
            violations += find_violations(spec, schema["items"], item, f"{at}[{place}]", closed)
    if isinstance(value, dict):
        violations += _find_object_violations(spec, schema, value, at, closed)
    return violations


def _find_object_violations(spec, schema, value, at, closed):
    known = schema.get("properties", {})
    violations = [
        f"{at}.{name}: missing" for name in schema.get("required", ()) if name not in value
    ]
    for name, inner in value.items():
        if name in known:
            violations += find_violations(spec, known[name], inner, f"{at}.{name}", closed)
        elif closed and not schema.get("additionalProperties", not known):
            violations.append(f"{at}.{name}: not in the schema")
    return violations


def _resolve_ref(spec, ref):
    for step in ref.removeprefix("#/").split("/"):
        spec = spec[step]
    return spec
