"""The example in `docs/reference/audit-log-example.md` is correct."""

import json
from base64 import b64encode
from datetime import UTC, datetime
from itertools import accumulate
from pathlib import Path
from uuid import UUID

import pytest

from console.models.webhooks import Delivery
from console.webhooks.signing import build_headers
from tenants.audit import record_builder, records
from tenants.audit.actor import Actor
from tenants.audit.integrity import chain_export, merkle, signing
from tenants.audit.integrity.chain import (
    GENESIS_MAC,
    ChainRow,
    compute_head_mac,
    compute_mac,
    get_audit_keys,
)
from tenants.audit.integrity.signed_tree import Checkpoint
from tenants.audit.integrity.tombstones import Tombstone
from tenants.audit.records import Record
from tenants.authlete.changes import FieldChange
from tenants.authlete.operation import Effect
from tenants.authlete.outcome import Outcome

DOCUMENT = Path(__file__).parents[4] / "docs" / "reference" / "audit-log-example.md"
IDS = ("0191f3a0-0000-7000-8000-000000000001", "0191f3a0-0001-7000-8000-000000000002")
AT = 1_758_000_000_000_000  # microseconds since 1970


@pytest.fixture
def example(settings, monkeypatch):
    salts = {
        "AUDIT_KEYS": "a1:" + b64encode(bytes(range(32))).decode(),
        "AUDIT_SIGNING_KEYS": "s1:" + b64encode(bytes(range(32, 64))).decode(),
    }
    for name, value in salts.items():
        setattr(settings, name, value)
    settings.AUDIT_PUBLIC_KEYS = ""
    links = _links(monkeypatch)
    befores = [GENESIS_MAC, *(row.mac for row in links)]
    faces = [merkle.redact_row(row) for row in links]
    grown, roots = merkle.MerkleTree(), []
    for row in links:
        grown.add(merkle.hash_row(row))
        roots.append(grown.root)
    unsigned = Checkpoint(len(links), roots[-1], AT + 9, GENESIS_MAC, "", "")
    name, signature = signing.sign(unsigned.signed_text)
    checkpoint = unsigned._replace(key=name, signature=signature)
    assert checkpoint.has_valid_signature
    tombstone = Tombstone.create(
        links[1],
        befores[1],
        kind="changes",
        run=IDS[1],
        **merkle.build_leaf_input(links[1])._asdict(),
    )
    sent = '{"timestamp":"2025-09-16T05:20:00+00:00","type":"audit.test","data":[]}'
    secret = "whsec_" + b64encode(bytes(range(64, 96))).decode()
    headers = build_headers(
        Delivery(pk=UUID(int=1)), sent.encode(), [secret], datetime.fromtimestamp(AT / 1e6, UTC)
    )
    return salts | {
        "AUDIT_PUBLIC_KEYS": signing.format_public_keys(),
        "derived": get_audit_keys()["a1"].hex(),
        "contents": [row.content for row in links],
        "export": [*chain_export.format_export(zip(links, befores, strict=False))],
        "head": {
            "seq": len(links),
            "link": links[-1].mac,
            "key": "a1",
            "mac": compute_head_mac(get_audit_keys()["a1"], len(links), links[-1].mac),
        },
        "leaves": [
            {
                "salt": merkle.find_salt(row.content),
                "told": face.visible,
                "hidden": face.hidden,
                "veil": face.commitment,
                "body": merkle.hash_body(face),
                "leaf": merkle.hash_row(row).hex(),
            }
            for row, face in zip(links, faces, strict=True)
        ],
        "roots": roots,
        "checkpoint": checkpoint.line,
        "tombstone": chain_export.format_line(
            links[1]._replace(content=tombstone.text), befores[1]
        ),
        "webhook": {
            "secret": secret,
            "headers": {name: value for name, value in headers.items() if name != "Content-Type"},
            "body": sent,
        },
    }


def _links(monkeypatch):
    """An entry about a subject whose reason names them, and one that is still open."""
    ids, moments = iter(IDS), iter(accumulate([AT, 1, 1]))
    monkeypatch.setattr(record_builder, "new_entry_id", lambda: next(ids))
    monkeypatch.setattr(record_builder, "_now_microseconds", lambda: next(moments))
    salts = iter(f"{number:032x}" for number in range(1, 4))
    monkeypatch.setattr(records, "new_salt", lambda: next(salts))
    ida = Actor(7, "ida@acme.example", "admin", 1, "acme", "page-1", "192.0.2.1")
    first = record_builder.build_intent(
        ida,
        "authorization.remove",
        Effect.DESTROY,
        changes=[FieldChange("locked", False, True)],
        region="us",
        service="17",
        subject="zoë\\1",
        reason='asked by zoë\\1: "now" \x7f \u2028 \U0001d11e </a>\t',
    )
    done = record_builder.build_outcome(first.entry, Outcome.SUCCEEDED, status=200, code="A001")
    other = record_builder.build_intent(ida, "service.get", Effect.READ, region="us", service="17")
    chain: list[Record] = [first, done, other]
    links, before = [], GENESIS_MAC
    for number, row in enumerate(chain, start=1):
        phase, text = row.phase, records.serialize_record(row)
        before = compute_mac(get_audit_keys()["a1"], before, number, row.entry, phase, text)
        links.append(ChainRow(number, row.entry, phase, text, "a1", before))
    return links


def test_documented_example_is_correct(example):
    text = DOCUMENT.read_text()

    example_rows = json.loads(text.partition("```json\n")[2].partition("\n```")[0])

    assert example_rows == example
