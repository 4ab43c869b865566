"""Threat: a response with very many secrets holds a page for a long time."""

import json
import time

import pytest

from tenants.authlete.api.services import GET
from tenants.authlete.audit_sink import CallIntent
from tenants.authlete.errors import BadRequestError
from tenants.authlete.json.reader import parse_json
from tenants.authlete.redaction.redactor import Redactor
from tenants.authlete.redaction.unknown_fields import SERVICE_SCHEMA
from tenants.authlete.snapshots import snapshot_reply

REDACTOR = Redactor(b"k" * 32, SERVICE_SCHEMA)
MAX_SECONDS = 2.0  # quadratic work takes several times as long


@pytest.mark.parametrize("name", ["secret{}Password", "unknown{}"])
def test_work_after_a_response_is_linear_in_its_secrets(name):
    secrets = {name.format(n): f"xxxx-xxxx-{n}" for n in range(9_000)}
    text = json.dumps({"modifiedAt": 5} | secrets)
    start = time.process_time()

    value = parse_json(text)
    redacted = REDACTOR.redact(value)
    intent = CallIntent(GET, "us", "/api/17/service/get", {"service_id": "17"})
    snapshot = snapshot_reply(intent, "id", text, value, redacted)
    error = BadRequestError("y" * 500)
    error.redact(REDACTOR.find_secrets(value))

    assert time.process_time() - start < MAX_SECONDS
    assert snapshot
    assert f'"{name.format(0)}": "sealed:' in snapshot.text
    assert "xxxx" not in snapshot.text
