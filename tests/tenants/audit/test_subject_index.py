"""Fingerprints of subjects for searches."""

import pytest
from django.core.management import call_command

from tenants.audit import record_builder
from tenants.audit.actor import Actor
from tenants.audit.integrity.verify import verify_audit_log
from tenants.audit.models import AuditEntry
from tenants.audit.subject_index import SUBJECT_FINGERPRINT_PATTERN, fingerprint_subject
from tenants.audit.writer import writer

pytestmark = pytest.mark.django_db
IDA = Actor(1, "ida@acme.example", "admin", 1, "acme")
OLD, NEW = (f"{name}:{letter * 43}=" for name, letter in (("old", "A"), ("new", "B")))


def add_entry(subject):
    row = record_builder.build_intent(IDA, "token.list", "read", subject=subject)
    writer.write([row])
    return AuditEntry.objects.get(entry=row.entry)


def test_subject_fingerprint_is_per_organization():
    anna = add_entry("anna@customer.example").mark

    assert SUBJECT_FINGERPRINT_PATTERN.fullmatch(anna)
    assert anna == fingerprint_subject(1, "anna@customer.example")
    assert anna not in {
        fingerprint_subject(2, "anna@customer.example"),
        fingerprint_subject(1, "anna"),
    }
    assert add_entry("").mark is fingerprint_subject(1, "") is None


def test_subject_fingerprint_survives_key_rotation(settings):
    settings.AUDIT_KEYS = OLD
    before = fingerprint_subject(1, "anna")

    settings.AUDIT_KEYS = f"{NEW},{OLD}"
    assert fingerprint_subject(1, "anna") == before
    settings.AUDIT_KEYS = NEW
    assert fingerprint_subject(1, "anna") != before


def test_subject_fingerprints_can_be_recomputed(capsys):
    anna, bo, nobody = add_entry("anna"), add_entry("bo"), add_entry("")
    AuditEntry.objects.filter(seq=anna.seq).update(mark=None)
    AuditEntry.objects.filter(seq=bo.seq).update(mark=anna.mark)
    assert verify_audit_log().first_bad_row == (
        anna.seq,
        "its subject fingerprint is wrong; run audit_marks",
    )

    call_command("audit_marks")

    assert "Updated 2 entries" in capsys.readouterr().out
    assert verify_audit_log().first_bad_row is None
    assert AuditEntry.objects.get(seq=nobody.seq).mark is None
