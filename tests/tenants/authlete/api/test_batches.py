"""Token batches against the sandbox."""

import pytest

from tenants.authlete.api.batches import CREATE, DRY_RUN
from tenants.authlete.errors import BadRequestError, NoResponseError, NotFoundError
from tenants.authlete.operation import Effect
from tenants.authlete.outcome import Outcome

CHOSEN = "kestrel-4471-chosen"
ENTRY = {"grantType": "AUTHORIZATION_CODE", "clientId": 5, "subject": "ann"}


@pytest.fixture
def batches(tokens, environment):
    environment.sandbox.services[17].pop("accessTokenSignAlg")
    environment.sandbox.region("us").tokens[17].clear()
    return environment.connect().service(17).token_batches


def test_batch_creates_tokens_and_has_a_status(batches, environment, left_hashes):
    request_id = batches.create([ENTRY, ENTRY | {"accessToken": CHOSEN}])

    status = batches.status(request_id)
    assert (status.result, status.token_count) == ("SUCCEEDED", 2)
    assert len(left_hashes()) == 2
    assert environment.sandbox.calls[0].query == {}


def test_dry_run_creates_no_token(batches, environment, left_hashes):
    status = batches.status(batches.dry_run([ENTRY, ENTRY | {"scopes": ["loans"]}]))

    assert (status.result, status.error_code) == ("FAILED", "A106201")
    assert left_hashes() == []
    assert environment.sandbox.calls[0].query == {"dryRun": "true"}


@pytest.mark.parametrize("blank", [True, False])
def test_running_batch_has_no_result(batches, environment, blank):
    environment.sandbox.state.batching.delay = 60_000
    environment.sandbox.state.batching.blank = blank

    assert batches.status(batches.create([ENTRY])).result is None


def test_unknown_batch_is_not_found(batches):
    with pytest.raises(NotFoundError):
        batches.status("nope")


def test_batch_without_response_is_sent_once(batches, environment, left_hashes):
    environment.sandbox.fault("reset", operation="token_batch.create", after=True)

    with pytest.raises(NoResponseError) as caught:
        batches.create([ENTRY])

    assert caught.value.outcome is Outcome.UNKNOWN
    assert len(environment.sandbox.calls) == 1


def test_error_quotes_no_token_of_the_batch(batches, environment):
    environment.sandbox.fault("status", status=400, message=f"In use: {CHOSEN}")

    with pytest.raises(BadRequestError, match="hidden") as caught:
        batches.create([ENTRY | {"accessToken": CHOSEN}])

    assert CHOSEN not in str(caught.value)


def test_audit_log_distinguishes_dry_runs():
    assert CREATE.effect is Effect.REVEAL
    assert DRY_RUN.effect is Effect.READ
