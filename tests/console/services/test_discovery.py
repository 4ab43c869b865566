import json
from importlib import import_module

import pytest
from pytest_django.asserts import assertContains, assertNotContains

from tenants.audit.models import AuditEntry
from tenants.organizations.roles import Role

URL = "/acme/services/us/17/discovery/"


def test_shows_what_clients_read(member, sandbox):
    sandbox.services[17]["issuer"] = "https://shop.acme.example"

    response = member(Role.VIEWER).get(URL)

    assertContains(response, "https://shop.acme.example")
    assertContains(response, "This service publishes no keys.")


def test_shows_published_keys_without_their_private_parts(member, sandbox):
    key = {"kty": "oct", "k": "pr1vate", "kid": "sig-1"}
    public = {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "d": "pr1v", "kid": "e"}
    sandbox.services[17]["jwks"] = json.dumps({"keys": [key, public]})

    response = member(Role.VIEWER).get(URL)

    assertContains(response, "P-256")
    assertNotContains(response, "pr1v")


def test_does_not_follow_a_key_set_elsewhere(member, sandbox):
    sandbox.services[17]["jwksUri"] = "https://elsewhere.example/jwks"

    response = member(Role.VIEWER).get(URL)

    assertContains(response, "The keys are published elsewhere")
    assertContains(response, "https://elsewhere.example/jwks")


def test_tells_each_failure_in_its_place(member, sandbox):
    sandbox.fault("status", operation="service.configuration", status=503)

    response = member(Role.VIEWER).get(URL)

    assertContains(response, "Authlete failed")
    assertContains(response, "This service publishes no keys.")


@pytest.mark.parametrize("silent", ["service.get", "service.configuration"])
def test_takes_no_longer_for_all_its_calls_than_for_one(member, sandbox, monkeypatch, silent):
    page = import_module("console.services.views")  # a view has its name
    monkeypatch.setattr(page, "CALL_TIMEOUT_SECONDS", 0.5)
    sandbox.fault("delay", operation=silent, delay=700)

    member(Role.VIEWER).get(URL)

    asked = [entry.operation for entry in AuditEntry.objects.order_by("seq")]
    assert asked[-1] == silent
