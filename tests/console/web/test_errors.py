from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.db import InterfaceError, InternalError, OperationalError
from django.test import Client
from pytest_django.asserts import (
    assertContains,
    assertNotContains,
    assertTemplateNotUsed,
    assertTemplateUsed,
)

from console.help import views
from tenants.audit import writer
from tenants.models import Membership
from tenants.organizations.roles import Role

HTMX = {"HX-Request": "true"}


def add_member(organization, email, role, **fields):
    user = User.objects.create_user(email, email, **fields)
    Membership.objects.create(organization=organization, user=user, role=role)


@pytest.fixture
def reader(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("mara"))
    return client


def test_404_says_that_nothing_was_changed(reader):
    response = reader.get("/help/nowhere/")

    assertContains(response, "Nothing was changed.", status_code=404)
    assertContains(response, response["X-Request-Id"], status_code=404)
    assertTemplateUsed(response, "base.html")


def test_404_shows_anonymous_visitors_no_menu(client, db):
    response = client.get("/help/nowhere/")

    assertContains(response, "Page not found", status_code=404)
    assertTemplateNotUsed(response, "base.html")


def test_403_names_the_needed_role(member, sandbox):
    response = member(Role.VIEWER).get("/acme/services/us/17/edit/tokens/")

    assertContains(response, "Your role in Acme is Viewer.", status_code=403)


def test_403_names_the_administrators(member, acme, sandbox):
    add_member(acme, "ida@acme.example", Role.ADMIN, first_name="Ida")
    add_member(acme, "ian@acme.example", Role.ADMIN, is_active=False)

    response = member(Role.VIEWER).get("/acme/services/us/17/edit/tokens/")

    assertContains(response, "ida@acme.example", status_code=403)
    assertNotContains(response, "ian@acme.example", status_code=403)


def test_menu_stays_on_pages_outside_of_the_organization(member, acme, sandbox):
    browser = member(Role.VIEWER)
    browser.get("/acme/")

    assertContains(browser.get("/help/"), 'href="/acme/services/"')
    assertContains(browser.get("/acme/nowhere/"), 'href="/acme/services/"', status_code=404)
    for path in ("/accounts/logout/", "/accounts/reauthenticate/"):
        assertContains(browser.get(path), 'href="/acme/services/"')

    acme.membership_set.all().delete()

    assertNotContains(browser.get("/help/"), "/acme/")


@pytest.mark.parametrize(("role", "is_linked"), [(Role.ADMIN, True), (Role.HELP_DESK, False)])
def test_404_links_the_audit_log_to_members_with_access(member, role, is_linked):
    response = member(role).get(f"/acme/jobs/{UUID(int=1)}/")

    assert response.status_code == 404
    assert ('<a href="/acme/audit/">audit log</a>' in response.text) == is_linked


def test_htmx_gets_a_notice_instead_of_a_page(reader):
    response = reader.get("/help/nowhere/", headers=HTMX)

    assert response["HX-Retarget"] == "#notices"
    assertContains(response, 'role="alert"', status_code=404)
    assertNotContains(response, "<html", status_code=404)
    assert "HX-Request" in response["Vary"]


def test_csrf_failure_is_explained(db, django_user_model):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(django_user_model.objects.create_user("mara"))

    response = strict.post("/help/display/", {"theme": "dark"})

    assertContains(response, "Nothing was changed.", status_code=403)
    assert "theme" not in response.cookies


def test_unknown_host_is_refused_and_explained(client, settings):
    settings.ALLOWED_HOSTS = ["console.example"]

    response = client.get("/help/display/", headers={"Host": "evil.example"})

    assertContains(response, "Nothing was changed.", status_code=400)


def test_unwritable_audit_log_stops_the_action(member, sandbox, monkeypatch):
    def full(rows):
        raise OperationalError("disk is full")

    reader = member(Role.VIEWER)
    monkeypatch.setattr(writer, "append_records", full)

    response = reader.get("/acme/services/us/17/")

    assertContains(response, "The audit log can&#x27;t be written.", status_code=503)
    assertContains(response, "Nothing was sent.", status_code=503)
    assert not sandbox.calls


@pytest.mark.parametrize(
    ("error", "status", "text"),
    [
        (ZeroDivisionError, 500, "Internal error"),
        (OperationalError, 503, "Database unavailable"),
        (InterfaceError, 503, "Database unavailable"),
        (InternalError, 503, "Database unavailable"),
    ],
)
def test_500_page_needs_no_database(reader, monkeypatch, error, status, text):
    def fail(*_):
        raise error("secret detail")

    monkeypatch.setattr(views, "render_page", fail)
    reader.raise_request_exception = False

    response = reader.get("/help/patterns/")

    assertContains(response, text, status_code=status)
    assertContains(response, response["X-Request-Id"], status_code=status)
    assertNotContains(response, "secret detail", status_code=status)
    assertTemplateNotUsed(response, "base.html")
