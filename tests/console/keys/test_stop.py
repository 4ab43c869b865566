from pytest_django.asserts import assertContains

from tests.support.keys import act, page


def test_stopping_leaves_everything_as_it_is(admin, bank, start_rollover, worker, submit_form):
    one = start_rollover()
    worker()
    before = dict(bank)

    act(submit_form, admin, one, "leave")
    worker()

    one.refresh_from_db()
    assert (one.state, dict(bank)) == ("left", before)
    assertContains(page(admin, one), ">stopped<")
    for name in ("undo", "leave"):  # a page that was left open
        act(submit_form, admin, one, name)
    one.refresh_from_db()
    assert one.state == "left"
