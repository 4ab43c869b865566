from pytest_django.asserts import assertContains

from tenants.audit.models import AuditEntry
from tests.support.keys import act, kids, page


def test_undo_before_the_switch_removes_the_new_key(
    admin, bank, start_rollover, come, worker, submit_form
):
    rollover = start_rollover()
    worker()

    act(submit_form, admin, rollover, "undo", reason="Not today")

    assert come(rollover) == "undone"
    assert kids(bank) == ["old", "keep"]
    assert bank["idTokenSignatureKeyId"] == "old"
    undone = AuditEntry.objects.get(operation="rollover.undo")
    assert undone.reason == "Not today"


def test_undo_after_the_switch_restores_the_old_key(
    admin, bank, start_rollover, come, worker, submit_form
):
    rollover = start_rollover()
    worker()
    come(rollover)

    act(submit_form, admin, rollover, "undo")
    assert come(rollover) == "reverted"

    assert bank["idTokenSignatureKeyId"] == "old"
    assert kids(bank) == ["old", "keep", "new"]
    assert (rollover.due_at - rollover.reverted_at).total_seconds() == rollover.tokens
    assertContains(page(admin, rollover), "Remove new key now")
    assert come(rollover) == "undone"
    assert kids(bank) == ["old", "keep"]


def test_actions_wait_for_a_running_step(admin, start_rollover, worker, submit_form):
    rollover = start_rollover()
    worker()
    rollover.refresh_from_db()
    rollover.transition(rollover.state, acting_at=rollover.published_at)

    response = act(submit_form, admin, rollover, "undo")

    rollover.refresh_from_db()
    assert rollover.state == "published"
    assertContains(admin.get(response["Location"]), "Nothing was done")
