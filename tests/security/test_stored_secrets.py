"""Threat: a secret in a document reaches the search index, findings or reports."""

import json
import zlib
from contextlib import suppress
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from console.inventory.findings import check_inventory
from console.inventory.sync import sync_organization
from console.models import Finding, KnownClient
from tenants.organizations.roles import Role
from tests.support.clients import make_client

CANARY = "c4nary-in-a-document"
PAIR = json.dumps({"key": "db_password", "value": CANARY})
KEYS = json.dumps({"keys": [{"kty": "oct", "kid": "one", "alg": "HS256", "k": CANARY}]})
WITH_PASSWORD = f"http://user:{CANARY}@app.example/"
SECRETS = {
    "description": PAIR,
    "jwks": KEYS,
    "connectionString": CANARY,
    "developer": PAIR,
    "attributes": [{"key": "api_secret", "value": CANARY}],
}
CLIENT = SECRETS | {
    "clientName": PAIR,
    "clientSecret": CANARY,
    "clientUri": WITH_PASSWORD,
    "jwksUri": WITH_PASSWORD,
    "logoUri": WITH_PASSWORD,
    "redirectUris": [f"{WITH_PASSWORD}cb", "http://plain.example/cb"],
    "contacts": [PAIR],
    "softwareId": PAIR,
    "customMetadata": json.dumps({"password": CANARY}),
}
SERVICE = SECRETS | {
    "serviceName": PAIR,
    "issuer": WITH_PASSWORD,
    "authenticationCallbackEndpoint": WITH_PASSWORD,
    "authenticationCallbackApiSecret": CANARY,
    "federationJwks": KEYS,
}


@pytest.fixture
def synced(acme, sandbox):
    sandbox.services[17] |= SERVICE | {"modifiedAt": 5}
    sandbox.clients[44] = make_client(44, **CLIENT)
    sync_organization(acme)
    check_inventory(acme)
    return acme


def tables_with_canary():
    leaks = []
    for table in connection.introspection.table_names():
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            columns = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                leaks += [
                    f"{table}.{name}: {value}"
                    for name, value in zip(columns, map(as_text, row), strict=True)
                    if CANARY in value
                ]
    return leaks


def as_text(value):
    if isinstance(value, bytes | memoryview):
        data = bytes(value)
        try:
            return zlib.decompress(data).decode()
        except zlib.error:
            return data.decode(errors="replace")
    return str(value)


def test_no_table_holds_a_secret_after_a_sync(synced):
    assert KnownClient.objects.filter(client_id=44).exists()
    assert Finding.objects.exists()

    assert not tables_with_canary()


@pytest.mark.parametrize("path", ["findings/", "clients/", "keys/", "search/?q=user", "services/"])
def test_no_page_over_synced_data_shows_a_secret(synced, member, path):
    for role in Role:
        assert CANARY not in member(role).get(f"/acme/{path}", follow=True).text


@pytest.mark.parametrize("form", ["text", "json", "sarif"])
def test_reports_of_rules_hold_no_secret(synced, tmp_path, form):
    (tmp_path / "client.json").write_text(json.dumps(make_client(44, **CLIENT)))
    (tmp_path / "service.json").write_text(json.dumps({"apiKey": 17} | SERVICE))
    output = StringIO()

    for source in (
        [str(tmp_path / "client.json"), str(tmp_path / "service.json")],
        ["--organization=acme"],
    ):
        with suppress(SystemExit):
            call_command("lint", *source, f"--format={form}", stdout=output, stderr=output)

    assert len(output.getvalue()) > 200
    assert CANARY not in output.getvalue()
