from pytest_django.asserts import assertContains

from tests.support.keys import act, page


def test_stopping_leaves_everything_as_it_is(admin, bank, rolling, worker, do):
    one = rolling()
    worker()
    before = dict(bank)

    act(do, admin, one, "leave")
    worker()

    one.refresh_from_db()
    assert (one.state, dict(bank)) == ("left", before)
    assertContains(page(admin, one), ">stopped<")
    for name in ("undo", "leave"):  # a page that was left open
        act(do, admin, one, name)
    one.refresh_from_db()
    assert one.state == "left"
