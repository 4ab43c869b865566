"""Keeping local events: `note` for what has happened, `doing` for what is to happen.

Both must be used outside of a transaction: the record is written on a connection of
its own, which would wait for the caller's.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from ipaddress import ip_address, ip_network
from typing import TypedDict, Unpack

from django.db import DatabaseError
from django.utils.translation import gettext as _

from tenants.alerts import alert
from tenants.audit import anchors, rows
from tenants.audit.entry import Row
from tenants.audit.events import DENIALS_COUNTED, Event
from tenants.audit.who import Who
from tenants.audit.writer import Unwritten, writer
from tenants.authlete.changes import Change
from tenants.authlete.errors import NotRecorded, Outcome
from tenants.tally import Tally, worth_telling

LISTED = 30  # denials of one actor in a minute that are kept one by one
LISTED_IN_ALL = 600  # those of all actors together

_tally = Tally()


class Told(TypedDict, total=False):
    """What else is known of an event."""

    label: str  # what the object is called
    object: str  # what it is known by: a member's email, a page's name
    changes: Sequence[Change]
    region: str
    service: str
    client: str
    subject: str
    reason: str
    ticket: str


def note(
    who: Who,
    event: Event,
    effect: str = "",
    outcome: Outcome = Outcome.DONE,
    **told: Unpack[Told],
) -> None:
    """Keep what has happened; ``effect`` is the event's own unless it is given.

    Raises `NotRecorded`, and then it must not have happened; but never for a denial,
    which stays one. Denials that repeat are counted.
    """
    effect = effect or event.effect
    if not event.denial:
        _keep(who, event, effect, outcome, 1, told)
    elif found := _listed(who, event, effect, told):
        listed, counted, times = found
        if counted is not event:
            effect, told = counted.effect, {}
        try:
            entry = _keep(listed, counted, effect, outcome, times, told)
        except NotRecorded:
            entry = ""
        alert(
            counted.name,
            entry=entry,
            organization=listed.organization,
            actor=listed.actor_id,
            address=listed.address,
        )


@contextmanager
def doing(
    who: Who, event: Event, *, only_reads: bool = False, **told: Unpack[Told]
) -> Iterator[None]:
    """Keep the intent of what the block does, and what became of it afterwards.

    An exception means that it was refused, and that nothing was changed; one of the
    database's, that nobody knows. Raises `NotRecorded` before the block is entered.
    What ``only_reads`` goes on where no checkpoint is known outside.
    """
    if not only_reads:
        _anchored(event, event.effect)
    row = rows.intent(who, event.name, event.effect, **told)
    _write([row], never=row.entry)
    fate = Outcome.UNKNOWN
    try:
        yield
        fate = Outcome.DONE
    except DatabaseError:
        raise
    except Exception:
        fate = Outcome.REFUSED
        raise
    finally:
        writer.close([rows.outcome(row.entry, fate)])


def _keep(
    who: Who, event: Event, effect: str, fate: Outcome, times: int, told: Told
) -> str:
    _anchored(event, effect)
    row = rows.intent(who, event.name, effect, attempt=times, **told)
    _write([row, rows.outcome(row.entry, fate)], never=row.entry)
    return row.entry


def _anchored(event: Event, effect: str) -> None:
    if event.stops(effect) and anchors.verdict.look():
        raise NotRecorded(
            _(
                "No checkpoint of the record was kept outside of its database for a"
                " while. Nothing was done."
            )
        )


def _write(batch: Sequence[Row], *, never: str) -> None:
    try:
        writer.write(batch, late=[rows.outcome(never, Outcome.NOT_SENT)])
    except Unwritten as error:
        message = _("%(why)s Nothing was done.") % {"why": error}
        raise NotRecorded(message) from error


def _listed(
    who: Who, event: Event, effect: str, told: Told
) -> tuple[Who, Event, int] | None:
    """Under which name a denial is kept, and the how manieth it is; none if it only
    counts. See `docs/decisions/counted-denials.md`."""
    source = _source(who)
    same = (who.organization_id, source, event.name, effect, *map(str, told.values()))
    times = _tally.count("same", *same)
    if not worth_telling(times):
        return None
    if _tally.count("by", source) > LISTED:
        event, times = DENIALS_COUNTED, _tally.count("more", source)
        if not worth_telling(times):
            return None
    if _tally.count("all") > LISTED_IN_ALL:
        who, event, times = Who(0, ""), DENIALS_COUNTED, _tally.count("more")
        if not worth_telling(times):
            return None
    return who, event, times


def _source(who: Who) -> str:
    """Whose denials are counted together: an account's, or else an address's, of
    which one subscriber has all 64 bits below an IPv6 prefix."""
    if who.actor_id:
        return str(who.actor_id)
    try:
        address = ip_address(who.address)
    except ValueError:
        return who.address
    return str(ip_network((address, 64 if address.version == 6 else 32), strict=False))
