"""Find edits that would expose a secret that the user sees as a fingerprint.

Whether a value is redacted may depend on values next to it, such as the key of a key-value
pair. An edit of those must not turn the secret into a value that is shown.
"""

from collections.abc import Mapping
from typing import Any

from tenants.authlete.json.reader import InvalidJsonError, parse_json, replace_surrogates
from tenants.authlete.json.splice import preview_edit
from tenants.authlete.redaction.fingerprint import (
    FINGERPRINT_PATTERN,
    Fingerprint,
    contains_fingerprint,
    is_fingerprint,
)
from tenants.authlete.redaction.redactor import Redactor

PLACEHOLDER = "placeholder"  # a value that is redacted only because of its place


def is_still_redacted(preview: Any, result: Any) -> bool:
    """Return whether ``result`` is redacted wherever ``preview`` has a fingerprint."""
    if not contains_fingerprint(preview) or is_fingerprint(result):
        return True
    match preview, result:
        case Mapping(), Mapping():
            return all(
                is_still_redacted(value, result.get(replace_surrogates(name)))
                for name, value in preview.items()
            )
        case list() | tuple(), list() | tuple():
            return len(preview) == len(result) and all(map(is_still_redacted, preview, result))
        case str(), str() if not is_fingerprint(preview):
            try:
                return is_still_redacted(parse_json(preview), parse_json(result))
            except InvalidJsonError:
                return False
        case _:
            return False


def exposes_secret(name: str, redacted: Any, edited: Any, redactor: Redactor) -> bool:
    """Return whether an edit of a field would expose a secret, judged by names alone.

    Returns False if a secret is recognized by its value, which is not known here.
    """
    if not contains_fingerprint(redacted):
        return False
    before, after = (
        is_still_redacted(value, redactor.redact_field(name, _fill_placeholders(value)))
        for value in (redacted, preview_edit(redacted, edited))
    )
    return before and not after


def _fill_placeholders(value: Any) -> Any:
    match value:
        case Fingerprint():
            return PLACEHOLDER
        case str():
            return FINGERPRINT_PATTERN.sub(PLACEHOLDER, value)
        case list() | tuple():
            return [_fill_placeholders(item) for item in value]
        case Mapping():
            return {name: _fill_placeholders(inner) for name, inner in value.items()}
        case _:
            return value
