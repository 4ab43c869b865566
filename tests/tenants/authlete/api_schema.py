"""Property types of Authlete's specification and the matching input kinds."""

import json
from pathlib import Path

SPEC = json.loads((Path(__file__).parent / "fields.json").read_text())

LIST_INPUT_TYPES = {
    "hsk": "hsks",
    "named_uri": "named_uris",
    "pair": "pairs",
    "scope": "scopes",
    "sns_credentials": "sns",
    "tagged_value": "tagged",
    "trust_anchor": "trust_anchors",
}
OBJECT_INPUT_TYPES = {
    "client_extension": "client_extension",
    "credential_issuer_metadata": "issuer_metadata",
}
DURATION_SUFFIXES = ("Duration", "Interval", "MaxAge", "Skew")
TEXT_INPUT_TYPES = {"choice", "json", "prose", "text", "uri"}


def allowed_input_types(name, field):
    """The kinds that fit what the specification says of a property."""
    match field:
        case {"type": "boolean"}:
            return {"flag"}
        case {"type": "integer"} if name.endswith("At"):
            return {"moment"}
        case {"type": "integer"} if name.endswith(DURATION_SUFFIXES):
            return {"duration"}
        case {"type": "integer"}:
            return {"number"}
        case {"type": "string", "enum": _}:
            return {"choice"}
        case {"type": "string", "format": "uri"}:
            return {"uri"}
        case {"type": "string", "sensitive": True}:
            return {"jwks", "secret"}
        case {"type": "string"} if name == "jwks":
            return {"jwks"}  # of a client, and so of public keys
        case {"type": "string"}:
            return TEXT_INPUT_TYPES
        case {"type": "array", "items": {"enum": _}}:
            return {"choices"}
        case {"type": "array", "items": {"type": "string"}}:
            return {"pems", "strings"}
        case {"type": "array", "items": {"ref": ref}}:
            return {LIST_INPUT_TYPES[ref]}
        case {"type": "object", "ref": ref}:
            return {OBJECT_INPUT_TYPES[ref]}
    raise AssertionError(f"{name}: nothing fits {field}")
