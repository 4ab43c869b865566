import logging

import pytest
from django.db import connection
from pydantic import SecretStr
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from tenants.audit.models import AuditEntry
from tenants.models import Credential
from tenants.organizations.roles import Role
from tests.support.authentication import expire_authentication
from tests.support.clients import NEW, create, entered, reason_form
from tests.support.forms import URLENCODED, fill_form
from tests.support.inventory import add_known_service

CREATE = "/acme/services/us/17/clients/create/"


def created_client(sandbox):
    (found,) = (client for client in sandbox.clients.values() if client["clientName"] == "Till")
    return found


@pytest.mark.parametrize(
    ("start", "name", "value"),
    [
        ("spa", "clientType", "PUBLIC"),
        ("web", "tokenAuthMethod", "CLIENT_SECRET_BASIC"),
        ("native", "redirectUris", ["com.example.till:/cb"]),
        ("machine", "grantTypes", ["CLIENT_CREDENTIALS"]),
        ("fapi2", "fapiModes", ["FAPI2_SECURITY"]),
        ("ciba", "bcDeliveryMode", "POLL"),
        ("wallet", "grantTypes", ["AUTHORIZATION_CODE", "PRE_AUTHORIZED_CODE"]),
    ],
)
def test_client_is_created_from_each_preset(editor, sandbox, start, name, value):
    response = create(editor, start)

    assertContains(response, "Till created")
    assert created_client(sandbox)[name] == value
    assertNotContains(response, "stored this otherwise")


def test_history_starts_with_the_creation(editor, sandbox):
    create(editor)

    page = editor.get(
        f"/acme/services/us/17/clients/{created_client(sandbox)['clientId']}/history/"
    )
    assertContains(page, "Create the client <bdi>Till</bdi>")
    assertContains(page, "New till")


def test_nothing_is_created_before_the_review(editor, sandbox):
    response = editor.get(entered(editor))

    assertContains(response, "Create Till")
    assertContains(response, "https://till.example/cb")
    assertContains(response, "&quot;CLIENT_SECRET_BASIC&quot;")
    assert list(sandbox.clients) == [44]


def test_creation_is_logged_with_its_reason(editor):
    create(editor)

    entry = AuditEntry.objects.get(operation="client.create")
    assert (entry.outcome, entry.reason, entry.ticket) == ("done", "New till", "CHG-5")
    assert (entry.label, entry.service) == ("Till", "17")
    assert "redirectUris" in {change["field"] for change in entry.changes}


def test_secret_is_shown_in_one_response_only(editor, sandbox, caplog):
    caplog.set_level(logging.DEBUG)
    response = create(editor)

    secret = created_client(sandbox)["clientSecret"]
    assertContains(response, secret, count=1)
    assert response["Cache-Control"] == "no-store"
    assert secret not in str(dict(response.headers))
    assert secret not in caplog.text
    assert secret not in str(dict(editor.session))
    assert secret not in everything_stored()


def everything_stored():
    """The text of every row of every table."""
    with connection.cursor() as cursor:
        rows = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            rows += cursor.fetchall()
    return str(rows)


def test_reload_does_not_show_the_secret(editor, sandbox):
    url = entered(editor)
    body = reason_form(editor.get(url))
    editor.post(url, body, content_type=URLENCODED)
    client = created_client(sandbox)

    again = editor.post(url, body, content_type=URLENCODED)

    assertRedirects(
        again, f"/acme/services/us/17/clients/{client['clientId']}/", fetch_redirect_response=False
    )
    assert len(sandbox.clients) == 2
    assert client["clientSecret"] not in editor.get(url, follow=True).content.decode()


def test_input_is_deleted_after_creation(editor, sandbox):
    url = entered(editor)
    editor.post(url, reason_form(editor.get(url)), content_type=URLENCODED)

    response = editor.get(url, follow=True)

    assertContains(response, "Your entries have expired")


@pytest.mark.parametrize(
    ("start", "why"),
    [
        ("spa", "Public clients don't use a secret"),
        ("native", "Public clients don't use a secret"),
        ("wallet", "Public clients don't use a secret"),
        ("fapi2", "authenticates without its secret"),
        ("ciba", "authenticates without its secret"),
    ],
)
def test_unused_secret_is_hidden_with_an_explanation(editor, sandbox, start, why):
    response = create(editor, start)

    assertNotContains(response, created_client(sandbox)["clientSecret"])
    assertContains(response, why)


def test_values_changed_by_authlete_are_shown(editor, sandbox):
    sandbox.clients[1001] = {
        "clientId": 1001,
        "clientName": "Shop app",
        "fromTheFuture": {"kept": True},
        "redirectUris": ["https://till.example/cb"],
    }

    review = editor.get(entered(editor, "original=us/17/1001"))
    response = create(editor, "original=us/17/1001")

    assertContains(review, "Unknown settings")
    assertContains(response, "Authlete changed these settings")
    assertContains(response, "fromTheFuture")


def test_secret_is_shown_when_the_client_cannot_be_read_back(editor, sandbox):
    url = entered(editor)
    body = reason_form(editor.get(url))
    sandbox.fault("status", operation="client.get", status=503)

    response = editor.post(url, body, content_type=URLENCODED)

    assertContains(response, created_client(sandbox)["clientSecret"])
    assertContains(response, "Created, but not verified")


def test_copy_leaves_out_values_of_the_original(editor, sandbox):
    sandbox.clients[1001] = {
        "clientId": 1001,
        "clientName": "Shop app",
        "clientSecret": "0r1g1nal-secret-that-must-not-be-copied",
        "clientIdAlias": "shop",
        "developer": "anna",
        "redirectUris": ["https://shop.example/cb"],
        "grantTypes": ["AUTHORIZATION_CODE"],
        "responseTypes": ["CODE"],
        "pkceRequired": True,
        "locked": True,
    }

    response = create(editor, "original=us/17/1001", client_id_alias="till")

    client = created_client(sandbox)
    assert client["redirectUris"] == ["https://shop.example/cb"]
    assert client["pkceRequired"] is True
    assert client["clientIdAlias"] == "till"
    assert not client.get("locked")
    assert not client.get("developer")
    assertNotContains(response, "0r1g1nal")


def test_client_is_copied_to_another_region(editor, sandbox, acme):
    Credential(organization=acme, region="eu").set_token(SecretStr("t0p")).save()
    sandbox.region("eu").services[18] = {"apiKey": 18, "serviceName": "Depot"}
    add_known_service(acme, "eu", 18)
    sandbox.region("eu").clients[18][1001] = {
        "clientId": 1001,
        "clientName": "Depot app",
        "redirectUris": ["https://depot.example/cb"],
        "extension": {"requestableScopesEnabled": True, "requestableScopes": ["openid", "loans"]},
    }
    sandbox.services[17]["supportedScopes"] = [{"name": "openid"}]
    url = entered(editor, "original=eu/18/1001")

    page = editor.get(url)
    editor.post(url, reason_form(page), content_type=URLENCODED)

    assertContains(page, "Check them for this service")
    assertContains(page, "loans")
    assert created_client(sandbox)["extension"]["requestableScopes"] == ["openid"]


def test_creates_only_what_was_reviewed(editor, sandbox):
    sandbox.clients[1001] = {"clientId": 1001, "clientName": "Shop app"}
    url = entered(editor, "original=us/17/1001")
    body = reason_form(editor.get(url))
    sandbox.clients[1001]["pkceRequired"] = True

    response = editor.post(url, body, content_type=URLENCODED)

    assertContains(response, "has changed since your review")
    assert list(sandbox.clients) == [44, 1001]


def test_rejection_is_shown_and_preserves_the_input(editor, sandbox):
    sandbox.clients[1001] = {"clientId": 1001, "clientIdAlias": "till"}

    response = create(editor, client_id_alias="till")

    assertContains(response, "already has this alias")
    assertContains(response, "New till</textarea>")
    assert list(sandbox.clients) == [44, 1001]


def test_lost_response_is_not_sent_again(editor, sandbox):
    url = entered(editor)
    body = reason_form(editor.get(url))
    sandbox.fault("reset", operation="client.create", after=True, times=1)

    lost = editor.post(url, body, content_type=URLENCODED)
    again = editor.post(url, body, content_type=URLENCODED)

    assertContains(lost, "Check whether it was created")
    assertContains(lost, "its secret was never shown")
    assert again.url == "/acme/services/us/17/clients/"
    assert len(sandbox.clients) == 2


def test_reason_is_required(editor, sandbox):
    url = entered(editor)

    response = editor.post(url, fill_form(editor.get(url), "reason"), content_type=URLENCODED)

    assertContains(response, "Enter a reason for the audit log")
    assert list(sandbox.clients) == [44]


def test_step_up_preserves_the_input(editor, sandbox):
    url = entered(editor)
    body = reason_form(editor.get(url))
    expire_authentication(editor)

    response = editor.post(url, body, content_type=URLENCODED)

    assert "reauthenticate" in response.url
    assert list(sandbox.clients) == [44]


def test_input_is_hidden_from_others(editor, member, sandbox):
    url = entered(editor)

    response = member(Role.ADMIN).get(url)

    assertRedirects(response, NEW, fetch_redirect_response=False)


def test_input_is_stored_encrypted(editor):
    url = entered(editor)

    assert "till.example" not in everything_stored()
    assertContains(editor.get(url), "till.example")


@pytest.mark.parametrize("role", [Role.VIEWER, Role.AUDITOR, Role.HELP_DESK])
def test_needs_a_role_that_may_change(member, sandbox, role):
    assert member(role).get(CREATE).status_code == 403
