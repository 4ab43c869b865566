"""The example in `docs/record-example.md` is what the record would be."""

import json
from base64 import b64encode
from datetime import UTC, datetime
from itertools import accumulate
from pathlib import Path
from uuid import UUID

import pytest

from console.models.webhooks import Delivery
from console.webhooks.messages import headers_of
from tenants.audit import export, rows, signing, tree
from tenants.audit.chain import START, Link, head_mac, mac, ring
from tenants.audit.checkpoints import Checkpoint
from tenants.audit.entry import Row, content
from tenants.audit.gone import Tombstone
from tenants.audit.who import Who
from tenants.authlete.changes import Change
from tenants.authlete.errors import Outcome
from tenants.authlete.operation import Effect

DOCUMENT = Path(__file__).parents[3] / "docs" / "record-example.md"
IDS = ("0191f3a0-0000-7000-8000-000000000001", "0191f3a0-0001-7000-8000-000000000002")
AT = 1_758_000_000_000_000  # microseconds since 1970


@pytest.fixture
def example(settings, monkeypatch):
    kept = {
        "AUDIT_KEYS": "a1:" + b64encode(bytes(range(32))).decode(),
        "AUDIT_SIGNING_KEYS": "s1:" + b64encode(bytes(range(32, 64))).decode(),
    }
    for name, value in kept.items():
        setattr(settings, name, value)
    settings.AUDIT_PUBLIC_KEYS = ""
    links = _links(monkeypatch)
    befores = [START, *(row.mac for row in links)]
    faces = [tree.face(row) for row in links]
    grown, roots = tree.Tree(), []
    for row in links:
        grown.add(tree.leaf(row))
        roots.append(grown.root)
    unsigned = Checkpoint(len(links), roots[-1], AT + 9, START, "", "")
    name, signature = signing.sign(unsigned.text)
    checkpoint = unsigned._replace(key=name, signature=signature)
    assert checkpoint.is_signed
    gone = Tombstone.of(
        links[1], befores[1], kind="changes", leaf=tree.leaf(links[1]).hex(), run=IDS[1]
    )
    sent = '{"timestamp":"2025-09-16T05:20:00+00:00","type":"audit.test","data":[]}'
    secret = "whsec_" + b64encode(bytes(range(64, 96))).decode()
    headers = headers_of(
        Delivery(pk=UUID(int=1)),
        sent.encode(),
        [secret],
        datetime.fromtimestamp(AT / 1e6, UTC),
    )
    return kept | {
        "AUDIT_PUBLIC_KEYS": signing.told(),
        "derived": ring()["a1"].hex(),
        "contents": [row.content for row in links],
        "export": [*export.jsonl(zip(links, befores, strict=False))],
        "head": {
            "seq": len(links),
            "link": links[-1].mac,
            "key": "a1",
            "mac": head_mac(ring()["a1"], len(links), links[-1].mac),
        },
        "leaves": [
            {
                "salt": tree.salt(ring()["a1"], row.mac),
                "told": face.told,
                "hidden": face.hidden,
                "veil": face.veil,
                "leaf": tree.leaf(row).hex(),
            }
            for row, face in zip(links, faces, strict=True)
        ],
        "roots": roots,
        "checkpoint": checkpoint.line,
        "tombstone": export.line(links[1]._replace(content=gone.text), befores[1]),
        "webhook": {
            "secret": secret,
            "headers": {
                name: value for name, value in headers.items() if name != "Content-Type"
            },
            "body": sent,
        },
    }


def _links(monkeypatch):
    """An entry about a subject whose reason names them, and one that is still open."""
    ids, moments = iter(IDS), iter(accumulate([AT, 1, 1]))
    monkeypatch.setattr(rows, "new_id", lambda: next(ids))
    monkeypatch.setattr(rows, "_now", lambda: next(moments))
    ida = Who(7, "ida@acme.example", "admin", 1, "acme", "page-1", "192.0.2.1")
    first = rows.intent(
        ida,
        "authorization.remove",
        Effect.DESTROY,
        changes=[Change("locked", False, True)],
        region="us",
        service="17",
        subject="zoë\\1",
        reason='asked by zoë\\1: "now" \x7f \u2028 \U0001d11e </a>\t',
    )
    done = rows.outcome(first.entry, Outcome.DONE, status=200, code="A001")
    other = rows.intent(ida, "service.get", Effect.READ, region="us", service="17")
    said: list[Row] = [first, done, other]
    links, before = [], START
    for number, row in enumerate(said, start=1):
        phase, text = row.phase, content(row)
        before = mac(ring()["a1"], before, number, row.entry, phase, text)
        links.append(Link(number, row.entry, phase, text, "a1", before))
    return links


def test_the_documented_example_is_true(example):
    text = DOCUMENT.read_text()

    told = json.loads(text.partition("```json\n")[2].partition("\n```")[0])

    assert told == example
