import csv
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from tenants.audit.models import AuditEntry
from tenants.authlete.changes import Change
from tenants.models import Membership

URL = "/acme/audit/access/"
DAY = timedelta(days=1)


@pytest.fixture
def people(acme, keep):
    """Ida became an admin a week ago, Bo left five days ago, Cy came by no entry."""

    def role(operation, person, before, after, days):
        changes = [Change("role", before, after)]
        keep(f"member.{operation}", object=person, changes=changes, ago=days * DAY)

    for person, now in (("ida@acme.example", "admin"), ("cy@acme.example", "viewer")):
        user = User.objects.create_user(person)
        Membership.objects.create(organization=acme, user=user, role=now)
    role("add", "ida@acme.example", None, "editor", 200)
    role("add", "bo@acme.example", None, "help desk", 150)
    role("change", "ida@acme.example", "editor", "admin", 7)
    role("remove", "bo@acme.example", "help desk", None, 5)


def rows(browser, days):
    day = (timezone.localdate() - days * DAY).isoformat()
    response = browser.get(f"{URL}?on={day}&format=csv")
    text = b"".join(response.streaming_content).decode()
    return {one["person"]: one for one in csv.DictReader(text.splitlines())}


def test_tells_who_could_do_what_on_a_day(auditor, people):
    then, lately, now = (rows(auditor, days) for days in (10, 6, 0))

    assert then["ida@acme.example"]["role"] == "editor"
    assert "Editor → Administrator" in then["ida@acme.example"]["changed_since"]
    assert lately["ida@acme.example"]["role"] == "admin"
    assert "Manage members" in lately["ida@acme.example"]["may"]
    assert lately["bo@acme.example"]["dormant"] == "yes"
    assert "Removed" in lately["bo@acme.example"]["changed_since"]
    assert "bo@acme.example" not in now
    assert now["cy@acme.example"]["untold"] == "yes"
    assert now["ida@acme.example"]["untold"] == ""
    taken = AuditEntry.objects.filter(operation="audit.export")
    assert taken.count() == 3


def test_shows_it_and_when_each_did_something_last(auditor, people):
    page = auditor.get(URL).content.decode()

    assert "the record does not tell since when" in page
    assert "nothing for 90 days" in page
    assert "bo@acme.example" not in page
    assert auditor.get(f"{URL}?on=nonsense").status_code == 422
