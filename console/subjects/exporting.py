"""Everything that is known of a subject, as one file for the person that it is about.

It names no token and nobody who works here: what the person may ask for is what is
kept of them (GDPR, article 15).
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.http import HttpResponse

from console.access import Member
from console.lookups import Found
from console.subjects.apps import App, Place, Told
from console.subjects.asking import asked
from console.subjects.past import entries
from tenants.audit.events import SUBJECT_EXPORT
from tenants.audit.models import AuditEntry
from tenants.audit.notes import note
from tenants.authlete.documents.tokens import IssuedToken
from tenants.authlete.times import time_of
from tenants.regions import regions


def exported(member: Member, found: Found, reason: str, ticket: str) -> HttpResponse:
    """The file; that it is taken is kept first.

    Raises `NotRecorded`, and then there is none.
    """
    note(
        member.who, SUBJECT_EXPORT, subject=found.subject, reason=reason, ticket=ticket
    )
    done = entries(member, found.subject)
    told = asked(member, found.subject)
    is_whole = all(one.is_known for one in told)
    content = {
        "subject": found.subject,
        "organization": member.organization.name,
        "exported_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "complete": is_whole,
        "regions": [_region(one) for one in told],
        "not_connected": _others(told),
        "done_here": [_entry(one) for one in done],
    }
    text = json.dumps(content, ensure_ascii=False, indent=2)
    response = HttpResponse(text, content_type="application/json")
    name = f"subject-{found.lookup.pk}{'' if is_whole else '-incomplete'}.json"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response


def _others(told: Sequence[Told]) -> list[str]:
    asked_for = {one.region.name for one in told}
    return [name for name in regions() if name not in asked_for]


def _region(told: Told) -> dict[str, Any]:
    return {
        "region": told.region.name,
        "complete": told.is_known,
        "not_checked": [
            *([{"why": str(told.error)}] if told.error else ()),
            *(_place(one.place) | {"why": str(one.error)} for one in told.unchecked),
        ],
        "services": [_place(one) for one in told.places],
        "apps": [_app(one) for one in told.apps],
    }


def _place(place: Place) -> dict[str, Any]:
    return {"service": place.service_id, "name": place.name}


def _app(app: App) -> dict[str, Any]:
    granted = app.granted
    return {
        "client": app.client.client_id,
        "name": app.name,
        "service": _place(app.place),
        "tokens": [_token(one) for one in app.tokens],
        "tokens_in_all": None if app.tokens_error else app.total,
        "granted_scopes": list(granted.scopes) if granted else None,
        "granted_at": _time(granted.modified_at) if granted else None,
        "scopes": dict(app.may),
        "not_checked": [
            str(one) for one in (app.tokens_error, app.granted_error) if one
        ],
    }


def _token(token: IssuedToken) -> dict[str, Any]:
    return {
        "grant_type": token.grant_type,
        "scopes": token.scopes or [],
        "created_at": _time(token.created_at),
        "refreshed_at": _time(token.last_refreshed_at),
        "access_ends_at": _time(token.access_token_expires_at),
        "refresh_ends_at": (
            _time(token.refresh_token_expires_at) if token.refresh_token_hash else None
        ),
    }


def _entry(entry: AuditEntry) -> dict[str, Any]:
    return {
        "at": entry.time.isoformat(timespec="seconds"),
        "what": entry.operation,
        "outcome": entry.fate,
        "region": entry.region,
        "service": entry.service,
        "client": entry.client,
    }


def _time(moment: int) -> str | None:
    """Milliseconds since 1970; None is never."""
    if not moment:
        return None
    found = time_of(moment)
    return found.isoformat(timespec="seconds") if found else str(moment)
