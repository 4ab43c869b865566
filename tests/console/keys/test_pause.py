from pytest_django.asserts import assertContains

from tests.support.keys import act, page


def test_paused_rollover_does_nothing(admin, bank, start_rollover, come, worker, submit_form):
    rollover = start_rollover()
    worker()

    act(submit_form, admin, rollover, "pause", reason=None, ticket=None)
    assert come(rollover) == "published"
    assertContains(page(admin, rollover), "Paused")
    act(submit_form, admin, rollover, "resume", reason=None, ticket=None)

    worker()
    rollover.refresh_from_db()
    assert rollover.state == "switched"
