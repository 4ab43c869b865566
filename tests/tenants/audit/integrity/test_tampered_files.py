"""Tampered exports and packages are rejected without a traceback."""

import io
import subprocess
import sys
import zipfile

import pytest
from django.core.management import CommandError, call_command

from tenants.audit.evidence.package import VERIFIER_PATH, EvidencePackageWriter
from tenants.audit.integrity import checkpoints
from tenants.audit.integrity.chain_export import format_export, read_all_rows, read_rows_of
from tenants.audit.models import AuditEntry
from tests.support.audit_tampering import CHECKPOINT_KEY
from tests.tenants.audit.integrity.tampering import files
from tests.tenants.audit.integrity.tampering.fixture_log import calls


@pytest.fixture
def record(db, settings):
    settings.AUDIT_SIGNING_KEYS = CHECKPOINT_KEY
    calls(3)
    assert checkpoints.create_checkpoint()


def pack():
    out, last = io.BytesIO(), checkpoints.load_last_checkpoint()
    assert last
    evidence = EvidencePackageWriter(out)
    entries = set(AuditEntry.objects.filter(actor="ida").values_list("entry", flat=True))
    count = evidence.write_rows(lambda row: row.entry in entries, last)
    evidence.close(organization="acme", search="", entries=len(entries), rows=count)
    return out.getvalue()


def contents(data):
    """What a pack unpacks to; of anything else, all of it."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            return [(info.filename, package.read(info)) for info in package.infolist()]
    except zipfile.BadZipFile:
        return data


def unfound(whole, tampered, path):
    """Those of which the command does not say that they are not whole; a bit of a ZIP
    may be another where all files unpack to the same.
    """
    same = contents(whole)
    for name, data in tampered:
        path.write_bytes(data)
        try:
            call_command("audit_verify", file=path, stdout=io.StringIO())
        except CommandError:
            continue
        if not name.startswith("bit ") or contents(data) != same:
            yield name


def test_tampered_exports_are_rejected(record, tmp_path):
    path = tmp_path / "export.jsonl"
    for rows in (read_all_rows(), read_rows_of(AuditEntry.objects.all())):
        whole = "".join(format_export(rows)).encode()
        path.write_bytes(whole)
        call_command("audit_verify", file=path)
        tampered = list(files.exports(whole))

        assert len(tampered) > 100
        assert [*unfound(whole, tampered, path)] == []


def test_tampered_packages_are_rejected(record, tmp_path):
    whole, path = pack(), tmp_path / "pack.zip"
    path.write_bytes(whole)
    call_command("audit_verify", file=path)
    tampered = list(files.packs(whole))

    assert len(tampered) > 100
    assert [*unfound(whole, tampered, path)] == []


def test_tampered_packages_are_rejected_by_their_own_verifier(record, tmp_path):
    """The verifier that lies in a pack, without this program, for one of each kind."""
    path = tmp_path / "pack.zip"
    for name, data in list(files.packs(pack()))[72::11]:
        path.write_bytes(data)
        result = subprocess.run(
            [sys.executable, "-I", "-S", VERIFIER_PATH, path],
            check=False,
            capture_output=True,
            env={"PYTHONIOENCODING": "ascii"},
        )
        assert (result.returncode, result.stderr) == (1, b""), name
        assert result.stdout.startswith(b"FAILED"), name
