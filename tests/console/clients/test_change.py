from pytest_django.asserts import assertContains

from tenants.audit.actor import Actor
from tenants.audit.retention.expiry import delete_expired_entries
from tests.support.backdating import backdate_entries


def test_change_is_shown_from_the_audit_log(editor, submit_settings, save):
    submit_settings(editor, client_name="Ledger")

    response = editor.get(save(editor, ticket="CHG-8").url)

    assertContains(response, "Ledger sync")
    assertContains(response, "CHG-8")
    assertContains(response, "Saved as sent")


def test_other_client_is_not_found(editor, submit_settings, save, sandbox, ledger):
    submit_settings(editor, client_name="Ledger")
    path = save(editor).url

    assert editor.get(path.replace("/44/", "/45/")).status_code == 404
    service = path.replace("clients/44/", "")
    assert editor.get(service).status_code == 404


def test_reports_a_removed_audit_entry(editor, submit_settings, save):
    with backdate_entries(3000):
        submit_settings(editor, client_name="Ledger")
        url = save(editor).url
    assert sum(
        delete_expired_entries(
            lambda organization_id: Actor(0, "worker", organization_id=organization_id)
        )
    )

    page = editor.get(url)

    assertContains(page, "Audit entry deleted by retention", status_code=410)
    assertContains(page, "clients/44/as-of/?at=", status_code=410)
