import re

from django.core import serializers
from pytest_django.asserts import assertContains

from console.models import Stream
from tenants.audit.models import AuditEntry, AuditRecord


def test_shows_a_token_once_and_keeps_a_digest(admin):
    response = admin.post("/acme/streams/new/", {"name": "Splunk"})

    (token,) = set(re.findall(r"mrs_[\w-]{43}", response.content.decode()))
    stream = Stream.objects.get()
    assert Stream.find("acme", token) == stream
    assert token not in serializers.serialize("json", [stream])
    assert not AuditRecord.objects.filter(content__contains=token).exists()
    kept = AuditEntry.objects.get(operation="stream.add")
    assert (kept.outcome, kept.label) == ("done", "Splunk")


def test_needs_a_name(admin):
    response = admin.post("/acme/streams/new/", {"name": ""})

    assertContains(response, "required", status_code=422)
    assert not Stream.objects.exists()
