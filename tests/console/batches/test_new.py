"""Upload of a batch file."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django.asserts import assertContains

from console.batches import storage
from console.models import Batch, Chunk, UploadPart
from tenants.audit.models import AuditEntry
from tests.support.batches import CANARY, NEW, file, line
from tests.support.secret_scanner import dump_database


def test_upload_is_encrypted_and_checked(upload, token_service):
    batch = upload(line(1), line(2))

    assert batch.state == Batch.State.CHECKING
    assert UploadPart.objects.filter(batch=batch).exists()
    assert not any(CANARY in text for _, text in dump_database())
    entry = AuditEntry.objects.get(operation="batch.upload")
    assert (entry.object, entry.label) == (str(batch.pk), "tokens.jsonl")
    assert not [call for call in token_service.calls if "token" in call.operation]


def test_valid_file_is_split_into_requests(upload, run_worker):
    batch = run_worker(upload(*map(line, range(5))))

    assert (batch.state, batch.tokens, batch.format) == ("checked", 5, "jsonl")
    chunks = Chunk.objects.filter(batch=batch)
    assert [(chunk.first_line, chunk.last_line) for chunk in chunks] == [(1, 2), (3, 4), (5, 5)]
    assert chunks[0].entries[1] == line(1)
    assert not UploadPart.objects.exists()
    assert not any(CANARY in text for _, text in dump_database())


def test_file_with_issues_is_deleted_at_once(upload, run_worker):
    batch = run_worker(upload(line(1), line(2, scopes=["loans"]), line(1)))

    assert (batch.state, batch.fault_count) == ("faulty", 2)
    assert not UploadPart.objects.exists()
    assert not Chunk.objects.exists()
    assert not any(CANARY in text for _, text in dump_database())


def test_check_waits_for_an_unavailable_region(upload, worker, token_service):
    batch = upload(line(1))
    token_service.fault("down")

    worker()

    batch.refresh_from_db()
    assert batch.state == Batch.State.CHECKING


def test_large_file_is_refused(admin, token_service, settings):
    settings.UPLOAD_MAX_MB = 0
    body = {"idempotency_key": "x" * 24, "file": file(line(1))}

    response = admin.post(NEW, body)

    assertContains(response, "larger than 0 MB", status_code=422)
    assert not Batch.objects.exists()


def test_many_files_use_the_memory_of_one(admin, token_service, settings, monkeypatch):
    """Only the first of several files of the largest size is read."""
    settings.UPLOAD_MAX_MB = 1
    peaks: list[int] = []

    def made(name, content):
        peaks.append(len(content))
        return SimpleUploadedFile(name, content)

    monkeypatch.setattr("console.web.uploads.SimpleUploadedFile", made)
    many = {f"f{at}": SimpleUploadedFile("x", b"x" * 900_000) for at in range(5)}
    admin.post(NEW, many)

    assert sum(peaks) == 900_000


def test_file_is_stored_and_checked_in_parts(upload, run_worker, monkeypatch):
    monkeypatch.setattr(storage, "PIECE_BYTES", 100)  # bytes

    batch = upload(*map(line, range(1, 6)))

    assert UploadPart.objects.filter(batch=batch).count() > 5
    checked = run_worker(batch)
    assert (checked.state, checked.tokens) == ("checked", 5)


def test_empty_file_has_an_issue(upload, run_worker):
    assert run_worker(upload()).fault_count == 1


def test_upload_of_a_non_member_is_not_read(client, token_service, acme, monkeypatch):
    """It isn't even read into memory."""
    reads: list[bytes] = []

    def made(name, content):
        reads.append(content)
        return SimpleUploadedFile(name, content)

    monkeypatch.setattr("console.web.uploads.SimpleUploadedFile", made)
    client.handler.enforce_csrf_checks = True
    response = client.post(NEW, {"file": file(line(1))})

    assert response.status_code == 403
    assert CANARY not in str(reads)


@pytest.mark.parametrize("name", ["../../etc/passwd", "C:\\x\\tokens.csv", "a\0b.csv"])
def test_path_is_removed_from_the_file_name(upload, name):
    batch = upload(line(1), name=name)

    assert "/" not in batch.file_name
    assert "\0" not in batch.file_name
