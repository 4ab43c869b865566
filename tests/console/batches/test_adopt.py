"""Batches created outside Meridian."""

import json

import pytest
from pytest_django.asserts import assertContains

from console.models import Batch
from tenants.sandbox.http_messages import SandboxRequest, parse_json
from tests.support.batches import line
from tests.support.forms import URLENCODED, fill_form

ADOPT = "/acme/services/us/17/batches/adopt/"


@pytest.fixture
def adopt(admin, token_service):
    def adopt(request_id):
        body = fill_form(admin.get(ADOPT), "request_id", request_id=request_id)
        return admin.post(ADOPT, body, content_type=URLENCODED)

    return adopt


@pytest.fixture
def elsewhere(token_service):
    """The id of a batch that a program has made."""
    body = json.dumps([line(1)]).encode()
    headers = {"authorization": "Bearer t0p", "content-type": "application/json"}
    path = "/api/17/auth/token/create/batch"
    request = SandboxRequest("POST", path, headers=headers, body=body)
    return parse_json(token_service.answer("us", request).body)["requestId"]


def test_adopted_batch_is_watched_to_its_end(adopt, elsewhere, run_worker):
    response = adopt(elsewhere)

    batch = Batch.objects.get()
    assert response["Location"] == f"/acme/batches/{batch.pk}/"
    assert run_worker(batch).state == Batch.State.SUCCEEDED


def test_batch_is_adopted_once(adopt, elsewhere):
    adopt(elsewhere)

    assert adopt(elsewhere)["Location"] == f"/acme/batches/{Batch.objects.get().pk}/"


@pytest.mark.parametrize("request_id", ["nope", "a/b", "", "..", "nope\n", "é"])
def test_unknown_request_id_is_an_error(adopt, request_id):
    response = adopt(request_id)

    assertContains(response, "field-error", status_code=422)
    assert not Batch.objects.exists()


@pytest.mark.parametrize("request_id", [".", "..", "nope\n"])
def test_invalid_request_id_makes_no_call(adopt, token_service, request_id):
    adopt(request_id)

    assert not [call for call in token_service.calls if "/status/" in call.path]
