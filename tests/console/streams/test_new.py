import re
from datetime import timedelta

import pytest
from django.core import serializers
from django.utils import timezone
from pytest_django.asserts import assertContains

from console.models import Stream
from tenants.audit.models import AuditEntry, AuditRecord

ONCE = "x" * 24


def in_days(days):
    return {"expires_on": (timezone.localdate() + timedelta(days=days)).isoformat()}


SENT = {"name": "Splunk", "idempotency_key": ONCE, **in_days(30)}


def test_token_is_shown_once_and_stored_as_a_digest(admin):
    response = admin.post("/acme/streams/new/", SENT)

    (token,) = set(re.findall(r"mrs_[\w-]{43}", response.content.decode()))
    stream = Stream.objects.get()
    assert Stream.find("acme", token) == stream
    assert token not in serializers.serialize("json", [stream])
    assert not AuditRecord.objects.filter(content__contains=token).exists()
    entry = AuditEntry.objects.get(operation="stream.add")
    assert (entry.outcome, entry.label) == ("done", "Splunk")


def test_name_is_required(admin):
    response = admin.post("/acme/streams/new/", SENT | {"name": ""})

    assertContains(response, "required", status_code=422)
    assert not Stream.objects.exists()


def test_repeated_submit_creates_one_stream(admin):
    admin.post("/acme/streams/new/", SENT)

    again = admin.post("/acme/streams/new/", SENT)

    assert again["Location"] == "/acme/streams/"
    assert Stream.objects.count() == 1


@pytest.mark.parametrize("day", [{}, in_days(0), in_days(-1), in_days(367)])
def test_expiry_is_required_and_limited(admin, day):
    response = admin.post("/acme/streams/new/", {"name": "Splunk", "idempotency_key": ONCE, **day})

    assert response.status_code == 422
    assert not Stream.objects.exists()


def test_token_expires_after_the_chosen_day(admin):
    admin.post("/acme/streams/new/", SENT)

    stream = Stream.objects.get()
    left = stream.expires_at - timezone.now()
    assert timedelta(days=30) < left <= timedelta(days=31)
    assert stream.owner
    assert stream.owner.user.username == "ADMIN"
    entry = AuditEntry.objects.get(operation="stream.add")
    assert entry.changes == [{"field": "expires_on", "before": None, "after": SENT["expires_on"]}]
