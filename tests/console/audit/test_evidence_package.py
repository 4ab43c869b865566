"""Evidence packages: creation by a job, verification and download."""

import csv
import io
import json
import zipfile
from contextlib import nullcontext
from datetime import timedelta
from types import SimpleNamespace
from typing import cast

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.management import call_command
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from console.audit import evidence_packages
from console.models import EvidencePackage
from tenants.audit.actor import Actor
from tenants.audit.events import AUDIT_EXPORT, SEARCH_SAVE, SIGN_OUT, WEBHOOK_REMOVE
from tenants.audit.evidence import verify_audit
from tenants.audit.evidence.package import EvidencePackageWriter
from tenants.audit.integrity import checkpoints
from tenants.audit.integrity.signing import format_public_keys
from tenants.audit.models import AuditEntry, AuditRecord
from tenants.audit.recorder import record_event
from tenants.audit.retention.expiry import delete_expired_entries
from tenants.authlete.changes import FieldChange
from tenants.jobs.audit_tasks import CACHE_KEY
from tenants.jobs.context import JobContext
from tenants.jobs.models import Item, Job
from tenants.models import Membership
from tenants.organizations.roles import Role
from tests.support.audit_tampering import CHECKPOINT_KEY, drop_append_only_triggers
from tests.support.authentication import expire_authentication
from tests.support.backdating import backdate_entries
from tests.support.forms import URLENCODED, fill_form

POLL = {"HX-Request": "true", "X-Poll": "yes"}
SUBJECT = 'jürgen"jo@bank.example'


@pytest.fixture
def entries(acme, add_entry, settings):
    settings.AUDIT_SIGNING_KEYS = CHECKPOINT_KEY
    for number in range(4):
        add_entry(effect="destroy", operation="client.delete", label=f"=App {number}")
    add_entry(effect="destroy", operation="grant.delete", subject=SUBJECT, reason=SUBJECT)
    add_entry(effect="change")


@pytest.fixture
def package_path(auditor, entries, worker):
    """The path of an evidence package of destructive entries."""
    path = "/acme/audit/export/?effect=destroy"
    form = fill_form(auditor.get(path), "idempotency_key")
    path = auditor.post(path, form, content_type=URLENCODED)["Location"]
    assert "In progress" in auditor.get(path).content.decode()
    worker()
    return path


def test_second_request_leads_to_the_package_in_progress(auditor, package_path, worker):
    path = "/acme/audit/export/?effect=change"

    def ask():
        form = fill_form(auditor.get(path), "idempotency_key")
        return auditor.post(path, form, content_type=URLENCODED, follow=True)

    EvidencePackage.objects.update(completed_at=None)
    Job.objects.update(state="paused")
    other = ask()
    assert other.redirect_chain == [(package_path, 302)]
    assertContains(other, "Only one package can be created at a time")
    assert Job.objects.count() == 1

    Job.objects.update(state="cancelled")
    assertNotContains(ask(), "Only one package can be created at a time")
    assert Job.objects.count() == EvidencePackage.objects.count() == 2


def downloaded(browser, path):
    return b"".join(browser.get(path, {"download": "1"}))


def test_package_is_created_verified_and_downloaded(auditor, package_path, tmp_path):
    page = auditor.get(package_path, headers=POLL).content.decode()
    data = downloaded(auditor, package_path)

    assert "Download" in page
    assert 'hx-swap-oob="innerHTML">Ready to download.' in page
    assert "every 2s" not in page
    assert EvidencePackage.objects.get().size == len(data)
    path = tmp_path / "pack.zip"
    path.write_bytes(data)
    report = verify_audit.verify(str(path), format_public_keys())
    assert "OK: 10 rows of 5 entries" in report
    assert "search: effect:destroy" in report
    assert SUBJECT.encode() not in data
    with zipfile.ZipFile(path) as pack:
        texts = {name: pack.read(name).decode() for name in pack.namelist()}
    assert not [name for name, text in texts.items() if SUBJECT in text]
    rows = list(csv.DictReader(io.StringIO(texts["changes.csv"])))
    assert [row["effect"] for row in rows] == ["destroy"] * 5
    assert rows[0]["reason"] == ""
    assert rows[-1]["what"].endswith("=App 0")
    access = list(csv.DictReader(io.StringIO(texts["access.csv"])))
    assert [(line["person"], line["role"]) for line in access] == [("AUDITOR", "auditor")]
    manifest = json.loads(texts["manifest.json"])
    assert (manifest["made_by"], manifest["entries"]) == ("AUDITOR", 5)


def test_package_contains_the_results_at_request_time(auditor, entries, worker, time_machine):
    path = "/acme/audit/export/?effect=destroy&after=90min"
    form = fill_form(auditor.get(path), "idempotency_key")
    path = auditor.post(path, form, content_type=URLENCODED)["Location"]
    time_machine.move_to(timezone.now() + timedelta(hours=2))
    worker()

    assert EvidencePackage.objects.get().entries == 5
    auditor.get(path)


def test_package_contains_the_access_review_at_the_end_of_the_period(
    auditor, acme, entries, add_entry, worker
):
    user = User.objects.create_user("ida@acme.example")
    Membership.objects.create(organization=acme, user=user, role="admin")
    for name, before, after, days in (("add", None, "editor", 9), ("change", "editor", "admin", 2)):
        changes, ago = [FieldChange("role", before, after)], timedelta(days=days)
        add_entry(f"member.{name}", object="ida@acme.example", changes=changes, ago=ago)
    day = timezone.localdate() - timedelta(days=5)
    path = f"/acme/audit/export/?until={day}"
    path = auditor.post(
        path, fill_form(auditor.get(path), "idempotency_key"), content_type=URLENCODED
    )["Location"]
    worker()

    with zipfile.ZipFile(io.BytesIO(downloaded(auditor, path))) as pack:
        packed = pack.read("access.csv").decode()
    export = auditor.get("/acme/audit/access/", {"on": str(day), "format": "csv"})
    assert packed == b"".join(export).decode()
    assert "Editor → Administrator" in packed


def test_package_lists_deletions_and_stays_valid_after_more(
    auditor, acme, entries, worker, tmp_path, settings, make_actor
):
    with backdate_entries(3000):
        record_event(make_actor(), SIGN_OUT)
    with backdate_entries(2600):
        record_event(make_actor(), SIGN_OUT)
        record_event(make_actor(), SEARCH_SAVE)
    settings.AUDIT_KEEP = {"searches": "2900"}
    expired = delete_expired_entries(
        lambda organization_id: Actor(0, "worker", organization_id=organization_id)
    )
    assert sum(expired) == 2
    path = "/acme/audit/export/?reads=1"
    form = fill_form(auditor.get(path), "idempotency_key")
    path = auditor.post(path, form, content_type=URLENCODED)["Location"]
    worker()
    file = tmp_path / "pack.zip"
    file.write_bytes(downloaded(auditor, path))
    report = verify_audit.verify(str(file), format_public_keys())

    day = (timezone.now() - timedelta(days=2557)).date().isoformat()
    assert f"not searched: 2 signins from before {day}" in report
    with zipfile.ZipFile(file) as pack:
        rows = pack.read("entries.jsonl").decode()
    assert "search.save" in rows
    settings.AUDIT_KEEP = {}
    expired = delete_expired_entries(
        lambda organization_id: Actor(0, "worker", organization_id=organization_id)
    )
    assert sum(expired) == 1
    checkpoints.create_checkpoint()
    call_command("audit_checkpoint", out=tmp_path / "kept.jsonl")
    assert (
        verify_audit.verify(str(file), format_public_keys(), str(tmp_path / "kept.jsonl")) == report
    )


def test_entries_deleted_meanwhile_fail_the_package(auditor, entries, worker, make_actor):
    with backdate_entries(3000):
        record_event(make_actor(), WEBHOOK_REMOVE)
    path = "/acme/audit/export/?effect=destroy"
    form = fill_form(auditor.get(path), "idempotency_key")
    path = auditor.post(path, form, content_type=URLENCODED)["Location"]
    written = EvidencePackageWriter.write_lines

    def lines(self, name, found):
        written(self, name, found)
        if name == "changes.csv":
            sum(
                delete_expired_entries(
                    lambda organization_id: Actor(0, "worker", organization_id=organization_id)
                )
            )

    cache.set(CACHE_KEY, "yes")  # the worker itself is not to remove it before
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(EvidencePackageWriter, "write_lines", lines)
        worker()

    assert "deleted meanwhile" in auditor.get(path).content.decode()


def test_package_has_the_announced_number_of_entries(auditor, entries, add_entry, worker):
    path = "/acme/audit/export/?reads=1"
    page = auditor.get(path)
    location = auditor.post(path, fill_form(page, "idempotency_key"), content_type=URLENCODED)[
        "Location"
    ]
    add_entry(label="Too late")
    worker()

    assert EvidencePackage.objects.get().entries == page.context["count"]
    with zipfile.ZipFile(io.BytesIO(downloaded(auditor, location))) as pack:
        packed = pack.read("changes.csv").decode()
    assert "job.started" not in packed
    assert "Too late" not in packed


def test_each_download_is_logged(auditor, package_path):
    downloaded(auditor, package_path)
    answer = auditor.get(package_path, {"download": "1"})

    assert answer["Content-Disposition"].startswith('attachment; filename="evidence-')
    assert answer["Cache-Control"] == "no-store"
    entries = AuditEntry.objects.filter(operation="audit.export")
    assert [entry.label for entry in entries] == ["5 entries, evidence pack"] * 2


def test_restarted_package_is_identical(auditor, package_path, monkeypatch):
    monkeypatch.setattr(evidence_packages, "PART_BYTES", 500)
    first = downloaded(auditor, package_path)
    pack = EvidencePackage.objects.get()
    EvidencePackage.objects.update(completed_at=None)
    item = Item.objects.get()
    item.inputs, item.sealed = (
        json.dumps({"pack": str(pack.pk), "asked": "effect=destroy", "zone": "UTC"}),
        False,
    )

    evidence_packages.build_package(cast(JobContext, SimpleNamespace(keep_alive=nullcontext)), item)

    again = downloaded(auditor, package_path)
    assert pack.parts.count() > 5
    names = [zipfile.ZipFile(io.BytesIO(data)).namelist() for data in (first, again)]
    assert names[0] == names[1]


def test_failure_is_explained(auditor, entries, worker, settings):
    settings.AUDIT_SIGNING_KEYS = ""
    url = "/acme/audit/export/"
    path = auditor.post(
        url, fill_form(auditor.get(url), "idempotency_key"), content_type=URLENCODED
    )["Location"]
    worker()

    page = auditor.get(path).content.decode()
    assert "Failed" in page
    assert "AUDIT_SIGNING_KEYS" in page


def test_tampered_log_yields_no_package(auditor, entries, worker):
    drop_append_only_triggers()
    AuditRecord.objects.filter(seq=2).update(content="{}")
    url = "/acme/audit/export/"
    path = auditor.post(
        url, fill_form(auditor.get(url), "idempotency_key"), content_type=URLENCODED
    )["Location"]
    worker()

    assert "Log verification failed" in auditor.get(path).content.decode()


def test_package_is_deleted_after_its_lifetime(auditor, package_path, time_machine):
    evidence_packages.delete_old_packages()
    assert auditor.get(package_path).status_code == 200
    time_machine.move_to(timezone.now() + evidence_packages.PACKAGE_LIFETIME + timedelta(minutes=1))
    evidence_packages.delete_old_packages()

    assert not EvidencePackage.objects.exists()


def test_needs_an_auditor_of_the_organization(auditor, package_path, member):
    assert member(Role.EDITOR).get(package_path).status_code == 403
    assert auditor.get(package_path.replace("acme", "other")).status_code == 404


def test_download_needs_a_recent_sign_in(auditor, package_path):
    response = expire_authentication(auditor).get(f"{package_path}?download")

    assert response["Location"].startswith("/accounts/reauthenticate/")
    assert auditor.get(package_path).status_code == 200
    assert not AuditEntry.objects.filter(operation=AUDIT_EXPORT.name).exists()
