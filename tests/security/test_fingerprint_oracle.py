"""Threat: an editor finds a secret by entering candidates and comparing fingerprints."""

import html
import json
import re
from collections import Counter

import pytest
from pydantic import SecretStr

from tenants.audit.actor import Actor
from tenants.audit.models import AuditEntry
from tenants.audit.recorder import AuditLogSink
from tenants.models import Credential, Organization
from tenants.organizations.api_clients import connect, load_credentials
from tenants.organizations.roles import Role
from tenants.sandbox.state import StoredToken
from tenants.versions.models import Content
from tests.support.clients import LATE, entered, make_client
from tests.support.forms import URLENCODED, fill_form

SECRET = "winter2026"  # which an attacker may guess
KEY_PAIR = {"kty": "oct", "kid": "one", "k": SECRET}
SECRETS = {
    "clientSecret": SECRET,
    "attributes": [{"key": name, "value": SECRET} for name in ("api_secret", "db_password")],
    "jwks": json.dumps({"keys": [KEY_PAIR, KEY_PAIR, {**KEY_PAIR, "kid": "two"}]}),
    "customMetadata": json.dumps({"api_secret": SECRET, "deep": [{"password": SECRET}]}),
    "fromTheFuture": {"secret": SECRET},
}
FINGERPRINTS = re.compile(r'(?:sealed:|"fingerprint": ?")([0-9a-f]+)')
HEX = re.compile(r"\b[0-9a-f]{32}\b")


@pytest.fixture
def sandbox_with_secrets(acme, sandbox):
    """Two clients and a service with the same secret everywhere."""
    for number in (44, 45):
        sandbox.clients[number] = make_client(number, **SECRETS)
    sandbox.services[17] |= {"authenticationCallbackApiSecret": SECRET, "modifiedAt": 5}
    return sandbox


def authlete(organization):
    actor = Actor(1, "ann", "editor", organization.pk, organization.slug)
    return connect(load_credentials(organization), "us", AuditLogSink(actor))


def stored_fingerprints():
    return [
        fingerprint
        for content in Content.objects.all()
        for fingerprint in FINGERPRINTS.findall(content.text)
    ]


def test_equal_secrets_have_different_fingerprints_in_every_other_place(sandbox_with_secrets, acme):
    other = Organization.objects.create(slug="other", name="Other")
    Credential(organization=other, region="us").set_token(SecretStr("t0p")).save()

    for organization in (acme, other):
        service = authlete(organization).service(17)
        service.get()
        service.client(44).get()
        service.client(45).get()

    counts = Counter(stored_fingerprints())
    assert len(counts) == 2 * (1 + 2 * 9)
    assert set(counts.values()) == {1}


def test_saved_candidate_has_another_fingerprint_in_the_audit_log(sandbox_with_secrets, acme):
    sandbox_with_secrets.clients[45]["jwks"] = None  # which Authlete would refuse
    service = authlete(acme).service(17)
    service.client(44).get()
    stored = stored_fingerprints()
    candidates = [{"key": "my_secret", "value": SECRET}, {"key": "my_token", "value": SECRET}]
    client = service.client(45).get()

    service.client(45).update(client.modified_at, {"attributes": candidates})
    service.clients.create({"clientName": "New", "attributes": candidates})
    service.clients.create({"clientName": "Newer", "attributes": candidates})

    logged = [
        fingerprint
        for text in AuditEntry.objects.values_list("changed", flat=True)
        for fingerprint in FINGERPRINTS.findall(text)
    ]
    assert len(logged) >= 6
    assert len(set(logged)) == len(logged)
    assert not {*logged} & {*stored}


def test_candidate_in_a_new_client_has_another_fingerprint(sandbox_with_secrets, acme, member):
    name = json.dumps({"api_secret": SECRET})
    sandbox_with_secrets.clients[44]["clientName"] = name
    editor = member(Role.EDITOR)
    editor.get("/acme/services/us/17/clients/44/")
    stored = {*stored_fingerprints()}

    first, second = (
        {*FINGERPRINTS.findall(html.unescape(editor.get(review).text))}
        for review in (entered(editor, client_name=name) for _ in range(2))
    )

    assert first
    assert second
    assert len(first | second | stored) == len(first) + len(second) + len(stored)


def test_candidate_property_of_a_token_has_another_fingerprint(sandbox_with_secrets, acme, member):
    hidden = ({"key": "floor", "value": SECRET, "hidden": True},)
    for number in (1, 2):
        token = StoredToken(
            access_hash=f"{number}{'h' * 42}",
            client_id=44,
            grant_type="AUTHORIZATION_CODE",
            scopes=(),
            created_at=1,
            expires_at=LATE,
            subject="ann",
            properties=hidden,
        )
        sandbox_with_secrets.region("us").tokens[17].append(token)
    tokens = authlete(acme).service(17).tokens.list().access_tokens
    stored = [token.properties[0]["value"].hex for token in tokens]
    url = f"/acme/services/us/17/tokens/44/2{'h' * 42}/update/"
    editor = member(Role.EDITOR)
    page = editor.get(url)
    fields = {"properties": "replace", "hidden": f"floor={SECRET}", "review": "1"}

    review = editor.post(url, fill_form(page, "properties", **fields), content_type=URLENCODED)

    (change,) = review.context["changes"]
    assert len(set(stored)) == 2
    assert HEX.findall(change.after)
    assert not {*HEX.findall(change.after)} & {*stored}
    assert SECRET not in change.after
