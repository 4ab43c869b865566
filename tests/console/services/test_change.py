from uuid import uuid4

from pytest_django.asserts import assertContains, assertNotContains

from tenants.audit.actor import Actor
from tenants.audit.models import AuditEntry
from tenants.audit.retention.expiry import delete_expired_entries
from tenants.organizations.roles import Role
from tests.support.backdating import backdate_entries


def test_confirms_that_authlete_stored_what_was_sent(editor, submit_settings, save):
    submit_settings(editor, access_token_duration=2)
    save(editor)  # Authlete fills in what was never set
    submit_settings(editor, access_token_duration=3)

    response = editor.get(save(editor, ticket="CHG-7").url)

    assertContains(response, "Saved as sent")
    assertContains(response, "CHG-7")
    assertContains(response, AuditEntry.objects.filter(operation="service.update")[0].entry)


def test_shows_what_authlete_changed_itself(editor, submit_settings, save):
    submit_settings(editor, access_token_duration=2)

    response = editor.get(save(editor).url)

    assert "supportedDisplays" in [
        side_effect.name for side_effect in response.context["side_effects"]
    ]
    assertContains(response, "Changed or ignored by Authlete")


def test_entry_of_another_service_is_not_found(editor, submit_settings, save):
    submit_settings(editor, access_token_duration=2)
    url = save(editor).url

    assert editor.get(url.replace("/17/", "/18/")).status_code == 404
    assert editor.get("/acme/services/us/17/saved/none/").status_code == 404


def test_needs_a_role_that_may_read(editor, member, submit_settings, save):
    submit_settings(editor, access_token_duration=2)
    url = save(editor).url

    assert member(Role.VIEWER).get(url).status_code == 200
    assert member(Role.HELP_DESK).get(url).status_code == 403


def test_reports_a_removed_audit_entry(editor, member, submit_settings, save):
    with backdate_entries(3000):
        submit_settings(editor, access_token_duration=2)
        url = save(editor).url
    entry = url.rstrip("/").rpartition("/")[2]
    read = AuditEntry.objects.filter(operation="service.get")[0].entry
    assert sum(
        delete_expired_entries(
            lambda organization_id: Actor(0, "worker", organization_id=organization_id)
        )
    )

    page = editor.get(url)
    response = member(Role.ADMIN).get(url)

    assert page.status_code == response.status_code == 410
    assertContains(page, "Audit entry deleted by retention", status_code=410)
    assertContains(page, "7 years", status_code=410)
    assertContains(page, "/acme/services/us/17/as-of/?at=", status_code=410)
    assertNotContains(page, "/acme/audit/", status_code=410)
    assertContains(response, "tombstone verified", status_code=410)
    for other in (uuid4(), read):  # never was; nothing that was saved
        assert editor.get(url.replace(entry, str(other))).status_code == 404
    assert editor.get(url.replace("/17/", "/18/")).status_code == 404
