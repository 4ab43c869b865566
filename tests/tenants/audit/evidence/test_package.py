"""Evidence packages verify elsewhere and reveal any change."""

import io
import json
import random
import subprocess
import sys
import zipfile
from base64 import b64encode
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.management import call_command

from tenants.audit.actor import Actor
from tenants.audit.events import AUDIT_READ
from tenants.audit.evidence import verify_audit
from tenants.audit.evidence.package import VERIFIER_PATH, EvidencePackageWriter, build_proof_parts
from tenants.audit.integrity import checkpoints, signing
from tenants.audit.recorder import AuditLogSink, record_event
from tenants.authlete.audit_sink import CallIntent, CallOutcome
from tenants.authlete.changes import FieldChange
from tenants.authlete.operation import Effect, Operation
from tenants.authlete.outcome import Outcome
from tests.support.audit_tampering import CHECKPOINT_KEY, drop_append_only_triggers, recompute_chain

IDA = Actor(1, "ida", "admin", 1, "acme", "page-1", "192.0.2.1")
PUSH = Operation("push", "POST /push", dict, Effect.CHANGE)
SUBJECT = "j\u00f6rg@acme.example"


@pytest.fixture
def calls(db, settings):
    """Eleven calls, the fourth about a subject; their ids."""
    settings.AUDIT_SIGNING_KEYS = CHECKPOINT_KEY
    log, entries = AuditLogSink(IDA, reason="h\u00e4ngt \u2028"), []
    for number in range(11):
        subject = SUBJECT if number == 3 else ""
        changes = (FieldChange("name", number, f"to {subject}"),)
        call = CallIntent(PUSH, "us", f"/push/{subject}", {}, subject, changes)
        (entry,) = log.record_intents([call])
        log.record_outcomes([CallOutcome(entry, Outcome.SUCCEEDED, 200, "A001")])
        entries.append(entry)
        if number == 4:
            checkpoints.create_checkpoint()
    checkpoints.create_checkpoint()
    return entries


def pack(chosen):
    last = checkpoints.load_last_checkpoint()
    assert last
    out = io.BytesIO()
    evidence = EvidencePackageWriter(out)
    count = evidence.write_rows(lambda row: row.entry in chosen, last)
    evidence.write_lines("changes.csv", ["a,b\r\n"])
    evidence.close(organization="acme", search="effect=destroy", entries=len(chosen), rows=count)
    return out.getvalue()


def run(path, *more):
    """The verifier as it lies in the pack, on its own."""
    script = path.with_name("verify_audit.py")
    script.write_bytes(zipfile.ZipFile(path).read("verify_audit.py"))
    result = subprocess.run(
        [sys.executable, "-I", "-S", script, path, *more],
        check=False,
        capture_output=True,
        text=True,
        cwd="/",
        env={},
    )
    assert not result.stderr
    return result.returncode, result.stdout


def changed(data, **files):
    """The same pack with other files in it, or without where there is none."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            edit = files.pop(name, None)
            text = old.read(name).decode()
            if edit:
                new.writestr(name, edit(text))
            elif edit is None:
                new.writestr(name, text)
        for name, edit in files.items():
            new.writestr(name, edit(""))
    return out.getvalue()


def verify(data, tmp_path):
    """Return the verifier's verdict, computed in this process."""
    path = tmp_path / "tampered.zip"
    path.write_bytes(data)
    try:
        return verify_audit.verify(str(path))
    except verify_audit.PackageError as error:
        return str(error)


def test_package_verifies_alone_with_external_key_and_anchor(calls, tmp_path):
    path, anchor = tmp_path / "pack.zip", tmp_path / "kept.jsonl"
    path.write_bytes(pack({calls[0], calls[3], calls[9]}))
    call_command("audit_checkpoint", out=anchor)

    status, output = run(path)
    assert status == 0
    assert output.startswith("OK: 6 rows of 3 entries, all among the first 22 rows")
    assert "Compare it" in output
    assert run(path, "--key", signing.format_public_keys(), "--anchor", anchor)[0] == 0
    other = f"s1:{'D' * 43}="
    assert run(path, "--key", other)[1].startswith("FAILED: the last checkpoint")


def test_package_contains_no_subject(calls):
    with zipfile.ZipFile(io.BytesIO(pack(calls))) as package:
        text = "".join(package.read(name).decode() for name in package.namelist())
        rows = package.read("entries.jsonl").decode().splitlines()
    assert SUBJECT not in text
    assert "acme.example" not in text
    content = json.loads(rows[6])["told"]
    assert not content.keys() & {"subject", "path", "changed"}
    assert content["reason"] == "h\u00e4ngt \u2028"
    assert "subject" in json.loads(rows[0])["told"]


def test_proof_is_short_for_few_entries(calls):
    proof_parts = list(build_proof_parts(lambda row: row.entry == calls[5], 22))

    assert [part.rows for part in proof_parts] == [8, 2, 1, 1, 4, 4, 2]
    assert [part.row.seq for part in proof_parts if part.row] == [11, 12]
    assert [part.rows for part in build_proof_parts(lambda row: False, 22)] == [16, 4, 2]


LINE = '{"entry":"x","phase":"intent","seq":1,"told":{},"veil":""}\n'


def drop(number):
    return lambda text: "".join(
        line for at, line in enumerate(text.splitlines(True)) if at != number
    )


def swap(text):
    first, two, *rest = text.splitlines(True)
    return "".join([two, first, *rest])


def other(digit):
    return "0" if digit != "0" else "1"


TAMPERED = {
    "a row": ("entries.jsonl", lambda t: t.replace("A001", "A002", 1), "row 2: the row was"),
    "the last row": ("entries.jsonl", lambda t: t[:-9] + other(t[-9]) + t[-8:], "row 22: the row"),
    "a veil": ("entries.jsonl", lambda t: t.replace('"veil":"', '"veil":"0'), "row 1:"),
    "a row gone": ("entries.jsonl", drop(3), "row 4: the row is missing"),
    "the tail gone": ("entries.jsonl", drop(21), "row 22: the row is missing"),
    "rows swapped": ("entries.jsonl", swap, "row 1: the row is missing or out of"),
    "a row put in": ("entries.jsonl", lambda t: LINE + t, "row 1:"),
    "a row put at the end": ("entries.jsonl", lambda t: t + LINE, "rows without proof"),
    "no JSON": ("entries.jsonl", lambda t: "x" + t, "unreadable"),
    "a leaf": ("proof.jsonl", drop(4), "row 5: the row is missing or out of"),
    "the proof's end": ("proof.jsonl", drop(21), "rows without proof"),
    "a checkpoint": (
        "checkpoints.jsonl",
        lambda t: t.replace('"size":22', '"size":24'),
        "don't make the root",
    ),
    "a checkpoint gone": ("checkpoints.jsonl", drop(0), "doesn't follow"),
    "a time": (
        "checkpoints.jsonl",
        lambda t: t[:-9].replace('"time":1', '"time":2') + t[-9:],
        "doesn't follow",
    ),
    "the words": ("changes.csv", lambda t: t + "x", "changes.csv was changed"),
    "the verifier": ("verify_audit.py", lambda t: t + "#", "verify_audit.py was"),
    "the manifest": (
        "manifest.json",
        lambda t: t.replace("destroy", "reveal"),
        "manifest.json has no valid signature",
    ),
    "a file more": ("more.txt", lambda t: "x", "missing or extra files: more.txt"),
    "a file less": ("changes.csv", False, "missing or extra files: changes.csv"),
}


@pytest.mark.parametrize("case", TAMPERED)
def test_every_change_is_named(calls, tmp_path, case):
    whole = pack(calls)
    name, edit, message = TAMPERED[case]

    assert verify(whole, tmp_path).startswith("OK")
    assert message in verify(changed(whole, **{name: edit}), tmp_path)


def test_exit_code_reports_the_result(calls, tmp_path):
    path = tmp_path / "pack.zip"
    path.write_bytes(changed(pack(calls), **{"entries.jsonl": lambda t: t.replace("A001", "A002")}))

    assert run(path) == (1, "FAILED: first bad row 2: the row was changed\n")
    path.write_bytes(b"PK")
    status, output = run_on_its_own(path)
    assert (status, output.startswith("FAILED: the package is unreadable")) == (1, True)


def test_any_damage_is_reported(calls, tmp_path):
    whole, messages = pack(calls), set()
    draw = random.Random(7)
    for _ in range(150):
        at = draw.randrange(len(whole))
        damaged = whole[:at] + bytes([whole[at] ^ draw.randrange(1, 256)])
        messages.add(verify(damaged + whole[at + 1 :], tmp_path)[:2] == "OK")
        assert not verify(whole[:at], tmp_path).startswith("OK")
    assert False in messages


def run_on_its_own(path):
    result = subprocess.run(
        [sys.executable, "-I", VERIFIER_PATH, path], check=False, capture_output=True, text=True
    )
    return result.returncode, result.stdout


def test_package_of_a_rewritten_log_fails_with_an_anchor(calls, tmp_path):
    """By somebody with all keys, who can sign whatever they like."""
    from tenants.audit.models import AuditCheckpoint, AuditRecord

    anchor = tmp_path / "kept.jsonl"
    call_command("audit_checkpoint", out=anchor)
    drop_append_only_triggers()
    row = AuditRecord.objects.get(seq=2)
    AuditRecord.objects.filter(seq=2).update(content=row.content.replace("A001", "A002"))
    AuditCheckpoint.objects.all().delete()
    recompute_chain()
    checkpoints.create_checkpoint()
    path = tmp_path / "forged.zip"
    path.write_bytes(pack(calls))

    assert run(path, "--key", signing.format_public_keys())[0] == 0
    assert "rewritten" in run(path, "--anchor", anchor)[1]


def resigned(data, name):
    """The same checkpoints and rows with other words, by a key of somebody else's."""
    with zipfile.ZipFile(io.BytesIO(data)) as old:
        files = {file_name: old.read(file_name) for file_name in old.namelist()}
    key = Ed25519PrivateKey.from_private_bytes(b"E" * 32)

    def sign(*said):
        return b64encode(key.sign(verify_audit.lines(*said))).decode()

    manifest = json.loads(files.pop("manifest.json"))
    files["changes.csv"] = b"nobody did anything"
    last = json.loads(files["checkpoints.jsonl"].splitlines()[-1])
    again = last | {
        "key": name,
        "signature": b64encode(key.sign(verify_audit.checkpoint_text(last))).decode(),
    }
    lines = files["checkpoints.jsonl"].splitlines()
    files["checkpoints.jsonl"] = b"\n".join([*lines[:-1], json.dumps(again).encode()])
    public = b64encode(key.public_key().public_bytes_raw()).decode()
    manifest["public_keys"] |= {name: public}
    for file in manifest["files"]:
        manifest["files"][file] = sha256(files[file]).hexdigest()
    text = json.dumps(manifest).encode()
    signature = sign("meridian audit evidence v1", sha256(text).hexdigest())
    files |= {
        "manifest.json": text,
        "manifest.sig": json.dumps({"key": name, "signature": signature}).encode(),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for file, content in files.items():
            new.writestr(file, content)
    return out.getvalue()


def test_foreign_signatures_are_not_covered_by_an_anchor(calls, tmp_path):
    path, anchor = tmp_path / "pack.zip", tmp_path / "kept.jsonl"
    call_command("audit_checkpoint", out=anchor)
    whole = pack(calls)
    path.write_bytes(whole)
    assert "compare it" not in run(path, "--anchor", anchor)[1]

    path.write_bytes(resigned(whole, "s1"))
    output = run(path, "--anchor", anchor)
    assert output[0] == 1
    assert "the checkpoint kept elsewhere has no valid signature" in output[1]
    path.write_bytes(resigned(whole, "s2"))
    status, output = run(path, "--anchor", anchor)
    assert (status, "Compare it" in output, output[:4]) == (0, True, "OK: ")
    assert run(path, "--key", signing.format_public_keys())[0] == 1


def test_rows_after_an_anchor_are_not_covered_by_it(calls, tmp_path):
    path, anchor = tmp_path / "pack.zip", tmp_path / "kept.jsonl"
    call_command("audit_checkpoint", out=anchor)
    record_event(IDA, AUDIT_READ)
    checkpoints.create_checkpoint()
    path.write_bytes(pack(calls))
    assert run(path, "--anchor", anchor)[1].startswith("OK: ")

    path.write_bytes(resigned(path.read_bytes(), "s2"))
    output = run(path, "--anchor", anchor)[1]
    assert output.startswith("OK up to row 22: ")
    assert "Later rows rest on the key in the package alone. The key" in output


def test_bundled_ed25519_agrees_with_cryptography():
    for number in range(6):
        key = Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)
        public, text = key.public_key().public_bytes_raw(), b"m" * number
        signature = key.sign(text)
        high = int.from_bytes(signature[32:], "little") + verify_audit.Q
        malleable = signature[:32] + high.to_bytes(32, "little")

        assert verify_audit.is_signed(public, text, signature)
        assert not verify_audit.is_signed(public, text + b"x", signature)
        assert not verify_audit.is_signed(public, text, malleable)
        assert not verify_audit.is_signed(public[::-1], text, signature)
        assert not verify_audit.is_signed(public, text, signature[:-1])
