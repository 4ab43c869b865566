"""Every page against every role, from a table that is written here by hand.

A page that the table does not know fails; so does one that answers otherwise. What
is public has its reason beside it.
"""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.test import Client

from console.models import Draft, Lookup, RateLimitUse, Receipt, Selection
from tenants.audit.models import AuditEntry
from tenants.models import Credential, Invitation, Membership, Organization
from tenants.organizations.roles import Role
from tests.support.access import ALLOWED_ROLES, METHOD_NOT_ALLOWED, ORGANIZATION_PAGES, page_path
from tests.support.authentication import set_last_authentication
from tests.support.routes import ROUTES
from tests.support.tiers import slow_after_first
from tests.support.unlogged_pages import UNLOGGED_PAGES, opens_without_log_entry

PUBLIC = {
    "batches:notify": "has a batch looked at; nothing of what comes is believed or kept",
    "streams:read": "for machines, which bring a token of its own kind",
    "account_login": "the way in",
    "account_inactive": "says that an account is closed, without naming one",
    "account_open_invitation": "the link of an invitation, which has a token",
    "account_invitation": "the invitation whose link was opened in this session",
    "account_invitation_done": "what follows it",
    "mfa_authenticate": "the second step of the way in",
}


def status(browser, method, name):
    return getattr(browser, method)(page_path(name)).status_code


@pytest.fixture
def signed_in(acme):
    """A browser of somebody who is in no organization, or of a member."""

    def make(role=None, **more):
        name = f"{role.name.lower()}@acme.example" if role else "eve@other.example"
        user = User.objects.create_user(name, name, "some password", **more)
        if role:
            Membership.objects.create(organization=acme, user=user, role=role)
        browser = Client()
        browser.force_login(user)
        return set_last_authentication(browser)

    return make


def test_every_page_is_in_the_access_table():
    assert set(ROUTES) == set(ALLOWED_ROLES) | set(PUBLIC)
    assert all(PUBLIC.values())


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("method", slow_after_first(["get", "post"]))
def test_members_are_admitted_by_role(signed_in, sandbox, role, method):
    browser = signed_in(role)
    for name in ORGANIZATION_PAGES:
        answer = status(browser, method, name)

        refused = role not in ALLOWED_ROLES[name]
        assert (answer == 403) is refused, name


@pytest.mark.parametrize(
    "method", slow_after_first(["post", "get", "put", "delete", "options", "head"])
)
def test_non_members_get_404(signed_in, sandbox, method):
    browser = signed_in()

    assert {status(browser, method, name) for name in ORGANIZATION_PAGES} == {404}
    assert not sandbox.calls


@pytest.mark.parametrize("name", ORGANIZATION_PAGES)
def test_foreign_and_missing_organizations_look_the_same(signed_in, name):
    browser = signed_in()

    responses = [browser.get(page_path(name, organization=slug)) for slug in ("acme", "nope")]

    assert plain(responses[0]) == plain(responses[1])


@pytest.mark.parametrize("method", ["get", "post"])
def test_anonymous_visitors_are_sent_to_sign_in(acme, sandbox, client, method):
    for name, may in ALLOWED_ROLES.items():
        response = getattr(client, method)(page_path(name))

        assert response.status_code == 302, (name, may)
        assert response["Location"].startswith("/accounts/login/?next="), name


@pytest.mark.parametrize("method", ["get", "post"])
def test_disabled_accounts_are_refused(signed_in, sandbox, method):
    browser = signed_in(Role.ADMIN)
    User.objects.update(is_active=False)

    assert {status(browser, method, name) for name in ORGANIZATION_PAGES} == {302}


def test_admin_of_one_organization_is_refused_in_another(signed_in, sandbox):
    """The admin of one organization is a stranger in the other."""
    browser = signed_in(Role.ADMIN)
    Organization.objects.create(slug="other", name="Other")

    for name in ORGANIZATION_PAGES:
        for method in (browser.get, browser.post):
            answer = method(page_path(name, organization="other")).status_code
            assert answer == 404, name
    assert not sandbox.calls


@pytest.mark.parametrize(
    ("role", "event", "effect"),
    [(Role.VIEWER, "access.denied", "change"), (None, "access.stranger", "change")],
)
def test_denials_are_logged(acme, signed_in, role, event, effect):
    signed_in(role).get(page_path("services:edit"))

    entry = AuditEntry.objects.get(operation=event)
    assert (entry.outcome, entry.effect, entry.object) == ("refused", effect, "services:edit")
    assert (entry.organization_id, entry.organization) == (acme.pk, "acme")
    assert entry.actor.endswith(".example")
    assert entry.role == (role or "")
    assert entry.page


def test_guessed_organizations_are_logged(signed_in):
    signed_in().get(page_path("members:index", organization="nope"))

    entry = AuditEntry.objects.get(operation="access.stranger")
    assert (entry.organization_id, entry.label) == (0, "/nope/members/")


def test_safe_methods_change_nothing(signed_in, sandbox):
    """GET, HEAD and OPTIONS are harmless everywhere; what they open is recorded."""
    browser = signed_in(Role.ADMIN)
    before, quiet = tables(), set()

    for name in sorted({*ORGANIZATION_PAGES, *ALLOWED_ROLES} - {"account_logout"}):
        quiet |= {name} if opens_without_log_entry(browser, page_path(name)) else set()
        for method in ("head", "options"):
            status(browser, method, name)

    assert quiet & {*ORGANIZATION_PAGES} == UNLOGGED_PAGES.keys()
    assert tables() == before
    assert not AuditEntry.objects.exclude(effect="read").exists()


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options"])
def test_other_methods_never_reach_authlete(signed_in, sandbox, method):
    browser = signed_in(Role.ADMIN)

    for name in ORGANIZATION_PAGES:
        assert status(browser, method, name) == METHOD_NOT_ALLOWED
    assert not sandbox.calls


def tables():
    """What people keep here, row by row; sessions and the record aside."""
    people = (User, Membership, Invitation, Organization, Credential, Authenticator)
    models = (*people, Draft, Lookup, Receipt, Selection, RateLimitUse)
    return {model: list(model.objects.order_by("pk").values()) for model in models}


def plain(response):
    """An answer without what is new in each: its id, and the forms' tokens."""
    text = response.content.decode().replace(response["X-Request-Id"], "")
    text = re.sub(r'(csrf\w*"[^>]*value|X-CSRFToken"?:? ?)=?"[^"]*"', "", text)
    text = text.replace("/acme/", "/nope/")
    named = {name: value for name, value in response.items() if name != "X-Request-Id"}
    return response.status_code, text, named
