"""Delete expired entries and leave tombstones, so the log can still be verified.

A run deletes the oldest entries of one organization, and its own entry lists them, in one
transaction. See docs/explanation/decisions/retention.md.
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

from tenants.audit import record_builder
from tenants.audit.actor import Actor
from tenants.audit.events import AUDIT_EXPIRE
from tenants.audit.integrity import anchors
from tenants.audit.integrity.chain import GENESIS_MAC, ChainRow
from tenants.audit.integrity.lost_keys import LostKeys, is_intact_or_lost, load_lost_keys
from tenants.audit.integrity.merkle import build_leaf_input
from tenants.audit.integrity.signed_tree import ChainBrokenError
from tenants.audit.integrity.tombstones import Tombstone
from tenants.audit.models import (
    AuditCheckpoint,
    AuditEntry,
    AuditField,
    AuditHead,
    AuditRecord,
    to_microseconds,
)
from tenants.audit.records import IntentRecord, list_changed_members
from tenants.audit.retention.policy import (
    CATEGORY_BY_EFFECT,
    MICROSECONDS_PER_DAY,
    get_category,
    load_retention_policy,
)
from tenants.audit.retention.runs import DeletedRows, build_run_changes, find_last_run, read_run
from tenants.audit.search.entries import find_last_seq_before
from tenants.audit.store import append_records
from tenants.authlete.errors import AuditUnavailableError
from tenants.authlete.outcome import Outcome
from tenants.crypto.key_ring import KeyNotFoundError
from tenants.outbound.alerts import alert

MAX_ENTRIES_PER_RUN = 2500  # writers wait during a run
MAX_NUMBERS_PER_QUERY = 500  # numbers in one statement
FINAL_OUTCOMES = ("done", "refused", "not sent", "not done")
RECORD_TABLE = AuditRecord._meta.db_table
REPLACE_CONTENT_SQL = f"UPDATE {RECORD_TABLE} SET content = %s WHERE seq = %s AND content = %s"  # noqa: S608
DELETE_FIELD_SQL = (
    f"DELETE FROM {AuditField._meta.db_table}"  # noqa: S608
    " WHERE organization_id = %s AND field = %s AND seq = %s"
)
HAS_PRIVILEGES_SQL = (
    "SELECT has_column_privilege('audit_auditrecord', 'content', 'UPDATE')"
    " AND has_table_privilege('audit_auditentry', 'DELETE')"
)


class ConcurrentDeletionError(Exception):
    """Another process deleted some of the same entries."""


class RowToDelete(NamedTuple):
    """A row to delete and its tombstone."""

    row: ChainRow
    tombstone: Tombstone


def can_delete() -> bool:
    """Return whether the database role may delete entries (docs/how-to/deploy.md)."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute(HAS_PRIVILEGES_SQL)
        return bool(cursor.fetchone()[0])


def list_organizations_with_entries() -> Iterator[int]:
    """Yield organizations with entries, including 0 for the console."""
    entries, last = AuditEntry.objects.order_by("organization_id"), -1
    while True:
        later = entries.filter(organization_id__gt=last)
        number = later.values_list("organization_id", flat=True).first()
        if number is None:
            return
        yield number
        last = number


def find_expired(organization: int, now: int) -> Iterator[tuple[str, QuerySet[AuditEntry]]]:
    """Yield expired entries by operation, oldest first, with their category.

    ``now`` is in microseconds since 1970.
    """
    policy, kept = load_retention_policy(), _find_last_undeletable()
    for operation in _list_operations(organization):
        for kind, effects in _effects_by_category(operation).items():
            if not policy.get(kind):
                continue
            until = now - policy[kind] * MICROSECONDS_PER_DAY
            yield (
                kind,
                AuditEntry.objects.filter(
                    organization_id=organization,
                    operation=operation,
                    seq__gt=kept,
                    seq__lte=find_last_seq_before(until),
                    effect__in=effects,
                    at__lt=until,
                    ended_at__lt=until,
                    outcome__in=FINAL_OUTCOMES,
                ).order_by("seq"),
            )


def _find_last_undeletable() -> int:
    """Return the last row that can't be deleted, because rows need a lost key for their hash."""
    unsalted = max((key.unsalted for key in load_lost_keys().values()), default=0)
    checkpoints = AuditCheckpoint.objects.filter(size__gte=unsalted).order_by("size")
    covering = checkpoints.values_list("size", flat=True).first() if unsalted else None
    return covering or unsalted


def _effects_by_category(operation: str) -> Mapping[str, Sequence[str]]:
    """Return the effects of an operation's entries by category."""
    effects = defaultdict(list)
    for effect in CATEGORY_BY_EFFECT:
        effects[get_category(operation, effect)].append(effect)
    return effects


def _list_operations(organization: int) -> Iterator[str]:
    """Yield the operations of an organization by index skips."""
    entries = AuditEntry.objects.filter(organization_id=organization)
    names, last = entries.order_by("operation").values_list("operation", flat=True), ""
    while name := names.filter(operation__gt=last).first():
        yield name
        last = name


def delete_expired_entries(
    build_actor: Callable[[int], Actor], limit: int = MAX_ENTRIES_PER_RUN
) -> Iterator[int]:
    """Delete expired entries run by run; yield the number deleted by each.

    Raises `ChainBrokenError` at a tampered row, and `AuditUnavailableError` if the run can't be
    recorded or new rows aren't anchored; that run then deletes nothing.
    """
    for organization in list_organizations_with_entries():
        while count := _run_once(build_actor(organization), limit):
            yield count


def _run_once(actor: Actor, limit: int) -> int:
    now = earlier_clock()
    kinds: dict[int, str] = {}
    for kind, expired in find_expired(actor.organization_id, now):
        kinds |= dict.fromkeys(expired.values_list("seq", flat=True)[:limit], kind)
    selected = sorted(kinds)[:limit]
    if not selected:
        return 0
    if anchors.anchor_monitor.blocks_changes():  # like every other destructive action
        raise AuditUnavailableError(
            _(
                "No checkpoint of the audit log has reached an external sink lately."
                " Nothing was deleted."
            )
        )
    entries = list(_load_entries(actor.organization_id, selected))
    if len(entries) != len(selected):
        raise ConcurrentDeletionError
    intent = record_builder.build_intent(actor, AUDIT_EXPIRE.name, AUDIT_EXPIRE.effect)
    lost_keys = load_lost_keys()
    deletes = [
        RowToDelete(row, _build_tombstone(row, before, kinds[entry.seq], intent.entry))
        for entry in entries
        for row, before in _check_entry(entry, kinds[entry.seq], now, lost_keys)
    ]
    deletes.sort()
    intent = _describe_run(intent, deletes)
    outcome = record_builder.build_outcome(intent.entry, Outcome.SUCCEEDED)
    try:
        append_records([intent, outcome], lambda: _delete(entries, deletes))
    except DatabaseError as error:
        alert("audit.unwritten", level=logging.ERROR, error=type(error).__name__)
        message = _("%(reason)s Nothing was deleted.") % {"reason": error}
        raise AuditUnavailableError(message) from error
    return len(entries)


def earlier_clock() -> int:
    """Return the earlier of this process's and the database's clock.

    In microseconds since 1970. A clock that is ahead would delete entries irrecoverably.
    """
    database_time = AuditHead.objects.annotate(now=Now()).values_list("now", flat=True).first()
    own_time = time.time_ns() // 1000
    return min(own_time, to_microseconds(database_time)) if database_time else own_time


def _load_entries(organization: int, numbers: Sequence[int]) -> Iterator[AuditEntry]:
    for batch in batched(numbers, MAX_NUMBERS_PER_QUERY):
        yield from AuditEntry.objects.filter(organization_id=organization, seq__in=batch).order_by(
            "seq"
        )


def _build_tombstone(row: ChainRow, previous_mac: str, category: str, run: str) -> Tombstone:
    stored = build_leaf_input(row)._asdict()
    return Tombstone.create(row, previous_mac, kind=category, run=run, **stored)


def _check_entry(
    entry: AuditEntry, category: str, now: int, lost_keys: LostKeys
) -> list[tuple[ChainRow, str]]:
    """Return the rows of an entry, each with the previous MAC.

    The chain decides, since the search entry could be tampered with. Raises `ChainBrokenError` if
    the chain says that the entry isn't expired, and `ConcurrentDeletionError` if it was deleted.
    """
    rows = _load_rows(entry)
    for row, before in rows:
        try:
            is_valid = is_intact_or_lost(row, before, lost_keys)
        except KeyNotFoundError:
            is_valid = False
        is_gone = Tombstone.parse(row.content)
        if is_valid and is_gone and not _select_same([entry]).exists():
            raise ConcurrentDeletionError
        if not is_valid or is_gone:
            raise ChainBrokenError(row.seq, "this row or the previous one was changed")
    contents = [json.loads(row.content) for row, _ in rows]
    first, last = contents[0], contents[-1]
    until = now - load_retention_policy()[category] * MICROSECONDS_PER_DAY
    if not (
        [rows[0][0].seq, rows[-1][0].seq] == [entry.seq, entry.outcome_seq]
        and first["organization_id"] == entry.organization_id
        and get_category(first["operation"], first["effect"]) == category
        and last.get("outcome") in FINAL_OUTCOMES
        and max(first["at"], *(later["ended_at"] for later in contents[1:])) < until
    ):
        raise ChainBrokenError(entry.seq, "its search entry differs from the row")
    return rows


def _load_rows(entry: AuditEntry) -> list[tuple[ChainRow, str]]:
    span = (entry.seq, entry.outcome_seq)
    records = AuditRecord.objects.filter(seq__range=span, entry=entry.entry)
    links = [row.chain_row for row in records.order_by("seq")]
    if not links:
        raise ChainBrokenError(entry.seq, "the row is missing")
    earlier = AuditRecord.objects.filter(seq__in=[link.seq - 1 for link in links])
    macs = dict(earlier.values_list("seq", "mac"))
    return [(link, macs.get(link.seq - 1, GENESIS_MAC)) for link in links]


def _describe_run(intent: IntentRecord, deleted_rows: Sequence[RowToDelete]) -> IntentRecord:
    """Return the intent with the list of rows to delete."""
    deleted = DeletedRows()
    for row, tombstone in deleted_rows:
        deleted.add(row._replace(content=tombstone.text), tombstone)
    before = find_last_run(intent.organization_id)
    total = (read_run(before).deleted_total if before else 0) + deleted.entries.total()
    changes = build_run_changes(deleted, total, load_retention_policy())
    label = f"{deleted.entries.total()} entries"
    return replace(intent, label=label, changed=record_builder.serialize_changes(changes))


def _delete(entries: Sequence[AuditEntry], deleted_rows: Sequence[RowToDelete]) -> None:
    """Delete the rows; raise `ConcurrentDeletionError` if some are missing."""
    searched = [_select_same(batch) for batch in batched(entries, MAX_NUMBERS_PER_QUERY)]
    if sum(query.count() for query in searched) != len(entries):
        raise ConcurrentDeletionError
    blank = [(tombstone.text, row.seq, row.content) for row, tombstone in deleted_rows]
    fields = [
        (entry.organization_id, name, entry.seq)
        for entry in entries
        for name in list_changed_members(entry.changed)
    ]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA secure_delete = ON")  # of this connection
        cursor.executemany(REPLACE_CONTENT_SQL, blank)
        if fields:
            cursor.executemany(DELETE_FIELD_SQL, fields)
    for query in searched:
        query.delete()


def _select_same(entries: Sequence[AuditEntry]) -> QuerySet[AuditEntry]:
    numbers = [entry.seq for entry in entries]
    return AuditEntry.objects.filter(organization_id=entries[0].organization_id, seq__in=numbers)
