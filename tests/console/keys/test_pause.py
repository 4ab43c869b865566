from pytest_django.asserts import assertContains

from tests.support.keys import act, page


def test_paused_rollover_does_nothing(admin, bank, start_rollover, come, worker, submit_form):
    one = start_rollover()
    worker()

    act(submit_form, admin, one, "pause", reason=None, ticket=None)
    assert come(one) == "published"
    assertContains(page(admin, one), "Paused")
    act(submit_form, admin, one, "resume", reason=None, ticket=None)

    worker()
    one.refresh_from_db()
    assert one.state == "switched"
