"""What a draft would do to a service as it is now."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.crypto import salted_hmac
from django.utils.translation import gettext, ngettext

from console.forms.words import words
from console.sentences import SERVICE, Sentence, sentences
from console.services.drafts import Edits
from tenants.authlete import Authlete
from tenants.authlete.changes import changes
from tenants.authlete.documents.compare import alike
from tenants.authlete.documents.merge import Conflict, merge
from tenants.authlete.documents.service import Service
from tenants.authlete.redaction import Fingerprint
from tenants.regions import Region

NUMBER = re.compile(r'"\\u0000([-+.0-9eE]+)"')


@dataclass(frozen=True, slots=True)
class Review:
    """A draft held against the service that Authlete has at this moment."""

    service: Service
    wanted: dict[str, Any]  # what would be set; mine where both changed it
    shown: dict[str, Any]  # the same as people may see it, new secrets sealed
    changes: list[Sentence]
    conflicts: tuple[Conflict, ...]
    theirs: list[Sentence]  # what others changed since the draft was begun

    @property
    def version(self) -> int:
        return self.service.modified_at


def review(authlete: Authlete, service: Service, edits: Edits) -> Review:
    now = {name: service.get(name) for name in edits.base}
    merged = merge(edits.base, now, edits.wanted)
    wanted = {
        name: value
        for name, value in merged.fields.items()
        if not alike(value, service.get(name))
    }
    shown = authlete.shown(wanted)
    return Review(
        service,
        wanted,
        shown,
        sentences(changes(service.wire(), shown)),
        merged.conflicts,
        sentences(changes(edits.base, now)),
    )


def body(service: Service, shown: dict[str, Any]) -> str:
    """The document as it would be sent, with its secrets sealed."""
    edited = service.wire() | shown
    sent = {name: v for name, v in edited.items() if v is not None}
    return pretty(sent)


def excerpt(service: Service, shown: dict[str, Any]) -> str:
    """The members of the body that differ from what was read, and how many do not."""
    same = len(service.wire().keys() - shown.keys())
    kept = {name: value for name, value in shown.items() if value is not None}
    lines = pretty(kept).splitlines()[1:-1] if kept else []
    lines += [
        f"  … {name}: {gettext('left out, which resets it')} …"
        for name in shown
        if name not in kept
    ]
    told = ngettext(
        "%(count)s member as read, in its place",
        "%(count)s members as read, in their places",
        same,
    )
    return "\n".join(["{", f"  … {told % {'count': same}} …", *lines, "}"])


def pretty(value: Any) -> str:
    """JSON to be read: fingerprints for secrets, and numbers that keep their digits."""
    text = json.dumps(value, indent=2, ensure_ascii=False, default=_said)
    return NUMBER.sub(r"\1", text)


def _said(value: object) -> str:
    if isinstance(value, Fingerprint):
        return f"sealed:{value.mark}"
    return f"\0{value}"  # a Decimal, for which `json` has no way of its own


def curl(region: Region, service: Service, shown: dict[str, Any]) -> str:
    """The same change for a shell: read, edit what differs, write it all back.

    No secret is in it; a secret that is set anew has to be put in by hand.
    """
    address = f"{region.url}/api/{service.api_key}/service"
    head = '-H "Authorization: Bearer $AUTHLETE_TOKEN"'
    gone = [name for name, value in shown.items() if value is None]
    kept = {name: value for name, value in shown.items() if name not in gone}
    steps = [f". + {pretty(kept)}"] if kept else ["."]
    steps += [f"del(.{name})" for name in gone]
    edit = " | ".join(steps).replace("'", "'\\''")
    return (
        f"curl -sS {head} \\\n  {address}/get \\\n"
        f"| jq '{edit}' \\\n"
        f"| curl -sS -X POST {head} \\\n"
        '  -H "Content-Type: application/json" \\\n'
        f"  --data-binary @- {address}/update"
    )


def mark(values: Mapping[str, Any]) -> str:
    """Tells whether what is sent is still what was reviewed."""
    text = json.dumps(dict(values), sort_keys=True, default=str)
    return salted_hmac("console.services.review", text, algorithm="sha256").hexdigest()


@dataclass(frozen=True, slots=True)
class Line:
    """One setting in a merge: as it was opened, as it is, as it was edited."""

    member: str
    label: str
    base: str
    theirs: str
    mine: str
    is_conflict: bool
    is_mine: bool  # what the merge takes where it is no conflict


def side_by_side(
    authlete: Authlete, service: Service, edits: Edits, found: Review
) -> list[Line]:
    """Every setting that either side changed, the conflicts first."""
    conflicts = {one.field for one in found.conflicts}
    shown = authlete.shown(edits.wanted)
    lines = []
    for member, base in edits.base.items():
        now, mine = service.get(member), shown.get(member, base)
        if alike(base, now) and alike(base, mine):
            continue
        _, setting = SERVICE[member]
        was, theirs, yours = (words(setting, value) for value in (base, now, mine))
        is_mine = member in edits.wanted
        lines.append(
            Line(
                member,
                setting.label,
                was,
                theirs,
                yours,
                member in conflicts,
                is_mine,
            )
        )
    return sorted(lines, key=lambda line: not line.is_conflict)
