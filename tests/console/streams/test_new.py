import re

from django.core import serializers
from pytest_django.asserts import assertContains

from console.models import Stream
from tenants.audit.models import AuditEntry, AuditRecord

ONCE = "x" * 24


def test_shows_a_token_once_and_keeps_a_digest(admin):
    response = admin.post("/acme/streams/new/", {"name": "Splunk", "idempotency_key": ONCE})

    (token,) = set(re.findall(r"mrs_[\w-]{43}", response.content.decode()))
    stream = Stream.objects.get()
    assert Stream.find("acme", token) == stream
    assert token not in serializers.serialize("json", [stream])
    assert not AuditRecord.objects.filter(content__contains=token).exists()
    kept = AuditEntry.objects.get(operation="stream.add")
    assert (kept.outcome, kept.label) == ("done", "Splunk")


def test_needs_a_name(admin):
    response = admin.post("/acme/streams/new/", {"name": "", "idempotency_key": ONCE})

    assertContains(response, "required", status_code=422)
    assert not Stream.objects.exists()


def test_makes_one_of_a_form_that_is_sent_twice(admin):
    sent = {"name": "Splunk", "idempotency_key": ONCE}
    admin.post("/acme/streams/new/", sent)

    again = admin.post("/acme/streams/new/", sent)

    assert again["Location"] == "/acme/streams/"
    assert Stream.objects.count() == 1
