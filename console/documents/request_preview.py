"""Previews of an update request: body, shell command and digest."""

import json
import re
from collections.abc import Mapping
from typing import Any

from django.utils.crypto import salted_hmac
from django.utils.translation import gettext, ngettext

from console.documents.kinds import DocumentTarget
from tenants.authlete.documents.base import Document
from tenants.authlete.redaction.fingerprint import Fingerprint

NUMBER_PLACEHOLDER = re.compile(r'"\\u0000([-+.0-9eE]+)"')


def format_body(document: Document, redacted_edits: dict[str, Any]) -> str:
    """Return the document as it would be sent, with its secrets redacted."""
    edited = document.to_dict() | redacted_edits
    sent = {name: v for name, v in edited.items() if v is not None}
    return format_json(sent)


def format_excerpt(document: Document, redacted_edits: dict[str, Any]) -> str:
    """Return the changed members of the body, and how many are unchanged."""
    same = len(document.to_dict().keys() - redacted_edits.keys())
    changed = {name: value for name, value in redacted_edits.items() if value is not None}
    lines = format_json(changed).splitlines()[1:-1] if changed else []
    lines += [
        f"  … {name}: {gettext('omitted (reset)')} …"
        for name in redacted_edits
        if name not in changed
    ]
    count = ngettext("%(count)s unchanged field", "%(count)s unchanged fields", same)
    return "\n".join(["{", f"  … {count % {'count': same}} …", *lines, "}"])


def format_json(value: Any) -> str:
    """Format JSON with fingerprints for secrets and exact numbers."""
    text = json.dumps(value, indent=2, ensure_ascii=False, default=_json_default)
    return NUMBER_PLACEHOLDER.sub(r"\1", text)


def _json_default(value: object) -> str:
    if isinstance(value, Fingerprint):
        return f"sealed:{value.hex}"
    return f"\0{value}"  # a Decimal, which `json` can't encode


def format_curl(target: DocumentTarget, redacted_edits: dict[str, Any]) -> str:
    """Return the change as shell commands: read, edit what differs, write everything back.

    The commands contain no secret; add a new secret by hand.
    """
    head = '-H "Authorization: Bearer $AUTHLETE_TOKEN"'
    removed = [name for name, value in redacted_edits.items() if value is None]
    changed = {name: value for name, value in redacted_edits.items() if name not in removed}
    steps = [f". + {format_json(changed)}"] if changed else ["."]
    steps += [f"del(.{name})" for name in removed]
    edit = " | ".join(steps).replace("'", "'\\''")
    return (
        f"curl -sS {head} \\\n  {target.api_url('get')} \\\n"
        f"| jq '{edit}' \\\n"
        f"| curl -sS -X POST {head} \\\n"
        '  -H "Content-Type: application/json" \\\n'
        f"  --data-binary @- {target.api_url('update')}"
    )


def review_digest(values: Mapping[str, Any]) -> str:
    """Return a digest that detects changes after the review."""
    text = json.dumps(dict(values), sort_keys=True, default=str)
    return salted_hmac("console.editing.review", text, algorithm="sha256").hexdigest()
