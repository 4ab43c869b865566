from pytest_django.asserts import assertContains

from tests.support.keys import act, page


def test_paused_rollover_does_nothing(admin, bank, rolling, come, worker, do):
    one = rolling()
    worker()

    act(do, admin, one, "pause", reason=None, ticket=None)
    assert come(one) == "published"
    assertContains(page(admin, one), "Paused")
    act(do, admin, one, "resume", reason=None, ticket=None)

    worker()
    one.refresh_from_db()
    assert one.state == "switched"
