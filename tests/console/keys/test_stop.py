from pytest_django.asserts import assertContains

from tests.support.keys import act, page


def test_stopping_leaves_everything_as_it_is(admin, bank, start_rollover, worker, submit_form):
    rollover = start_rollover()
    worker()
    before = dict(bank)

    act(submit_form, admin, rollover, "leave")
    worker()

    rollover.refresh_from_db()
    assert (rollover.state, dict(bank)) == ("left", before)
    assertContains(page(admin, rollover), ">stopped<")
    for name in ("undo", "leave"):  # a page that was left open
        act(submit_form, admin, rollover, name)
    rollover.refresh_from_db()
    assert rollover.state == "left"
