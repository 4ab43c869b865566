import json
from importlib import import_module

import pytest
from pytest_django.asserts import assertContains, assertNotContains

from tenants.audit.models import AuditEntry
from tenants.organizations.roles import Role

URL = "/acme/services/us/17/discovery/"


def test_shows_the_discovery_document(member, sandbox):
    sandbox.services[17]["issuer"] = "https://shop.acme.example"

    response = member(Role.VIEWER).get(URL)

    assertContains(response, "https://shop.acme.example")
    assertContains(response, "This service publishes no keys.")


def test_published_keys_are_shown_without_private_parts(member, sandbox):
    key = {"kty": "oct", "k": "pr1vate", "kid": "sig-1"}
    public = {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "d": "pr1v", "kid": "e"}
    sandbox.services[17]["jwks"] = json.dumps({"keys": [key, public]})

    response = member(Role.VIEWER).get(URL)

    assertContains(response, "P-256")
    assertNotContains(response, "pr1v")


def test_external_key_set_is_not_fetched(member, sandbox):
    sandbox.services[17]["jwksUri"] = "https://elsewhere.example/jwks"

    response = member(Role.VIEWER).get(URL)

    assertContains(response, "The keys are published elsewhere")
    assertContains(response, "https://elsewhere.example/jwks")


def test_failed_calls_are_shown_in_their_panels(member, sandbox):
    sandbox.fault("status", operation="service.configuration", status=503)

    response = member(Role.VIEWER).get(URL)

    assertContains(response, "Authlete failed")
    assertContains(response, "This service publishes no keys.")


@pytest.mark.parametrize("silent", ["service.get", "service.configuration"])
def test_all_calls_share_one_deadline(member, sandbox, monkeypatch, silent):
    page = import_module("console.services.views.show")  # a view has its name
    monkeypatch.setattr(page, "CALL_TIMEOUT_SECONDS", 0.5)
    sandbox.fault("delay", operation=silent, delay=700)

    member(Role.VIEWER).get(URL)

    operations = [entry.operation for entry in AuditEntry.objects.order_by("seq")]
    assert operations[-1] == silent
