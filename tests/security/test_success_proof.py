"""Threat: an answer that never came from Authlete makes a change count as done."""

from itertools import product
from types import NoneType

import pytest
from httpx import Headers

from tenants.audit.models import AuditEntry
from tenants.authlete.api import OPERATIONS
from tenants.authlete.errors import AuthleteError
from tenants.authlete.operation import Effect
from tenants.authlete.outcome import Outcome
from tenants.authlete.response_parser import build_reply, parse_response
from tenants.authlete.transport.http import RawResponse
from tenants.organizations.roles import Role
from tenants.sandbox.faults import FAULT_EFFECTS
from tenants.sandbox.http_messages import SandboxResponse
from tests.support.access import page_path
from tests.support.clients import make_client
from tests.support.forms import URLENCODED, fill_form

CHANGES = [operation for operation in OPERATIONS.values() if operation.effect is not Effect.READ]
BODYLESS = [change.name for change in CHANGES if 204 in change.success_statuses]
BODIES = [b"", b"{}", b"[]", b"true", b'"OK"', b"0", b"<html></html>", b'{"a":1}']


def find_outcome(operation, status, body):
    try:
        _, value = parse_response(operation, RawResponse(status, Headers(), body))
        build_reply(operation, value, status)
    except AuthleteError as error:
        return error.outcome
    return Outcome.SUCCEEDED


@pytest.mark.parametrize("operation", CHANGES, ids=lambda one: one.name)
def test_answer_without_proof_is_unknown(operation):
    for status, body in product([*range(200, 209), 226, 300, 301, 302, 304], BODIES):
        if (
            not body
            and status in operation.success_statuses
            and (status == 204 or operation.reply is NoneType)
        ):
            assert find_outcome(operation, status, body) is Outcome.SUCCEEDED
        else:
            assert find_outcome(operation, status, body) is Outcome.UNKNOWN, (status, body)


@pytest.mark.parametrize("name", ["client.set_lock", "authorization.update"])
def test_result_code_proves_success(name):
    body = b'{"resultCode": "A293001", "resultMessage": "Done."}'

    assert find_outcome(OPERATIONS[name], 200, body) is Outcome.SUCCEEDED


def test_lock_that_an_empty_answer_reports_is_unknown(member, sandbox, monkeypatch):
    sandbox.clients[44] = make_client(44)
    browser = member(Role.ADMIN)
    path = page_path("clients:lock")
    form = fill_form(browser.get(path), "reason", reason="x")
    monkeypatch.setitem(FAULT_EFFECTS, "status", lambda fault, response: SandboxResponse(204))
    sandbox.fault("status", operation="client.set_lock")

    browser.post(path, form, content_type=URLENCODED)

    assert AuditEntry.objects.get(operation="client.set_lock").outcome == Outcome.UNKNOWN


def test_only_deletions_succeed_without_a_body():
    assert sorted(BODYLESS) == [
        "client.delete",
        "idp.remove_service",
        "key.delete",
        "requestable_scopes.delete",
        "service.delete",
        "token.delete",
    ]
