"""Threat: a secret in a field that this version doesn't know is shown or stored."""

import json

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from console.documents.kinds import SERVICE_KIND
from console.history.comparison import restorable_values, unrestorable_settings
from tenants.audit.actor import Actor
from tenants.audit.models import AuditEntry
from tenants.audit.recorder import AuditLogSink
from tenants.authlete.api import OPERATIONS
from tenants.authlete.documents.client import Client
from tenants.authlete.documents.service import Service
from tenants.authlete.edits import prepare_edit
from tenants.authlete.errors import InvalidRequestError
from tenants.authlete.json.reader import parse_json
from tenants.authlete.redaction.redactor import Redactor
from tenants.authlete.redaction.unknown_fields import (
    CLIENT_SCHEMA,
    SERVICE_SCHEMA,
    get_reply_schema,
)
from tenants.jobs.audit_tasks import redact_old_versions
from tenants.organizations.api_clients import connect, load_credentials
from tenants.organizations.roles import Role
from tenants.versions.models import Content, Version
from tenants.versions.timeline import load_spans
from tests.support.access import ORGANIZATION_PAGES, page_path
from tests.support.clients import make_client

CANARY = "c4nary-of-nobody"
NAMES = "connectionString keyMaterial authHeader authorization signature hmac salt".split()
UNKNOWN = dict.fromkeys(NAMES, CANARY) | {
    "fromTheFuture": {"deep": [{"a": CANARY}, [CANARY]], "text": json.dumps({"a": CANARY})},
    "list": [CANARY, "other"],
}
SCOPE = {"name": "email", "description": "Known", "rank": CANARY}
REDACTOR = Redactor(b"k" * 32, SERVICE_SCHEMA)


@pytest.fixture
def sandbox_with_unknown_fields(acme, sandbox):
    """A service and a client with secrets in unknown fields."""
    sandbox.services[17] |= UNKNOWN | {"supportedScopes": [SCOPE], "clientIdAlias": CANARY}
    sandbox.clients[44] = make_client(44, **UNKNOWN, serviceName=CANARY)
    sandbox.clients[44]["extension"] = {"requestableScopes": ["email"], "rank": CANARY}
    return sandbox


@pytest.fixture
def authlete_of_acme(acme):
    actor = Actor(1, "ann", "editor", acme.pk, acme.slug)
    return connect(load_credentials(acme), "us", AuditLogSink(actor))


@pytest.mark.parametrize("role", [Role.VIEWER, Role.ADMIN])
def test_no_page_shows_a_text_of_an_unknown_field(sandbox_with_unknown_fields, member, role):
    browser = member(role)

    for name in ORGANIZATION_PAGES:
        response = browser.get(page_path(name, region="us", service_id=17, client_id=44))
        assert CANARY not in response.getvalue().decode(), name

    fields = browser.get("/acme/services/us/17/fields/").text
    assert "Not known to this version, hidden, 16 characters" in fields
    assert "supportedScopes[email].rank" in fields


def test_a_version_and_an_entry_store_no_text_of_an_unknown_field(
    sandbox_with_unknown_fields, authlete_of_acme
):
    service = authlete_of_acme.service(17)
    service.update(1, {"supportedScopes": [SCOPE | {"description": "New"}]})
    version = sandbox_with_unknown_fields.services[17]["modifiedAt"] + 1
    sandbox_with_unknown_fields.services[17] |= {"signature": f"{CANARY}-2", "modifiedAt": version}
    service.get()
    service.client(44).get()
    service.clients.create({"clientName": "New", "hmac": CANARY})

    stored = "".join(content.text for content in Content.objects.all())
    logged = "".join(f"{entry.changes}{entry.side_effects}" for entry in AuditEntry.objects.all())
    assert "fromTheFuture" in stored
    assert "signature" in logged
    assert "hmac" in logged
    assert CANARY not in stored + logged


def test_versions_of_an_older_release_are_rewritten(
    sandbox_with_unknown_fields, authlete_of_acme, acme
):
    service = authlete_of_acme.service(17)
    service.get()
    version = Version.objects.get()
    content = Content.objects.get()
    content.pack(json.dumps(sandbox_with_unknown_fields.services[17], indent=1))
    content.is_redacted = False
    content.save()
    Version.objects.update(sketch="")
    assert CANARY in content.text

    redact_old_versions()

    rewritten = Content.objects.get()
    assert rewritten.is_redacted
    assert CANARY not in rewritten.text
    assert '"serviceName": "Shop"' in rewritten.text
    assert "fromTheFuture" in rewritten.text
    assert load_spans(acme.pk, "us", 17)[0].is_intact
    entry = AuditEntry.objects.get(operation="versions.redact")
    assert (entry.label, entry.outcome, entry.organization_id) == ("1 versions", "done", acme.pk)
    service.get()
    assert Version.objects.get().digest == version.digest  # as it was observed
    redact_old_versions()
    assert AuditEntry.objects.filter(operation="versions.redact").count() == 1


def test_unreadable_and_unused_contents_do_not_stop_the_rewriting(
    sandbox_with_unknown_fields, authlete_of_acme
):
    authlete_of_acme.service(17).get()
    Content.objects.update(packed=b"not zlib", is_redacted=False)
    Content.objects.create(digest="0" * 64, packed=b"", is_redacted=False)

    redact_old_versions()

    assert [content.is_redacted for content in Content.objects.all()] == [True]


def test_contents_that_exist_or_come_from_an_older_process_are_to_be_rewritten(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO versions_content (digest, packed) VALUES (%s, %s)", ["0" * 64, b"x"]
        )

    assert not Content.objects.get().is_redacted
    assert Content.from_text("{}").is_redacted


def test_an_error_that_quotes_an_unknown_field_is_redacted(
    sandbox_with_unknown_fields, authlete_of_acme
):
    message = f"invalid: {CANARY}"
    sandbox_with_unknown_fields.fault(
        "status", operation="service.update", status=400, message=message
    )

    with pytest.raises(Exception, match="invalid") as caught:
        authlete_of_acme.service(17).update(1, {"accessTokenDuration": 60})

    assert CANARY not in str(caught.value)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(st.dictionaries(st.text(), values))
def test_an_edit_sends_unknown_fields_back_byte_for_byte(unknown):
    known = {"serviceName": "Shop", "modifiedAt": 5, "supportedScopes": [{**unknown, **SCOPE}]}
    text = json.dumps({**unknown, **known, "fromTheFuture": [unknown]})
    redacted = REDACTOR.redact(parse_json(text))
    scopes = [{**redacted["supportedScopes"][0], "description": "New"}]

    prepared = prepare_edit(text, redacted, 5, {"supportedScopes": scopes}, REDACTOR)

    assert prepared.text == text.replace('"Known"', '"New"')
    assert CANARY not in repr(redacted)


@pytest.mark.parametrize("live", [[SCOPE | {"rank": "changed since"}], [], [{"name": "phone"}]])
def test_an_edit_of_an_old_version_never_sends_a_placeholder(live):
    old = REDACTOR.redact({"supportedScopes": [SCOPE]})["supportedScopes"]
    text = json.dumps({"modifiedAt": 5, "supportedScopes": live})

    with pytest.raises(InvalidRequestError, match="stands for a secret"):
        prepare_edit(text, REDACTOR.redact(parse_json(text)), 5, {"supportedScopes": old}, REDACTOR)


def test_a_version_with_a_hidden_text_is_not_restored_over_another():
    then, now = (
        Service.model_validate(
            REDACTOR.redact({"apiKey": 17, "supportedScopes": [SCOPE | {"rank": rank}]})
        )
        for rank in (CANARY, "changed since")
    )

    assert restorable_values(SERVICE_KIND, then, now, None) == ({}, {})
    (left,) = unrestorable_settings(SERVICE_KIND, then, now)
    assert left.name == "supportedScopes"


def test_replies_with_services_or_clients_hide_what_their_kind_does_not_declare():
    schemas = {name: get_reply_schema(each.reply) for name, each in OPERATIONS.items()}
    lists = {"client.list": "clients", "authorization.list": "clients", "service.list": "services"}

    assert schemas["service.get"] is get_reply_schema(Service) is SERVICE_SCHEMA
    assert schemas["client.update"] is get_reply_schema(Client) is CLIENT_SCHEMA
    assert schemas["client.create"] is CLIENT_SCHEMA
    for name, field in lists.items():
        schema = schemas[name]
        assert schema
        assert schema[field] in (SERVICE_SCHEMA, CLIENT_SCHEMA)
    assert "clientName" not in SERVICE_SCHEMA
    assert "serviceName" not in CLIENT_SCHEMA
