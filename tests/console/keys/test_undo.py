from pytest_django.asserts import assertContains

from tenants.audit.models import AuditEntry
from tests.support.keys import act, kids, page


def test_undo_before_the_switch_removes_the_new_key(
    admin, bank, start_rollover, come, worker, submit_form
):
    one = start_rollover()
    worker()

    act(submit_form, admin, one, "undo", reason="Not today")

    assert come(one) == "undone"
    assert kids(bank) == ["old", "keep"]
    assert bank["idTokenSignatureKeyId"] == "old"
    undone = AuditEntry.objects.get(operation="rollover.undo")
    assert undone.reason == "Not today"


def test_undo_after_the_switch_restores_the_old_key(
    admin, bank, start_rollover, come, worker, submit_form
):
    one = start_rollover()
    worker()
    come(one)

    act(submit_form, admin, one, "undo")
    assert come(one) == "reverted"

    assert bank["idTokenSignatureKeyId"] == "old"
    assert kids(bank) == ["old", "keep", "new"]
    assert (one.due_at - one.reverted_at).total_seconds() == one.tokens
    assertContains(page(admin, one), "Remove new key now")
    assert come(one) == "undone"
    assert kids(bank) == ["old", "keep"]


def test_actions_wait_for_a_running_step(admin, start_rollover, worker, submit_form):
    one = start_rollover()
    worker()
    one.refresh_from_db()
    one.transition(one.state, acting_at=one.published_at)

    response = act(submit_form, admin, one, "undo")

    one.refresh_from_db()
    assert one.state == "published"
    assertContains(admin.get(response["Location"]), "Nothing was done")
