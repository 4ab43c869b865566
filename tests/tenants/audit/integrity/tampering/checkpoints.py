"""Tampering with checkpoints and with several tables at once.
older copies put back, and a past written anew.
"""

import hmac
import json
from base64 import b64encode

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tenants.audit.integrity import signing
from tenants.audit.integrity.checkpoint_verifier import read_anchor_file
from tenants.audit.models import AuditCheckpoint, AuditEntry, AuditRecord, CheckpointProgress
from tests.support.audit_tampering import recompute_chain
from tests.tenants.audit.integrity.tampering.fixture_log import RECORD, calls, put_back
from tests.tenants.audit.integrity.tampering.records import Tampering, in_columns

FORGED = "s1:" + "D" * 43 + "="  # a signing key of somebody else's, under that name


def of_checkpoints(victim):
    audit_checkpoints = AuditCheckpoint.objects
    lines = list(audit_checkpoints.order_by("number"))
    ends = frozenset(line.size for line in lines)
    yield from in_columns(victim, AuditCheckpoint)
    sizes = {line.size for line in lines}
    for size in {1, victim.rows, 10**6} | {checkpoint - 1 for checkpoint in sizes}:
        yield Tampering(
            "how far a place outside has come changed",
            f"to {size}",
            lambda s=size: CheckpointProgress.objects.update(size=s),
            frozenset({size}),
        )
    for checkpoint in lines:
        is_last = checkpoint == lines[-1]
        yield Tampering(
            "a checkpoint deleted",
            str(checkpoint.number),
            lambda n=checkpoint.number: audit_checkpoints.filter(number=n).delete(),
            ends,
        )
        yield Tampering(
            "a checkpoint deleted, and what was sent told anew",
            str(checkpoint.number),
            lambda n=checkpoint.number: _deleted(n),
            ends,
            anchored=is_last,
        )
        for name, value in json.loads(checkpoint.line).items():
            new = value + 1 if isinstance(value, int) else f"x{value[1:]}"
            yield Tampering(
                "what a checkpoint says changed",
                f"{name} of {checkpoint.number}",
                lambda n=checkpoint.number, m=name, v=new: _said(n, **{m: v}),
                ends | {checkpoint.size + 1},
            )
        same = json.loads(checkpoint.line)["signature"]  # to whoever decodes it carelessly
        yield Tampering(
            "what a checkpoint says changed",
            f"how the signature of {checkpoint.number} is written",
            lambda n=checkpoint.number, s=same: _said(
                n, signature=f"{s[:-3]}{chr(ord(s[-3]) + 1)}=="
            ),
            ends,
        )
        yield Tampering(
            "what a checkpoint says changed",
            f"how the peaks of {checkpoint.number} are written",
            lambda n=checkpoint.number, p=checkpoint.peaks: audit_checkpoints.filter(
                number=n
            ).update(peaks=f" {p}"),
            ends,
        )
        yield Tampering(
            "a checkpoint signed by somebody else",
            str(checkpoint.number),
            lambda n=checkpoint.number: _signed_anew(n),
            ends,
        )
    for checkpoint, two in ((lines[0], lines[1]), (lines[1], lines[2])):
        yield Tampering(
            "two checkpoints swapped",
            f"{checkpoint.number} and {two.number}",
            lambda a=checkpoint, b=two: (
                audit_checkpoints.filter(number=a.number).update(line=b.line, peaks=b.peaks),
                audit_checkpoints.filter(number=b.number).update(line=a.line, peaks=a.peaks),
            ),
            ends,
        )
    yield Tampering("all checkpoints deleted", "", lambda: audit_checkpoints.all().delete(), ends)
    yield Tampering(
        "all checkpoints deleted, and what was sent",
        "",
        lambda: (audit_checkpoints.all().delete(), CheckpointProgress.objects.all().delete()),
        ends,
        anchored=True,
    )


def _deleted(number):
    AuditCheckpoint.objects.filter(number=number).delete()
    last = AuditCheckpoint.objects.latest("number")
    CheckpointProgress.objects.update(size=last.size)


def _said(number, **said):
    audit_checkpoint = AuditCheckpoint.objects.get(number=number)
    line = json.dumps(
        json.loads(audit_checkpoint.line) | said, sort_keys=True, separators=(",", ":")
    )
    AuditCheckpoint.objects.filter(number=number).update(line=line)


def _signed_anew(number):
    audit_checkpoint = AuditCheckpoint.objects.get(number=number)
    text = "\n".join(
        str(field) for field in ["meridian audit checkpoint v1", *_told(audit_checkpoint.line)]
    )
    ring = signing._parse_signing_keys(FORGED)
    key = Ed25519PrivateKey.from_private_bytes(ring[ring.current])
    _said(number, signature=b64encode(key.sign(text.encode())).decode())


def _told(line):
    fields = json.loads(line)
    return [fields[name] for name in ("size", "root", "time", "previous")]


def of_the_past(victim):
    """An older copy put back, and the past written anew: 20 in all."""
    signed = [size.size for size in read_anchor_file(victim.anchor)]
    for older in victim.dumps[:-1]:
        rows = len(older[AuditRecord])
        expected = frozenset({rows + 1})
        yield Tampering(
            "an older copy put back",
            f"of {rows} rows",
            lambda o=older: put_back(o),
            expected,
            anchored=True,
        )
        yield Tampering(
            "an older copy put back, and gone on with",
            f"of {rows} rows",
            lambda o=older: (put_back(o), _went_on()),
            frozenset({max([0, *(size for size in signed if size <= rows)]) + 1}),
            anchored=True,
        )
        yield Tampering(
            "an older copy of the record alone put back",
            f"of {rows} rows",
            lambda o=older: put_back(o, *RECORD),
            expected,
        )
    for seq in range(2, victim.rows, 9):
        key = hmac.digest(bytes([seq]), b"meridian audit", "sha256")
        yield Tampering(
            "the past written anew with a guessed key",
            f"from {seq}",
            lambda s=seq, k=key: (_other(s), recompute_chain(lambda _: k)),
            frozenset({1}),
        )
    for seq in range(1, max(signed) + 1, 8):
        first = max([0, *(size for size in signed if size < seq)]) + 1
        yield Tampering(
            "the past written anew with the real chain keys",
            f"row {seq}",
            lambda s=seq: (_other(s), recompute_chain()),
            frozenset({first}),
        )
        yield Tampering(
            "the same, and the checkpoints deleted",
            f"row {seq}",
            lambda s=seq: (
                _other(s),
                recompute_chain(),
                AuditCheckpoint.objects.all().delete(),
                CheckpointProgress.objects.all().delete(),
            ),
            frozenset({first}),
            anchored=True,
        )


def _other(seq):
    """What a row says changed, and what is searchable with it."""
    row = AuditRecord.objects.get(seq=seq)
    fields = json.loads(row.content)
    entries = AuditEntry.objects.filter(entry=row.entry)
    if row.phase == "intent":
        new = {"ticket": "T-8"}
        entries.update(**new)
    else:
        new = {"code": "A999"}
        entries.filter(outcome_seq=seq).update(**new)
    content = json.dumps(fields | new, sort_keys=True, separators=(",", ":"))
    AuditRecord.objects.filter(seq=seq).update(content=content)


def _went_on():
    """As a console does that knows of nothing."""
    for _ in range(5):
        calls(3)
