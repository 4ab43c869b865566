"""The consequence of each error for a job."""

import pytest

from tenants.authlete import errors
from tenants.jobs.failure_policy import MAX_DELAY_SECONDS, NextStep, decide, retry_delay
from tenants.jobs.models import ItemState

GO_ON, WAIT, STOP = NextStep.CONTINUE, NextStep.WAIT, NextStep.STOP


def judged(error, *, touched=False, repeatable=True, tries=0):
    decision = decide(error, may_have_changed=touched, repeatable=repeatable, tries=tries)
    return decision.state, decision.next_step


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (errors.PoolTimeoutError("x"), (ItemState.PENDING, WAIT)),
        (errors.CircuitOpenError(1, 1), (ItemState.PENDING, WAIT)),
        (errors.UnreachableError("x"), (ItemState.PENDING, WAIT)),
        (errors.AuditUnavailableError("x"), (ItemState.PENDING, WAIT)),
        (errors.RateLimitError("x"), (ItemState.PENDING, WAIT)),
        (errors.NoResponseError("x"), (ItemState.PENDING, WAIT)),
        (errors.ServerError("x", status=500), (ItemState.PENDING, WAIT)),
        (errors.ConcurrentWriteError(), (ItemState.PENDING, NextStep.WAIT_FOR_OBJECT)),
        (errors.UnauthorizedError("x"), (ItemState.PENDING, STOP)),
        (errors.CredentialCircuitOpenError(1, 1), (ItemState.PENDING, STOP)),
        (errors.BadRequestError("x"), (ItemState.REJECTED, GO_ON)),
        (errors.NotFoundError("x"), (ItemState.REJECTED, GO_ON)),
        (errors.ForbiddenError("x"), (ItemState.REJECTED, GO_ON)),
        (errors.StaleVersionError("x", {}), (ItemState.NOT_SENT, GO_ON)),
        (errors.InvalidRequestError("x"), (ItemState.NOT_SENT, GO_ON)),
        # Its `action` speaks of one service, and not of the region.
        (errors.ServerError("x", status=200), (ItemState.NOT_SENT, GO_ON)),
        (errors.ResponseTooLargeError("x"), (ItemState.NOT_SENT, GO_ON)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_errors_before_any_change_may_be_retried(error, expected):
    assert judged(error) == expected
    assert judged(error, repeatable=False) == expected


@pytest.mark.parametrize(
    ("error", "again", "once"),
    [
        (errors.NoResponseError("x"), (ItemState.PENDING, WAIT), (ItemState.UNKNOWN, STOP)),
        (errors.ServerError("x", status=500), (ItemState.PENDING, WAIT), (ItemState.UNKNOWN, STOP)),
        (
            errors.ServerError("x", status=200),
            (ItemState.UNKNOWN, GO_ON),
            (ItemState.UNKNOWN, STOP),
        ),
        (errors.NotFoundError("x"), (ItemState.UNKNOWN, GO_ON), (ItemState.UNKNOWN, STOP)),
        (errors.UnauthorizedError("x"), (ItemState.PENDING, STOP), (ItemState.UNKNOWN, STOP)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_errors_after_a_possible_change_depend_on_repeatability(error, again, once):
    assert judged(error, touched=True) == again
    assert judged(error, touched=True, repeatable=False) == once


def test_unanswered_calls_are_given_up_and_unsent_calls_are_not():
    assert judged(errors.NoResponseError("x"), tries=11) == (ItemState.NOT_SENT, GO_ON)
    assert judged(errors.UnreachableError("x"), tries=99) == (ItemState.PENDING, WAIT)


def test_retry_delay_grows_to_a_limit_or_follows_retry_after():
    error = errors.ServerError("x", status=500)
    waits = [retry_delay(error, failures) for failures in range(50)]
    assert waits == sorted(waits)
    assert waits[0] == 5
    assert waits[-1] == MAX_DELAY_SECONDS

    error.retry_after = 300
    assert retry_delay(error, 0) == 300
    error.retry_after = 10**6
    assert retry_delay(error, 0) == 600
