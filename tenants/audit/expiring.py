"""Removing entries that were kept long enough, so that the record can still be proven.

A run takes the oldest entries of one organization. What it removes is in the record
with it, in one transaction: whatever kills it leaves all of it or nothing.
See `docs/decisions/retention.md`.
"""

import json
import logging
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import batched
from typing import NamedTuple

from django.db import DatabaseError, connection
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from tenants.alerts import alert
from tenants.audit import anchors, rows
from tenants.audit.chain import START, Link
from tenants.audit.checkpoints import Broken
from tenants.audit.entry import Intent, members
from tenants.audit.events import AUDIT_EXPIRE
from tenants.audit.gone import Tombstone, holds
from tenants.audit.kinds import BY_EFFECT, DAY, kind_of, policy
from tenants.audit.models import (
    AuditEntry,
    AuditField,
    AuditHead,
    AuditRecord,
    microseconds,
)
from tenants.audit.runs import Told, changes_of, newest, read
from tenants.audit.search import begun_before
from tenants.audit.store import append
from tenants.audit.tree import leaf
from tenants.audit.who import Who
from tenants.authlete.errors import NotRecorded, Outcome
from tenants.keyring import KeyMissing

MOST = 2500  # entries in one run: writers of the record wait for so long
AT_ONCE = 500  # numbers in one statement
ENDED = ("done", "refused", "not sent", "not done")
RECORD = AuditRecord._meta.db_table
BLANK = f"UPDATE {RECORD} SET content = %s WHERE seq = %s AND content = %s"  # noqa: S608
UNFIND = (
    f"DELETE FROM {AuditField._meta.db_table}"  # noqa: S608
    " WHERE organization_id = %s AND field = %s AND seq = %s"
)
MAY = (
    "SELECT has_column_privilege('audit_auditrecord', 'content', 'UPDATE')"
    " AND has_table_privilege('audit_auditentry', 'DELETE')"
)


class Overtaken(Exception):
    """Another process removed some of the same entries meanwhile."""


class Gone(NamedTuple):
    """A row that is to be removed, and what will stand in its place."""

    row: Link
    stone: Tombstone


def may_remove() -> bool:
    """Whether this process has the rights to; see "Two roles" in operating.md."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute(MAY)
        return bool(cursor.fetchone()[0])


def organizations() -> Iterator[int]:
    """All that have entries, 0 for the console as a whole included."""
    found, last = AuditEntry.objects.order_by("organization_id"), -1
    while True:
        later = found.filter(organization_id__gt=last)
        number = later.values_list("organization_id", flat=True).first()
        if number is None:
            return
        yield number
        last = number


def due(organization: int, now: int) -> Iterator[tuple[str, QuerySet[AuditEntry]]]:
    """The entries that were kept long enough, the oldest first, operation by
    operation, with their kind; ``now`` in microseconds since 1970."""
    kept = policy()
    for operation in _operations(organization):
        for kind, effects in _kinds(operation).items():
            if not kept.get(kind):
                continue
            until = now - kept[kind] * DAY
            yield (
                kind,
                AuditEntry.objects.filter(
                    organization_id=organization,
                    operation=operation,
                    seq__lte=begun_before(until),
                    effect__in=effects,
                    at__lt=until,
                    ended_at__lt=until,
                    outcome__in=ENDED,
                ).order_by("seq"),
            )


def _kinds(operation: str) -> Mapping[str, Sequence[str]]:
    """Of which kinds its entries are, by their effects."""
    found = defaultdict(list)
    for effect in BY_EFFECT:
        found[kind_of(operation, effect)].append(effect)
    return found


def _operations(organization: int) -> Iterator[str]:
    """Each that there are entries of, found by leaps along its index."""
    own = AuditEntry.objects.filter(organization_id=organization)
    names, last = own.order_by("operation").values_list("operation", flat=True), ""
    while name := names.filter(operation__gt=last).first():
        yield name
        last = name


def expire(who: Callable[[int], Who], most: int = MOST) -> Iterator[int]:
    """Remove what was kept long enough, run by run; how many entries each removed.

    Raises `Broken` at a row that is not as it was written: nothing is removed of
    what has to be looked into. Raises `NotRecorded` where the record does not take the
    entry that tells of a run, or nothing outside knows of its newest rows: that run
    then removes nothing.
    """
    for organization in organizations():
        while count := _run(who(organization), most):
            yield count


def _run(who: Who, most: int) -> int:
    now = clock()
    kinds: dict[int, str] = {}
    for kind, found in due(who.organization_id, now):
        kinds |= dict.fromkeys(found.values_list("seq", flat=True)[:most], kind)
    chosen = sorted(kinds)[:most]
    if not chosen:
        return 0
    if anchors.verdict.look():  # as everything else that destroys
        raise NotRecorded(
            _(
                "No checkpoint of the record was kept outside of its database for a"
                " while; nothing is removed meanwhile."
            )
        )
    entries = list(_entries(who.organization_id, chosen))
    if len(entries) != len(chosen):
        raise Overtaken
    intent = rows.intent(who, AUDIT_EXPIRE.name, AUDIT_EXPIRE.effect)
    gone = [
        Gone(row, _stone(row, before, kinds[entry.seq], intent.entry))
        for entry in entries
        for row, before in _checked(entry, kinds[entry.seq], now)
    ]
    gone.sort()
    intent = _telling(intent, gone)
    done = rows.outcome(intent.entry, Outcome.DONE)
    try:
        append([intent, done], lambda: _remove(entries, gone))
    except DatabaseError as error:
        alert("audit.unwritten", level=logging.ERROR, error=type(error).__name__)
        message = _("%(why)s Nothing was removed.") % {"why": error}
        raise NotRecorded(message) from error
    return len(entries)


def clock() -> int:
    """Microseconds since 1970 by this process' clock or by the database's, whichever is
    behind: what one that is ahead would remove cannot be had back."""
    theirs = AuditHead.objects.annotate(now=Now()).values_list("now", flat=True).first()
    ours = time.time_ns() // 1000
    return min(ours, microseconds(theirs)) if theirs else ours


def _entries(organization: int, numbers: Sequence[int]) -> Iterator[AuditEntry]:
    for some in batched(numbers, AT_ONCE):
        yield from AuditEntry.objects.filter(
            organization_id=organization, seq__in=some
        ).order_by("seq")


def _stone(row: Link, before: str, kind: str, run: str) -> Tombstone:
    return Tombstone.of(row, before, kind=kind, leaf=leaf(row).hex(), run=run)


def _checked(entry: AuditEntry, kind: str, now: int) -> list[tuple[Link, str]]:
    """The rows of an entry, each with the mac of the row before it.

    What the chain says counts, since anybody may change what is only searched by:
    raises `Broken` where it says that the entry is to be kept, and `Overtaken` where
    it was removed meanwhile.
    """
    found = _rows(entry)
    for row, before in found:
        try:
            is_so = holds(row, before)
        except KeyMissing:
            is_so = False
        is_gone = Tombstone.parse(row.content)
        if is_so and is_gone and not _among([entry]).exists():
            raise Overtaken
        if not is_so or is_gone:
            raise Broken(row.seq, "it, or the row before it, was changed")
    first, last = (json.loads(found[at][0].content) for at in (0, -1))
    until = now - policy()[kind] * DAY
    if not (
        [found[0][0].seq, found[-1][0].seq] == [entry.seq, entry.outcome_seq]
        and first["organization_id"] == entry.organization_id
        and kind_of(first["operation"], first["effect"]) == kind
        and last.get("outcome") in ENDED
        and max(first["at"], last["ended_at"]) < until
    ):
        raise Broken(entry.seq, "its searchable entry does not say the same")
    return found


def _rows(entry: AuditEntry) -> list[tuple[Link, str]]:
    span = (entry.seq, entry.outcome_seq)
    own = AuditRecord.objects.filter(seq__range=span, entry=entry.entry)
    links = [row.link for row in own.order_by("seq")]
    if not links:
        raise Broken(entry.seq, "it is missing")
    earlier = AuditRecord.objects.filter(seq__in=[one.seq - 1 for one in links])
    macs = dict(earlier.values_list("seq", "mac"))
    return [(one, macs.get(one.seq - 1, START)) for one in links]


def _telling(intent: Intent, gone: Sequence[Gone]) -> Intent:
    """The intent with what it is to remove."""
    told = Told()
    for row, stone in gone:
        told.add(row._replace(content=stone.text), stone)
    before = newest(intent.organization_id)
    total = (read(before).total if before else 0) + told.entries.total()
    changes = changes_of(told, total, policy())
    label = f"{told.entries.total()} entries"
    return replace(intent, label=label, changed=rows.told(changes))


def _remove(entries: Sequence[AuditEntry], gone: Sequence[Gone]) -> None:
    """Raises `Overtaken` where not all of it is there any more."""
    searched = [_among(some) for some in batched(entries, AT_ONCE)]
    if sum(some.count() for some in searched) != len(entries):
        raise Overtaken
    blank = [(stone.text, row.seq, row.content) for row, stone in gone]
    fields = [
        (one.organization_id, name, one.seq)
        for one in entries
        for name in members(one.changed)
    ]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA secure_delete = ON")  # of this connection
        cursor.executemany(BLANK, blank)
        if fields:
            cursor.executemany(UNFIND, fields)
    for some in searched:
        some.delete()


def _among(entries: Sequence[AuditEntry]) -> QuerySet[AuditEntry]:
    numbers = [one.seq for one in entries]
    return AuditEntry.objects.filter(
        organization_id=entries[0].organization_id, seq__in=numbers
    )
