"""Export a user's data as a file (GDPR, article 15).

Contains no token values and no staff names.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.http import HttpResponse

from console.audit_log.export_formats import iter_entries
from console.users.action_history import action_filters
from console.users.connected_apps import CheckedService, ConnectedApp, RegionResult
from console.users.lookups import OpenLookup
from console.users.user_search import find_user
from console.web.access import Member
from console.web.responses import download_headers
from tenants.audit.events import SUBJECT_EXPORT
from tenants.audit.recorder import record_event
from tenants.authlete.documents.tokens import IssuedToken
from tenants.authlete.timestamps import datetime_from_ms
from tenants.organizations.regions import get_regions


def export_user_data(member: Member, lookup: OpenLookup, reason: str, ticket: str) -> HttpResponse:
    """Log the export, then return the file.

    Raises `AuditUnavailableError`; then there is no file.
    """
    record_event(member.actor, SUBJECT_EXPORT, subject=lookup.subject, reason=reason, ticket=ticket)
    own_entries = list(iter_entries(member.organization.pk, action_filters(lookup.subject)))
    user = find_user(member, lookup.subject)
    is_complete = all(result.is_complete for result in user)
    content = {
        "subject": lookup.subject,
        "organization": member.organization.name,
        "exported_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "complete": is_complete,
        "regions": [_region_data(result) for result in user],
        "not_connected": _unconnected_regions(user),
        "done_here": [
            {
                "at": entry.time.isoformat(timespec="seconds"),
                "what": entry.operation,
                "outcome": entry.effective_outcome,
                "region": entry.region,
                "service": entry.service,
                "client": entry.client,
            }
            for entry in own_entries
        ],
    }
    text = json.dumps(content, ensure_ascii=False, indent=2)
    name = f"subject-{lookup.lookup.pk}{'' if is_complete else '-incomplete'}.json"
    return HttpResponse(text, content_type="application/json", headers=download_headers(name))


def _unconnected_regions(results: Sequence[RegionResult]) -> list[str]:
    asked_for = {result.region.name for result in results}
    return [name for name in get_regions() if name not in asked_for]


def _region_data(result: RegionResult) -> dict[str, Any]:
    return {
        "region": result.region.name,
        "complete": result.is_complete,
        "not_checked": [
            *([{"why": str(result.error)}] if result.error else ()),
            *(
                _service_data(problem.service) | {"why": str(problem.error)}
                for problem in result.unchecked
            ),
        ],
        "services": [_service_data(service) for service in result.services],
        "apps": [_app_data(app) for app in result.apps],
    }


def _service_data(service: CheckedService) -> dict[str, Any]:
    return {"service": service.service_id, "name": service.name}


def _app_data(app: ConnectedApp) -> dict[str, Any]:
    granted = app.granted_scopes
    return {
        "client": app.client.client_id,
        "name": app.name,
        "service": _service_data(app.service),
        "tokens": [_token_data(token) for token in app.tokens],
        "tokens_in_all": None if app.tokens_error else app.token_count,
        "granted_scopes": list(granted.scopes) if granted else None,
        "granted_at": _format_time(granted.modified_at) if granted else None,
        "scopes": dict(app.scope_descriptions),
        "not_checked": [str(error) for error in (app.tokens_error, app.scopes_error) if error],
    }


def _token_data(token: IssuedToken) -> dict[str, Any]:
    return {
        "grant_type": token.grant_type,
        "scopes": token.scopes or [],
        "created_at": _format_time(token.created_at),
        "refreshed_at": _format_time(token.last_refreshed_at),
        "access_ends_at": _format_time(token.access_token_expires_at),
        "refresh_ends_at": (
            _format_time(token.refresh_token_expires_at) if token.refresh_token_hash else None
        ),
    }


def _format_time(milliseconds: int) -> str | None:
    """Format milliseconds since 1970; return None for 0, which means never."""
    if not milliseconds:
        return None
    moment = datetime_from_ms(milliseconds)
    return moment.isoformat(timespec="seconds") if moment else str(milliseconds)
