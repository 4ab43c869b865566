import re
import time

import pytest
from django.test import Client

from tenants.audit.actor import Actor
from tenants.audit.models import AuditEntry
from tenants.audit.reconciliation.resolutions import resolve
from tenants.authlete.outcome import Outcome
from tenants.jobs.models import Item, Job
from tenants.organizations.roles import Role
from tests.support.markup import compact

HTMX = {"HTTP_HX_REQUEST": "true", "HTTP_X_POLL": "yes"}


def url(job, more=""):
    return f"/acme/jobs/{job.pk}/{more}"


def test_shows_the_outcome_of_each_item(editor, job, worker):
    worker()

    page = editor.get(url(job)).content.decode()

    assert "Renamed." in page
    assert "Service 900 is not listed." in page
    assert "New name" in page
    assert 'href="/acme/services/us/17/"' in page
    assert "2 of 2" in page


def test_refreshes_until_the_job_ends(editor, job, worker):
    before = editor.get(url(job), **HTMX).content.decode()
    assert 'hx-trigger="every 2s"' in before
    assert "<html" not in before

    worker()

    after = compact(editor.get(url(job), **HTMX))
    assert "hx-trigger" not in after
    assert "Refresh" not in after
    assert 'id="jobs-going" hx-swap-oob="true"></span>' in after  # the menu's mark
    assert f'<div id="status" hx-swap-oob="innerHTML">{job.title}: completed</div>' in after


def test_automatic_refresh_does_not_extend_the_session(editor, job):
    long_ago = int(time.time()) - 600
    session = editor.session
    session["seen"] = long_ago
    session.save()

    editor.get(url(job), **HTMX)
    assert editor.session["seen"] == long_ago

    editor.get(url(job))
    assert editor.session["seen"] > long_ago


@pytest.mark.parametrize(
    ("outcome", "names"), [("done", ["Shop"]), ("not sent", ["Gone 0"]), ("unknown", [])]
)
def test_is_filtered_by_outcome(editor, job, worker, outcome, names):
    worker()

    page = editor.get(url(job), {"outcome": outcome}).content.decode()

    assert re.findall(r"<bdi>(Shop|Gone 0)</bdi></a>", page) == names


def test_links_auditors_to_the_audit_log(member, editor, job, worker):
    worker()
    entry = Item.objects.get(job=job, label="Shop").entry

    page = member(Role.AUDITOR).get(url(job)).content.decode()

    assert f"/acme/audit/{entry}/" in page
    assert AuditEntry.objects.get(entry=entry).page == str(job.pk)
    assert f"/acme/audit/?page={job.pk}" in page


def test_shows_how_an_unknown_item_was_resolved(member, editor, job, worker, acme):
    worker()
    entry = AuditEntry.objects.get(operation="service.update", outcome="done")
    Item.objects.update(state="unknown", entry=entry.entry)
    AuditEntry.objects.filter(seq=entry.seq).update(outcome="unknown")
    assert "Retry 2 items" in editor.get(url(job)).content.decode()

    actor = Actor(9, "ida@acme.example", organization_id=acme.pk)
    resolve(actor, entry, Outcome.SUCCEEDED, "It is so.")

    page = editor.get(url(job)).content.decode()
    assert "marked as succeeded by <bdi>ida@acme.example</bdi>" in page
    assert "was resolved later" in page
    assert "Try" not in page  # what was done is not done again
    resolution = AuditEntry.objects.get(operation="audit.settle").entry
    assert f"/acme/audit/{resolution}/" not in page
    assert f"/acme/audit/{resolution}/" in member(Role.AUDITOR).get(url(job)).text


@pytest.mark.parametrize("role", [Role.VIEWER, Role.AUDITOR])
def test_hides_buttons_without_permission(member, editor, job, role):
    page = member(role).get(url(job)).content.decode()

    assert "Rename services" in page
    assert "Cancel job" not in page


def test_help_desk_does_not_see_jobs_of_others(member, editor, job):
    assert member(Role.HELP_DESK).get(url(job)).status_code == 404


def test_other_organizations_do_not_see_the_job(editor, job, django_user_model):
    from tenants.models import Membership, Organization

    other = Organization.objects.create(slug="other", name="Other")
    user = django_user_model.objects.create_user("eve")
    Membership.objects.create(organization=other, user=user, role=Role.ADMIN)
    browser = Client()
    browser.force_login(user)

    assert browser.get(f"/other/jobs/{job.pk}/").status_code == 404


def test_shows_why_the_job_waits(editor, job, worker, sandbox):
    sandbox.fault("status", status=503)
    worker()

    page = editor.get(url(job)).content.decode()

    assert "Waiting to retry" in page
    assert "US: Authlete failed" in page
    assert "Retry now" in page
    assert 'hx-trigger="every 10s"' in page
    assert Job.objects.get().state == "waiting"
