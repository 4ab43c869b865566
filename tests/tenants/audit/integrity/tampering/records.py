"""Tampering with rows of the audit log."""

import hmac
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, models

from tenants.audit.integrity import chain
from tenants.audit.models import (
    AuditBlock,
    AuditCheckpoint,
    AuditEntry,
    AuditField,
    AuditHead,
    AuditRecord,
    CheckpointProgress,
)
from tenants.audit.records import canonical_json
from tests.support.audit_tampering import recompute_chain
from tests.tenants.audit.integrity.tampering.fixture_log import BLOCK, RECORD, columns


@dataclass(frozen=True)
class Tampering:
    """Something done to the database; ``rows`` are those that may be named for it,
    any where there are none.
    """

    kind: str
    name: str
    do: Any  # is called
    rows: frozenset[int] = field(default_factory=frozenset)
    anchored: bool = False  # found with an anchor alone


def of_the_record(victim):
    yield from in_columns(victim, *RECORD)
    for kind in (_deletions, _tails, _swaps, _copies, _moves, _forgeries, _heads, _keys):
        yield from kind(victim)


def sql(text, *values):
    with connection.cursor() as cursor:
        cursor.execute(text, values)


def _rows_of(table, key, victim):
    """By which numbers a row of a table may be named."""
    if table is AuditHead:
        return frozenset({victim.rows + 1})
    if table is AuditBlock:
        return frozenset({max(1, key["block"] * BLOCK)})
    if table is CheckpointProgress:
        return frozenset()
    if table is AuditEntry:
        entry = AuditEntry.objects.get(seq=key["seq"])
        rows = AuditRecord.objects.filter(entry=entry.entry)
        return frozenset(rows.values_list("seq", flat=True))
    if table is AuditCheckpoint:
        return frozenset(
            AuditCheckpoint.objects.filter(number__gte=key["number"]).values_list(
                "size", flat=True
            )[:2]
        )
    return frozenset({key["seq"]})


def _sampled(table):
    """The keys of rows of a table: of the record all, of others some."""
    fields = [part.column for part in table._meta.pk_fields]
    keys = list(table._default_manager.order_by(*fields).values_list(*fields))
    some = keys if table is AuditRecord else keys[:: max(1, len(keys) // 7)]
    for key in dict.fromkeys([*some, keys[-1]]):
        yield dict(zip(fields, key, strict=True))


def _others(column, old):
    """Other values for a column, as a name and SQL's value."""
    if isinstance(old, int):
        yield from {"more": old + 1, "far": old + 10**6}.items()
        if old:
            yield "less", old - 1
    elif old is None:
        yield "some", 7 if isinstance(column, models.IntegerField) else "x"
    elif isinstance(old, str):
        long = column.max_length or 10**6
        changed = old[:-1] + ("0" if old[-1:] != "0" else "1") if old else "x"
        yield "changed", changed
        yield "longer", f"{old}0"[:long] if len(old) < long else f"0{old[1:]}"
        if old:
            yield "emptied", ""
            yield "accent", f"\u00e9{old[1:]}"
    if column.null and old is not None:
        yield "null", None
    if connection.vendor == "sqlite":  # where a column takes anything
        yield "bytes", str(old).encode()
        if not isinstance(old, int):
            yield "no UTF-8", "CAST(x'41ff42' AS TEXT)"
        else:
            yield "a word", "abc"


def _set(table, key, column, value):
    place, values = "%s", [value]
    if isinstance(value, str) and value.startswith("CAST("):
        place, values = value, []
    where = " AND ".join(f"{key_column} = %s" for key_column in key)
    sql(
        f"UPDATE {table._meta.db_table} SET {column} = {place} WHERE {where}",
        *values,
        *key.values(),
    )


def in_columns(victim, *tables):
    for table in tables:
        for key in _sampled(table):
            rows = _rows_of(table, key, victim)
            for column in columns(table):
                old = table._default_manager.values_list(column.column).get(**key)[0]
                for name, new in _others(column, old):
                    if new == old:
                        continue
                    named = rows
                    if column.column in ("seq", "block") and isinstance(new, int):
                        named |= {new, max(1, new * BLOCK)}
                    yield Tampering(
                        f"a column of {table._meta.model_name}",
                        f"{column.column} of {key}: {name}",
                        lambda t=table, k=key, c=column.column, n=new: _set(t, k, c, n),
                        named,
                    )


def _deletions(victim):
    for table in RECORD:
        for key in _sampled(table):
            yield Tampering(
                "a row deleted",
                f"{table._meta.model_name} {key}",
                lambda t=table, k=key: t._default_manager.filter(**k).delete(),
                _rows_of(table, key, victim),
            )
        yield Tampering(
            "all rows deleted",
            str(table._meta.model_name),
            lambda t=table: sql(f"DELETE FROM {t._meta.db_table}"),
        )


def _tails(victim):
    """The last rows cut off with all that is searchable, and the head set back."""

    def cut(first, head):
        last = AuditRecord.objects.filter(seq=first - 1).first()
        link = last.mac if last else chain.GENESIS_MAC
        for table in (AuditRecord, AuditField, AuditEntry):
            table._default_manager.filter(seq__gte=first).delete()
        if head == "set back":
            AuditHead.objects.update(seq=first - 1, link=link)
        if head == "guessed":
            mac = chain.compute_head_mac(bytes(32), first - 1, link)
            AuditHead.objects.update(seq=first - 1, link=link, mac=mac)

    for first in range(1, victim.rows + 1):
        for head in ("left", "set back", "guessed"):
            yield Tampering(
                "a tail cut off",
                f"from {first}, head {head}",
                lambda f=first, h=head: cut(f, h),
                frozenset(range(1, first + 1)),
            )


def _swaps(victim):
    def swap(one, two):
        rows = AuditRecord.objects
        rows.filter(seq=one).update(seq=0)
        rows.filter(seq=two).update(seq=one)
        rows.filter(seq=0).update(seq=two)

    def contents(one, two):
        first, second = (AuditRecord.objects.get(seq=seq) for seq in (one, two))
        for row, other in ((first, second), (second, first)):
            columns = {"content": other.content, "entry": other.entry}
            AuditRecord.objects.filter(seq=row.seq).update(phase=other.phase, **columns)

    for number in range(1, victim.rows + 1):
        for apart in (1, 7):
            two = (number - 1 + apart) % victim.rows + 1
            first = frozenset({min(number, two)})
            name = f"{number} and {two}"
            yield Tampering("two rows swapped", name, lambda a=number, b=two: swap(a, b), first)
            yield Tampering(
                "what two rows say swapped", name, lambda a=number, b=two: contents(a, b), first
            )


def _copies(victim):
    end = victim.rows + 1

    def at_the_end(seq):
        row = AuditRecord.objects.get(seq=seq)
        row.seq = end
        row.save(force_insert=True)

    def over(seq, other):
        row = AuditRecord.objects.get(seq=seq)
        row.seq = other
        row.save(force_update=True)

    def searchable(seq, to):
        row = AuditEntry.objects.get(seq=seq)
        row.seq, row.entry = to, f"copy {seq}"
        row.save(force_insert=True)

    for seq in range(1, end):
        other = (seq + 2) % victim.rows + 1
        yield Tampering(
            "a row copied", f"{seq} to the end", lambda s=seq: at_the_end(s), frozenset({end})
        )
        yield Tampering(
            "a row copied",
            f"{seq} over {other}",
            lambda s=seq, o=other: over(s, o),
            frozenset({other, other + 1}),
        )
    for entry in AuditEntry.objects.all()[:8]:
        for to in (-1, 0, end + 5):
            yield Tampering(
                "a searchable entry copied",
                f"{entry.seq} to {to}",
                lambda s=entry.seq, t=to: searchable(s, t),
                frozenset({to}),
            )
    for row in AuditField.objects.all()[:8]:
        for seq in (-1, 0, 2, end + 5):
            yield Tampering(
                "a searchable field copied",
                f"{row.field} of {row.seq} to {seq}",
                lambda f=row, s=seq: AuditField(
                    organization_id=f.organization_id, field=f.field, seq=s
                ).save(force_insert=True),
                frozenset({seq}),
            )


def _moves(victim):
    def to_organization(seq):
        AuditEntry.objects.filter(seq=seq).update(organization_id=9)
        AuditField.objects.filter(seq=seq).update(organization_id=9)

    def renumbered(seq):
        """A gap closed again by numbering what follows anew."""
        AuditRecord.objects.filter(seq=seq).delete()
        for row in AuditRecord.objects.filter(seq__gt=seq).order_by("seq"):
            AuditRecord.objects.filter(seq=row.seq).update(seq=row.seq - 1)

    for seq in range(1, victim.rows + 1):
        for to in (-seq, victim.rows + seq + 1, 2**62):
            yield Tampering(
                "a row moved",
                f"{seq} to {to}",
                lambda s=seq, t=to: AuditRecord.objects.filter(seq=s).update(seq=t),
                frozenset({seq, 1} if to < 0 else {seq}),
            )
    for entry in AuditEntry.objects.all()[:10]:
        yield Tampering(
            "an entry moved to another organization",
            str(entry.seq),
            lambda s=entry.seq: to_organization(s),
            frozenset({entry.seq}),
        )
    for seq in range(1, victim.rows + 1, 3):
        yield Tampering(
            "a row taken out and the rest renumbered",
            str(seq),
            lambda s=seq: renumbered(s),
            frozenset({seq}),
        )


def _forgeries(victim):
    def added(key, with_head):
        last = AuditRecord.objects.get(seq=victim.rows)
        seq, entry = victim.rows + 1, AuditEntry.objects.filter(outcome="").get()
        content = canonical_json({"entry": entry.entry, "outcome": "done"})
        mac = chain.compute_mac(key, last.mac, seq, entry.entry, "outcome", content)
        AuditRecord(seq, entry.entry, "outcome", content, last.key, mac).save(force_insert=True)
        if with_head:
            head = chain.compute_head_mac(key, seq, mac)
            AuditHead.objects.update(seq=seq, link=mac, mac=head)

    def guessed(seq, key):
        """A row changed, and all macs from there on made with another key."""
        row = AuditRecord.objects.get(seq=seq)
        forged = row.content.replace('"ticket":"', '"ticket":"X').replace("A00", "A99")
        AuditRecord.objects.filter(seq=seq).update(content=forged)
        recompute_chain(lambda _: key)

    for number in range(6):
        key = hmac.digest(bytes([number + 1]), b"meridian audit", "sha256")
        for with_head in (False, True):
            yield Tampering(
                "a row forged at the end",
                f"key {number}, head {with_head}",
                lambda k=key, h=with_head: added(k, h),
                frozenset({victim.rows + 1}),
            )
        for seq in range(1 + number, victim.rows, 6):
            yield Tampering(
                "written anew with a guessed key",
                f"from {seq}, key {number}",
                lambda s=seq, k=key: guessed(s, k),
                frozenset({1}),
            )
    for at, (case, new) in enumerate(
        {"not JSON": "{", "empty": "{}", "a list": "[]", "deep": "[" * 50_000}.items()
    ):
        seq = 2 + at
        yield Tampering(
            "what is no entry, with the real key",
            case,
            lambda s=seq, n=new: (
                AuditRecord.objects.filter(seq=s).update(content=n),
                recompute_chain(),
            ),
            frozenset({seq}),
        )


def _heads(victim):
    end, heads = frozenset({victim.rows + 1}), AuditHead.objects
    for seq in range(victim.rows):
        link = AuditRecord.objects.get(seq=seq).mac if seq else chain.GENESIS_MAC
        yield Tampering(
            "a head set back", str(seq), lambda s=seq, x=link: heads.update(seq=s, link=x), end
        )
    yield Tampering("a head added", "", lambda: AuditHead(9, 1, "", "a1", "").save(), end)


def _keys(victim):
    for row in AuditRecord.objects.all():
        for name in {"a1", "a2", "a9", ""} - {row.key}:
            yield Tampering(
                "a key renamed",
                f"of {row.seq} to {name!r}",
                lambda s=row.seq, n=name: AuditRecord.objects.filter(seq=s).update(key=n),
                frozenset({row.seq}),
            )
    for name in ("a1", "a9", ""):
        yield Tampering(
            "a key renamed",
            f"of the head to {name!r}",
            lambda n=name: AuditHead.objects.update(key=n, mac=""),
            frozenset({victim.rows + 1}),
        )
