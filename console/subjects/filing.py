"""A receipt as a file, for whoever keeps tickets: all that its page says, and more."""

from typing import Any

from console.subjects.lines import Kept, Line, Trouble
from console.subjects.sheets import Call, Open, Sheet
from tenants.audit.lost.settling import Settled


def filed(sheet: Sheet) -> dict[str, Any]:
    receipt = sheet.receipt
    return {
        "receipt": str(receipt.pk),
        "organization": receipt.organization.slug,
        "subject": sheet.subject,
        "what": "everything" if receipt.everything else "one app",
        "by": receipt.actor,
        "ticket": receipt.ticket,
        "reason": receipt.reason,
        "begun_at": receipt.made_at.isoformat(timespec="seconds"),
        "ended_at": (
            sheet.ended_at.isoformat(timespec="seconds") if sheet.ended_at else None
        ),
        "proven": sheet.is_proven,
        "tokens": {
            "live_before": sheet.live,
            "expired_before": sheet.expired,
            "not_looked_at_before": sheet.unseen,
            "ended": sheet.revoked,
            "live_after": sheet.left,
            "apps_not_counted": sheet.uncounted,
        },
        "scopes_forgotten": sheet.forgotten,
        "regions": receipt.regions,
        "regions_not_connected": sheet.not_asked,
        "services": [_place(one) for one in sheet.places],
        "not_proven": [_open(one) for one in sheet.open],
        "calls": [_call(one) for one in sheet.calls],
    }


def _place(kept: Kept) -> dict[str, Any]:
    row = kept.row
    return {
        "region": row.region,
        "service": row.service_id,
        "name": row.name,
        "proven": row.is_proven,
        "looked_at": (
            row.ended_at.isoformat(timespec="seconds") if row.ended_at else None
        ),
        "apps": [_line(one) for one in kept.lines.values()],
        "trouble": _trouble(kept.trouble) if kept.trouble else None,
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "client": line.client_id,
        "name": line.name,
        "before": {
            "live": line.live,
            "expired": line.expired,
            "not_looked_at": line.unseen,
            "granted_scopes": line.granted,
        },
        "ended": line.revoked,
        "ended_by_difference": not line.is_counted,
        "scopes_forgotten": line.is_forgotten,
        "after": {
            "live": line.live_left,
            "listed": line.left,
            "scopes_remembered": line.remembered,
        },
        "proven": line.is_proven,
        "troubles": [_trouble(one) for one in line.troubles],
    }


def _open(one: Open) -> dict[str, Any]:
    return {
        "region": one.region,
        "service": one.service_id or None,
        "name": one.name,
        "state": one.item.state if one.item else None,
        "why": [trouble.message for trouble in one.troubles]
        or ([one.item.text] if one.item and one.item.text else []),
    }


def _trouble(one: Trouble) -> dict[str, Any]:
    return {
        "what": one.what,
        "message": one.message,
        "status": one.status,
        "code": one.code,
        "request_id": one.request_id,
    }


def _settled(one: Settled) -> dict[str, Any]:
    """That its outcome was unknown, and who found it out."""
    by = one.by
    return {"by": by.actor, "at": by.time.isoformat(), "entry": by.entry}


def _call(call: Call) -> dict[str, Any]:
    entry = call.entry
    return {
        "request_id": entry.entry,
        "operation": entry.operation,
        "region": entry.region,
        "service": entry.service,
        "client": entry.client,
        "outcome": entry.fate.value or "open",
        "settled": _settled(call.settled) if call.settled else None,
        "status": entry.status,
        "code": entry.code,
        "at": entry.time.isoformat(),
        "position": entry.seq,
        "mac": call.mac,
        "outcome_position": entry.outcome_seq,
        "outcome_mac": call.outcome_mac or None,
    }
