"""What a failed call means, error by error."""

import pytest

from tenants.authlete import errors
from tenants.jobs.judging import LONGEST, Then, pause, verdict
from tenants.jobs.models import Fate

GO_ON, WAIT, STOP = Then.GO_ON, Then.WAIT, Then.STOP


def judged(error, *, touched=False, repeatable=True, tries=0):
    found = verdict(error, touched=touched, repeatable=repeatable, tries=tries)
    return found.fate, found.then


@pytest.mark.parametrize(
    ("error", "found"),
    [
        (errors.Busy("x"), (Fate.PENDING, WAIT)),
        (errors.Resting(1, 1), (Fate.PENDING, WAIT)),
        (errors.Unreachable("x"), (Fate.PENDING, WAIT)),
        (errors.NotRecorded("x"), (Fate.PENDING, WAIT)),
        (errors.TooMany("x"), (Fate.PENDING, WAIT)),
        (errors.Unanswered("x"), (Fate.PENDING, WAIT)),
        (errors.Broken("x", status=500), (Fate.PENDING, WAIT)),
        (errors.Occupied(), (Fate.PENDING, Then.WAIT_FOR_OBJECT)),
        (errors.Unauthorized("x"), (Fate.PENDING, STOP)),
        (errors.Distrusted(1, 1), (Fate.PENDING, STOP)),
        (errors.BadRequest("x"), (Fate.REFUSED, GO_ON)),
        (errors.NotFound("x"), (Fate.REFUSED, GO_ON)),
        (errors.Forbidden("x"), (Fate.REFUSED, GO_ON)),
        (errors.Stale("x", {}), (Fate.NOT_SENT, GO_ON)),
        (errors.Unsendable("x"), (Fate.NOT_SENT, GO_ON)),
        # Its `action` speaks of one service, and not of the region.
        (errors.Broken("x", status=200), (Fate.NOT_SENT, GO_ON)),
        (errors.TooLarge("x"), (Fate.NOT_SENT, GO_ON)),
    ],
    ids=lambda one: type(one).__name__,
)
def test_where_nothing_can_have_changed(error, found):
    assert judged(error) == found
    assert judged(error, repeatable=False) == found


@pytest.mark.parametrize(
    ("error", "again", "once"),
    [
        (errors.Unanswered("x"), (Fate.PENDING, WAIT), (Fate.UNKNOWN, STOP)),
        (errors.Broken("x", status=500), (Fate.PENDING, WAIT), (Fate.UNKNOWN, STOP)),
        (errors.Broken("x", status=200), (Fate.UNKNOWN, GO_ON), (Fate.UNKNOWN, STOP)),
        (errors.NotFound("x"), (Fate.UNKNOWN, GO_ON), (Fate.UNKNOWN, STOP)),
        (errors.Unauthorized("x"), (Fate.PENDING, STOP), (Fate.UNKNOWN, STOP)),
    ],
    ids=lambda one: type(one).__name__,
)
def test_where_something_may_have_changed(error, again, once):
    assert judged(error, touched=True) == again
    assert judged(error, touched=True, repeatable=False) == once


def test_what_never_answers_is_given_up_but_what_was_not_sent_is_not():
    assert judged(errors.Unanswered("x"), tries=11) == (Fate.NOT_SENT, GO_ON)
    assert judged(errors.Unreachable("x"), tries=99) == (Fate.PENDING, WAIT)


def test_waits_longer_each_time_up_to_a_limit_or_as_it_was_told():
    error = errors.Broken("x", status=500)
    waits = [pause(error, failures) for failures in range(50)]
    assert waits == sorted(waits)
    assert waits[0] == 5
    assert waits[-1] == LONGEST

    error.retry_after = 300
    assert pause(error, 0) == 300
    error.retry_after = 10**6
    assert pause(error, 0) == 600
