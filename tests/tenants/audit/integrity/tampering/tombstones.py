"""Tampering with tombstones and deletion runs."""

import json
from itertools import pairwise

from django.core.management import call_command

from tenants.audit.actor import Actor
from tenants.audit.events import MEMBER_ADD, SEARCH_SAVE, SIGN_OUT
from tenants.audit.integrity import chain, tombstones
from tenants.audit.integrity.merkle import build_leaf_input
from tenants.audit.integrity.tombstones import Tombstone
from tenants.audit.models import AuditCheckpoint, AuditEntry, AuditField, AuditRecord
from tenants.audit.record_builder import serialize_changes
from tenants.audit.recorder import record_event
from tenants.audit.records import canonical_json
from tenants.audit.retention.expiry import delete_expired_entries
from tenants.audit.retention.runs import DeletedRows, build_run_changes
from tests.support.audit_tampering import (
    CHECKPOINT_KEY,
    drop_append_only_triggers,
    recompute_chain,
    save_progress,
)
from tests.support.backdating import backdate_entries
from tests.tenants.audit.integrity.tampering.fixture_log import (
    BLOCK,
    BO,
    IDA,
    NEW_KEY,
    RECORD,
    Victim,
    calls,
    dump,
)
from tests.tenants.audit.integrity.tampering.records import Tampering, in_columns


def make_thinned(settings, monkeypatch, folder):
    """A record of which three runs, under two keys, have removed something; what it was
    before is kept in the dump.
    """
    for module in ("store", "integrity.index_verifier"):
        monkeypatch.setattr(f"tenants.audit.{module}.ROWS_PER_BLOCK", BLOCK)
    settings.AUDIT_SIGNING_KEYS = CHECKPOINT_KEY
    anchor = folder / "kept.jsonl"
    with backdate_entries(3000):
        calls(2)
        record_event(IDA, MEMBER_ADD, object="bo")
        record_event(BO, SIGN_OUT)
    call_command("audit_checkpoint", out=anchor, verbosity=0)
    with backdate_entries(2600):
        calls(1)
        record_event(IDA, SEARCH_SAVE, object="x")
    calls(1)
    before = dump()
    assert sum(delete_expired_entries(worker, limit=2)) == 2 + 1 + 2 + 2
    settings.AUDIT_KEYS = f"{NEW_KEY},{settings.AUDIT_KEYS}"
    with backdate_entries(2590):
        record_event(IDA, SIGN_OUT)
    assert sum(delete_expired_entries(worker)) == 1
    call_command("audit_checkpoint", out=anchor, verbosity=0)
    size = AuditCheckpoint.objects.latest("number").size
    save_progress(size, "file 1")
    calls(1)
    drop_append_only_triggers()
    return Victim(AuditRecord.objects.count(), anchor, [before])


def worker(organization):
    return Actor(0, "worker", organization_id=organization)


def of_tombstones(victim):
    yield from in_columns(victim, *RECORD[:-1])
    for kind in (_forged, _moved, _put_back, _remade, _runs, _anew):
        yield from kind(victim)


def _stones():
    """Each removed row with its tombstone."""
    rows = AuditRecord.objects.order_by("seq")
    return [(row, stone) for row in rows if (stone := Tombstone.parse(row.content))]


def _live():
    return [row for row in AuditRecord.objects.all() if "gone" not in row.content[:8]]


def _runs_of():
    return {entry.entry: entry for entry in AuditEntry.objects.filter(operation="audit.expire")}


def _say(seq, content):
    AuditRecord.objects.filter(seq=seq).update(content=content)


def _before(seq):
    row = AuditRecord.objects.filter(seq=seq - 1).first()
    return row.mac if row else chain.GENESIS_MAC


def _over(row, run, kind="changes"):
    """A tombstone with the real keys over any row."""
    leaf_input = build_leaf_input(row.chain_row)._asdict()
    return Tombstone.create(row.chain_row, _before(row.seq), kind=kind, run=run, **leaf_input).text


def _unfind(entry):
    for field in AuditEntry.objects.filter(entry=entry):
        AuditField.objects.filter(seq=field.seq).delete()
        field.delete()


def _forged(victim):
    """A row blanked by somebody without the keys, or with them."""
    last = max(_runs_of().values(), key=lambda run: run.seq)
    some = _stones()[0][1]
    for row in _live():
        bare = canonical_json({"gone": {}})
        for name, text in {
            "bare": bare,
            "guessed": some._replace(mac="0" * 64).text,
            "of another": some.text,
        }.items():
            yield Tampering(
                "a tombstone put over a row",
                f"{row.seq}: {name}",
                lambda s=row.seq, t=text: _say(s, t),
                frozenset({row.seq}),
            )

        def real(row=row, *, searchable):
            _say(row.seq, _over(row, last.entry))
            if not searchable:
                _unfind(row.entry)

        own = {audit_record.seq for audit_record in AuditRecord.objects.filter(entry=row.entry)} | {
            last.seq
        }
        yield Tampering(
            "a row removed with the real keys, and no run",
            f"{row.seq}, still searchable",
            lambda do=real: do(searchable=True),
            frozenset(own),
        )
        yield Tampering(
            "a row removed with the real keys, and no run",
            str(row.seq),
            lambda do=real: do(searchable=False),
            frozenset(own),
        )


def _moved(victim):
    stones = _stones()
    for (row, stone), (other, another) in pairwise([*stones, stones[0]]):
        yield Tampering(
            "two tombstones swapped",
            f"{row.seq} and {other.seq}",
            lambda a=row.seq, b=other.seq, t=stone.text, u=another.text: (_say(a, u), _say(b, t)),
            frozenset({min(row.seq, other.seq)}),
        )
        yield Tampering(
            "a tombstone copied",
            f"of {row.seq} over {other.seq}",
            lambda b=other.seq, t=stone.text: _say(b, t),
            frozenset({other.seq}),
        )
        yield Tampering(
            "a tombstone deleted",
            str(row.seq),
            lambda s=row.seq: AuditRecord.objects.filter(seq=s).delete(),
            frozenset({row.seq}),
        )


def _put_back(victim):
    """What rows said comes back from an older copy."""
    runs = _runs_of()
    contents = {dumped_row[0]: dumped_row[3] for dumped_row in victim.dumps[0][AuditRecord]}
    tables = victim.dumps[0]

    def back(rows, *, searchable):
        for row in rows:
            _say(row.seq, contents[row.seq])
        if searchable:
            numbers = {row.seq for row in rows}
            for table in (AuditEntry, AuditField):
                names = [field.attname for field in table._meta.local_concrete_fields]
                for values in tables[table]:
                    columns = dict(zip(names, values, strict=True))
                    if columns["seq"] in numbers:
                        table(**columns).save(force_insert=True)

    stones = [(row, stone) for row, stone in _stones() if row.seq in contents]
    whole: dict[str, list[AuditRecord]] = {}
    for row, stone in stones:
        whole.setdefault(row.entry, []).append(row)
        yield Tampering(
            "a removed row put back",
            str(row.seq),
            lambda r=row: back([r], searchable=False),
            frozenset({row.seq, runs[stone.run].seq}),
        )
    by = {row.entry: runs[stone.run].seq for row, stone in stones}
    for entry, rows in whole.items():
        yield Tampering(
            "a removed entry put back, searchable",
            entry,
            lambda r=rows: back(r, searchable=True),
            frozenset({by[entry]}),
        )
    for run in runs.values():
        rows = [row for row, stone in stones if stone.run == run.entry]
        if rows:
            yield Tampering(
                "all of a run put back, searchable",
                str(run.seq),
                lambda r=rows: back(r, searchable=True),
                frozenset({run.seq}),
            )


def _remade(victim):
    """Tombstones made anew with the real keys, with another member."""
    runs = _runs_of()
    other = {run.entry: (set(runs) - {run.entry}).pop() for run in runs.values()}
    for row, stone in _stones():
        spoilt = {
            "kind": stone._replace(kind="reads" if stone.kind != "reads" else "x"),
            "leaf": stone._replace(leaf="0" * 64),
            "body": stone._replace(body="0" * 64),
            "at": stone._replace(at=stone.at - 1),
            "run": stone._replace(run=other[stone.run]),
            "no run": stone._replace(run=row.entry),
        }
        seqs = {runs[stone.run].seq, runs[other[stone.run]].seq, row.seq}
        covering = {1} if row.seq <= _first_size(victim) else {_first_size(victim) + 1}
        for name, new in spoilt.items():

            def do(row=row, new=new):
                own = tombstones._tombstone_mac(new, row.chain_row, _before(row.seq))
                _say(row.seq, new._replace(mac=own).text)

            yield Tampering(
                "a tombstone made anew with the real keys",
                f"{row.seq}: {name}",
                do,
                frozenset(seqs | (covering if name in ("leaf", "body", "at") else set())),
            )


def _first_size(victim):
    return json.loads(victim.anchor.read_text().splitlines()[0])["size"]


def _runs(victim):
    """What a run says, altered with the real keys, and the chain after it too: what
    follows, tombstones included, does not say what its own runs do any more.
    """
    named = {run.seq for run in _runs_of().values()} | {_first_size(victim) + 1}
    for run in _runs_of().values():
        row = AuditRecord.objects.get(seq=run.seq)
        said = json.loads(row.content)
        row_content = json.loads(said["changed"])
        first = next(change["after"] for change in row_content if change["field"] == "first")
        rows = frozenset(named | {first})
        for place, change in enumerate(row_content):
            for new in _others(change["after"]):

                def do(seq=row.seq, said=said, place=place, new=new):
                    changed = json.loads(said["changed"])
                    changed[place]["after"] = new
                    _say_run(seq, said, changed)
                    recompute_chain()

                name = f"{run.seq}: {change['field']} {new}"
                kind = "a run made anew with the real keys"
                yield Tampering(kind, name, do, rows)

        def hide(row=row):
            _say(row.seq, row.content.replace("audit.expire", "audit.verify"))
            AuditEntry.objects.filter(seq=row.seq).update(operation="audit.verify")
            recompute_chain()

        yield Tampering("a run hidden with the real keys", str(run.seq), hide, rows)


def _others(value):
    return [value + 1, value - 1, None] if isinstance(value, int) else ["0" * 64]


def _say_run(seq, said, changed):
    text = canonical_json(changed)
    _say(seq, canonical_json(said | {"changed": text}))
    AuditEntry.objects.filter(seq=seq).update(changed=text)


def _anew(victim):
    """A tombstone, its run and all that follows made anew with the real keys: only what
    was signed of the record is against it.
    """

    def do(row, stone, other):
        _say(row.seq, other.text)
        recompute_chain()
        for run in sorted(_runs_of().values(), key=lambda change: change.seq):
            content = json.loads(AuditRecord.objects.get(seq=run.seq).content)
            changed = json.loads(content["changed"])
            now = DeletedRows()
            for own, its in _stones():
                if its.run == run.entry:
                    now.add(own.chain_row, its)
            days = next(change["after"] for change in changed if "days" in change["field"])
            total = next(change["after"] for change in changed if change["field"] == "total")
            right = build_run_changes(now, total, dict.fromkeys(now.entries, days))
            _say_run(run.seq, content, json.loads(serialize_changes(right)))
            recompute_chain()

    firsts = {stone.run: row.seq for row, stone in reversed(_stones())}
    for row, stone in _stones():
        for name, other in {
            "leaf": stone._replace(leaf="0" * 64),
            "body": stone._replace(body="0" * 64),
            "at": stone._replace(at=stone.at - 1),
            "kind": stone._replace(kind="reads" if stone.kind != "reads" else "x"),
        }.items():
            if name == "kind" and row.seq > _covered():
                continue
            yield Tampering(
                "all made anew with the real keys",
                f"{row.seq}: {name}",
                lambda r=row, s=stone, o=other: do(r, s, o),
                frozenset({1, _first_size(victim) + 1, firsts[stone.run]}),
            )


def _covered():
    return AuditCheckpoint.objects.latest("number").size
