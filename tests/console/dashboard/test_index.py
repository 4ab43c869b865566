import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from console.models import SavedSearch, VerificationRun
from tenants.audit import events
from tenants.audit.actor import Actor
from tenants.audit.models import AuditEntry
from tenants.audit.recorder import AuditLogSink, record_event
from tenants.authlete.operation import Effect
from tenants.organizations.api_clients import connect, load_credentials
from tenants.organizations.roles import Role
from tests.support.forms import URLENCODED, draft_saver, fill_form, settings_editor
from tests.support.webhooks import make_webhook

URL = "/acme/"


def test_regions_with_a_credential_are_shown(member, sandbox):
    page = member(Role.EDITOR).get(URL).content.decode()

    assert page.count("Credential OK") == 1  # us
    assert page.count("No credential") == 3
    assert "Ask an administrator to add a credential" in page


def test_no_last_call_without_credential(member, acme, sandbox):
    bo = Actor(1, "bo@acme.example", organization_id=acme.pk)
    connect(load_credentials(acme), "us", AuditLogSink(bo)).services.list()
    admin = member(Role.ADMIN)
    assertContains(admin.get(URL), "Last call")

    acme.credential_set.all().delete()

    assertNotContains(admin.get(URL), "Last call")


def test_page_makes_no_call(member, sandbox):
    member(Role.ADMIN).get(URL)

    assert not sandbox.calls


def test_changes_of_this_organization_are_listed(member, acme):
    bo = Actor(1, "bo@acme.example", organization_id=acme.pk)
    eve = Actor(1, "eve@other.example", organization_id=acme.pk + 1)
    record_event(bo, events.MEMBER_ADD, label="Cyrus Here")
    record_event(bo, events.AUDIT_READ)
    record_event(eve, events.MEMBER_ADD, label="Diana Elsewhere")

    page = member(Role.ADMIN).get(URL).content.decode()

    assert "Add <bdi>Cyrus Here</bdi>" in page
    assert "Diana Elsewhere" not in page
    assert "Read the audit log" not in page


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR])
def test_viewers_see_service_changes_only(member, acme, sandbox, role):
    bo = Actor(1, "bo@acme.example", organization_id=acme.pk)
    record_event(bo, events.MEMBER_ADD, label="Cyrus Here")
    record_event(bo, events.ACCESS_DENIED, effect=Effect.CHANGE, label="/acme/services/new/")
    shop = connect(load_credentials(acme), "us", AuditLogSink(bo)).service(17)
    shop.update(shop.get().modified_at, {"description": "Sells"})

    page = member(role).get(URL).content.decode()

    assert "Update <bdi>Shop</bdi>" in page
    assert "Cyrus Here" not in page
    assert "Was refused" not in page


def test_auditor_sees_recent_changes_and_the_own_number_of_entries(member, acme):
    bo = Actor(1, "bo@acme.example", organization_id=acme.pk)
    eve = Actor(2, "eve@other.example", organization_id=acme.pk + 1)
    record_event(eve, events.MEMBER_ADD, label="Dora Elsewhere")
    record_event(bo, events.MEMBER_ADD, label="Cyrus Here")
    record_event(bo, events.AUDIT_READ)

    response = member(Role.AUDITOR).get(URL)

    assertContains(response, "Add <bdi>Cyrus Here</bdi>")
    assertNotContains(response, "Read the audit log")
    assertContains(response, "<dt>Entries</dt><dd>2</dd>", html=True)


def test_auditor_gets_a_search_box(member, acme):
    browser = member(Role.AUDITOR)
    user = User.objects.get()
    fields = {"organization": acme, "user": user, "name": "Weekend <b>"}
    SavedSearch.objects.create(query="reason=weekend", pinned=True, **fields)
    SavedSearch.objects.create(query="x=1", **fields | {"name": "Not pinned"})

    page = browser.get(URL).text

    assert 'href="/acme/audit/?effect=destroy">Destructive<' in page
    assert 'href="/acme/audit/?reason=weekend"><bdi>Weekend &lt;b&gt;</bdi><' in page
    assert "Not pinned" not in page
    assert 'hx-post="/acme/audit/complete/"' in page


@pytest.mark.parametrize(
    ("expected", "message"),
    [
        (None, "not verified yet"),
        ({}, "in progress"),
        ({"ended_at": timezone.now()}, ">log verified</span>"),
        ({"ended_at": timezone.now(), "unguarded": True}, "verified, but protection is off"),
        ({"ended_at": timezone.now(), "bad": 17}, "verification failed"),
    ],
)
def test_last_verification_is_shown(member, acme, expected, message):
    if expected is not None:
        VerificationRun.objects.create(organization=acme, actor="bo", **expected)

    assert message in member(Role.AUDITOR).get(URL).text


def test_help_desk_gets_the_user_search(member):
    browser = member(Role.HELP_DESK)

    page = browser.get(URL)

    assert "Recent changes" not in page.text
    body = fill_form(page, "subject", subject="user-1")
    assert browser.post("/acme/subjects/", body, content_type=URLENCODED).status_code == 302


@pytest.mark.parametrize("role", Role)
def test_every_member_has_access(member, role):
    assert member(role).get(URL).status_code == 200


def test_changes_link_by_role(member, acme, sandbox):
    bo = Actor(1, "bo@acme.example", "editor", acme.pk, acme.slug)
    shop = connect(load_credentials(acme), "us", AuditLogSink(bo)).service(17)
    entry = shop.update(shop.get().modified_at, {"description": "Sells"}).entry_id

    editors, admins = (member(role).get(URL).content.decode() for role in (Role.EDITOR, Role.ADMIN))
    assert f'href="/acme/services/us/17/saved/{entry}/"' in editors
    assert f'href="/acme/audit/{entry}/"' in admins


def test_delayed_webhook_is_shown_to_admins(member, acme):
    make_webhook(acme, pause="gone")

    assert "The webhook “SIEM” is behind" in member(Role.ADMIN).get(URL).text
    assert "SIEM" not in member(Role.AUDITOR).get(URL).text


def test_unknown_outcomes_are_shown_to_audit_readers(member, acme, sandbox):
    admin = member(Role.ADMIN)
    assertNotContains(admin.get(URL), "/acme/audit/unknown/")
    service = "/acme/services/us/17/"
    settings_editor(service, "basics")(admin, service_name="Renamed")
    sandbox.fault("reset", method="POST", times=1)
    draft_saver(service)(admin)

    for role in (Role.AUDITOR, Role.HELP_DESK):
        page = member(role).get(URL).content.decode()
        assert ("1 call has an unknown outcome" in page) == (role is Role.AUDITOR)
    assertContains(admin.get(URL), 'href="/acme/audit/unknown/"')


@pytest.mark.parametrize(("many", "expected"), [(1000, "1,000"), (1001, "More than 1,000")])
def test_count_of_unknown_outcomes_is_limited(member, acme, many, expected):
    AuditEntry.objects.bulk_create(
        AuditEntry(
            seq=-seq,
            entry=str(seq),
            at=0,
            actor_id=1,
            actor="bo@acme.example",
            organization_id=acme.pk,
            operation="push",
            effect="change",
            outcome="unknown",
        )
        for seq in range(many)
    )

    page = member(Role.ADMIN).get(URL)

    assertContains(page, f"{expected} calls have unknown outcomes")
