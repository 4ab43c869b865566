"""What subjects are searched by, since no address may hold one."""

import pytest
from django.core.management import call_command

from tenants.audit import rows
from tenants.audit.marks import MARK, mark
from tenants.audit.models import AuditEntry
from tenants.audit.verify import verify
from tenants.audit.who import Who
from tenants.audit.writer import writer

pytestmark = pytest.mark.django_db
IDA = Who(1, "ida@acme.example", "admin", 1, "acme")
OLD, NEW = (f"{name}:{letter * 43}=" for name, letter in (("old", "A"), ("new", "B")))


def keep(subject):
    row = rows.intent(IDA, "token.list", "read", subject=subject)
    writer.write([row])
    return AuditEntry.objects.get(entry=row.entry)


def test_is_the_same_for_one_subject_of_one_organization_alone():
    anna = keep("anna@customer.example").mark

    assert MARK.fullmatch(anna)
    assert anna == mark(1, "anna@customer.example")
    assert anna not in {mark(2, "anna@customer.example"), mark(1, "anna")}
    assert keep("").mark is mark(1, "") is None


def test_stays_when_a_key_is_put_in_front(settings):
    settings.AUDIT_KEYS = OLD
    before = mark(1, "anna")

    settings.AUDIT_KEYS = f"{NEW},{OLD}"
    assert mark(1, "anna") == before
    settings.AUDIT_KEYS = NEW
    assert mark(1, "anna") != before


def test_is_compared_and_can_be_made_anew(capsys):
    anna, bo, nobody = keep("anna"), keep("bo"), keep("")
    AuditEntry.objects.filter(seq=anna.seq).update(mark=None)
    AuditEntry.objects.filter(seq=bo.seq).update(mark=anna.mark)
    assert verify().bad == (
        anna.seq,
        "it is not searchable by its subject; run audit_marks",
    )

    call_command("audit_marks")

    assert "Marked anew: 2 entries" in capsys.readouterr().out
    assert verify().bad is None
    assert AuditEntry.objects.get(seq=nobody.seq).mark is None
