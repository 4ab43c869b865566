"""Every page against every role, from a table that is written here by hand.

A page that the table does not know fails; so does one that answers otherwise. What
is public has its reason beside it.
"""

import re
from uuid import UUID

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from console.models import Draft, Lookup, Receipt, Selection, Spending
from tenants.audit.models import AuditEntry
from tenants.models import Credential, Membership, Organization
from tenants.organizations.roles import Role
from tests.proof import prove
from tests.quiet import QUIET, is_quiet
from tests.routes import ROUTES

ADMINS = {Role.ADMIN}
AUDITORS = ADMINS | {Role.AUDITOR}
EDITORS = ADMINS | {Role.EDITOR}
READERS = EDITORS | {Role.AUDITOR, Role.VIEWER}
DESK = ADMINS | {Role.HELP_DESK}
MEMBERS = set(Role)
PEOPLE = "signed in"  # whoever, in an organization or in none

WEBHOOKS = "index new show edit probe pause resume replay rotate remove"

MAY = {
    "dashboard:home": PEOPLE,
    "dashboard:index": MEMBERS,
    "help:index": PEOPLE,
    "help:organizations": PEOPLE,
    "help:patterns": PEOPLE,
    "help:theme": PEOPLE,
    "help:zone": PEOPLE,
    "services:index": READERS,
    "services:show": READERS,
    "services:change": READERS,
    "services:fields": READERS,
    "services:document": READERS,
    "services:history": READERS,
    "services:discovery": READERS,
    "keys:index": READERS,
    "keys:expiry": READERS,
    "clients:service_clients": READERS,
    "clients:columns": READERS,
    "clients:index": READERS,
    "clients:refresh": READERS,
    "tokens:index": READERS,
    "tokens:show": READERS,
    "tokens:new": ADMINS,
    "tokens:update": EDITORS,
    "tokens:revoke": ADMINS,
    "tokens:delete": ADMINS,
    "tokens:reveal": ADMINS,
    "tokens:revoke_client": ADMINS,
    "tokens:revoke_subject": ADMINS,
    "tokens:revoke_pair": ADMINS,
    "batches:index": READERS,
    "batches:columns": READERS,
    "batches:show": READERS,
    "batches:issues": READERS,
    "batches:new": ADMINS,
    "batches:adopt": ADMINS,
    "batches:replace": ADMINS,
    "batches:dry_run": ADMINS,
    "batches:submit": ADMINS,
    "batches:cancel": ADMINS,
    "batches:watch": ADMINS,
    "batches:resolve": ADMINS,
    "users:index": DESK,
    "users:show": DESK,
    "users:export": DESK,
    "users:reveal": ADMINS,
    "users:region": DESK,
    "tokens:lookup": DESK,
    "tokens:revoke_by_value": DESK,
    "tokens:verify": DESK,
    "users:revoke_app": DESK,
    "users:revoke_all": DESK,
    "users:receipt": DESK | AUDITORS,
    "jobs:index": MEMBERS,
    # Each shows a help desk its own alone; who may not steer a job is told so.
    "jobs:show": MEMBERS,
    "jobs:pause": MEMBERS,
    "jobs:resume": MEMBERS,
    "jobs:cancel": MEMBERS,
    "jobs:retry": MEMBERS,
    "services:new": EDITORS,
    "services:create": EDITORS,
    "services:remove": ADMINS,
    "services:version_at": READERS,
    "services:restore_version": EDITORS,
    "services:edit": EDITORS,
    "services:draft": EDITORS,
    "services:discard": EDITORS,
    "services:review": EDITORS,
    "services:merge": EDITORS,
    "services:restore": EDITORS,
    "clients:show": READERS,
    "clients:change": READERS,
    "clients:fields": READERS,
    "clients:document": READERS,
    "clients:history": READERS,
    "clients:version_at": READERS,
    "clients:restore_version": EDITORS,
    "clients:edit": EDITORS,
    "clients:draft": EDITORS,
    "clients:discard": EDITORS,
    "clients:review": EDITORS,
    "clients:merge": EDITORS,
    "clients:overdue_secrets": READERS,
    "clients:rotations": READERS,
    "clients:secret": READERS,
    "clients:reveal": ADMINS,
    "clients:rotate": ADMINS,
    "clients:set_secret": ADMINS,
    "clients:stage": ADMINS,
    "clients:reveal_staged": ADMINS,
    "clients:confirm_stored": ADMINS,
    "clients:activate": ADMINS,
    "clients:undo": ADMINS,
    "clients:drop": ADMINS,
    "clients:forget": ADMINS,
    "clients:new": EDITORS,
    "clients:create": EDITORS,
    "clients:lock": EDITORS,
    "clients:scopes": EDITORS,
    "clients:remove": ADMINS,
    "clients:restore": EDITORS,
    "clients:key": EDITORS,
    "clients:bulk_select": EDITORS,
    "clients:bulk_action": EDITORS,
    "clients:bulk_setting": EDITORS,
    "clients:bulk_preview": EDITORS,
    "keys:hsm_keys": READERS,
    "keys:show_hsm_key": READERS,
    "keys:new_hsm_key": EDITORS,
    "keys:delete_hsm_key": ADMINS,
    "keys:jwks": READERS,
    "keys:new_jwk": EDITORS,
    "keys:move_jwk": EDITORS,
    "keys:remove_jwk": ADMINS,
    "keys:start_rollover": ADMINS,
    "keys:start_hsm_rollover": ADMINS,
    "keys:rollover": READERS,
    "keys:share_key": READERS,
    "keys:confirm": ADMINS,
    "keys:rollovers": READERS,
    "keys:advance": ADMINS,
    "keys:pause": ADMINS,
    "keys:resume": ADMINS,
    "keys:undo": ADMINS,
    "keys:stop": ADMINS,
    "audit:index": AUDITORS,
    "audit:suggest": AUDITORS,
    "audit:entry": AUDITORS,
    "audit:export": AUDITORS,
    "audit:evidence_package": AUDITORS,
    "audit:export_file": AUDITORS,
    "audit:verify": AUDITORS,
    "audit:access_review": AUDITORS,
    "audit:retention": AUDITORS,
    "audit:unresolved": AUDITORS,
    "audit:resolve": ADMINS,
    "audit:resolve_all": ADMINS,
    "searches:index": AUDITORS,
    "searches:new": AUDITORS,
    "searches:edit": AUDITORS,
    "searches:remove": AUDITORS,
    "members:index": ADMINS,
    "members:new": ADMINS,
    "members:edit": ADMINS,
    "members:remove": ADMINS,
    "members:close": ADMINS,
    "members:reopen": ADMINS,
    "members:password_link": ADMINS,
    "members:reset_2fa": ADMINS,
    "credentials:index": ADMINS,
    "credentials:edit": ADMINS,
    "credentials:check": ADMINS,
    "credentials:remove": ADMINS,
    "streams:index": ADMINS,
    "streams:new": ADMINS,
    "streams:remove": ADMINS,
    **dict.fromkeys((f"webhooks:{name}" for name in WEBHOOKS.split()), ADMINS),
    "account_logout": PEOPLE,
    "account_reauthenticate": PEOPLE,
    "account_change_password": PEOPLE,
    "mfa_index": PEOPLE,
    "mfa_reauthenticate": PEOPLE,
    "mfa_activate_totp": PEOPLE,
    "mfa_deactivate_totp": PEOPLE,
    "mfa_view_recovery_codes": PEOPLE,
    "mfa_generate_recovery_codes": PEOPLE,
    "usersessions_list": PEOPLE,
}
PUBLIC = {
    "batches:notify": "has a batch looked at; nothing of what comes is believed or kept",
    "streams:read": "for machines, which bring a token of its own kind",
    "account_login": "the way in",
    "account_inactive": "says that an account is closed, without naming one",
    "account_reset_password_from_key": "the link that an admin hands over",
    "account_reset_password_from_key_done": "what follows it",
    "mfa_authenticate": "the second step of the way in",
}
PLACES = {
    "organization": "acme",
    "region": "us",
    "service_id": 17,
    "client_id": 44,
    "section": "tokens",
    "token": "h" * 43,
    "selection": UUID(int=0),
    "rollover": UUID(int=0),
    "lookup": UUID(int=0),
    "receipt": UUID(int=0),
    "stream": UUID(int=0),
    "webhook": UUID(int=0),
    "pack": UUID(int=0),
    "search": UUID(int=0),
    "setting": "pkceRequired",
    "entry": "00000000-0000-7000-8000-000000000000",
    "job": "00000000-0000-4000-8000-000000000000",
    "pk": 10**6,
    "batch": UUID(int=0),
    "position": 1,
    "home": "acme",
    "uidb36": "1",
    "key": "none-none",
    "handle": "none",
}


def path(name, **other):
    return reverse(name, kwargs={one: (PLACES | other)[one] for one in ROUTES[name]})


def status(browser, method, name):
    return getattr(browser, method)(path(name)).status_code


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
        return prove(browser)

    return make


NO_SUCH_METHOD = 405  # said before anybody asks who it is
OURS = [name for name, places in ROUTES.items() if "organization" in places]


def test_every_page_is_in_the_table():
    assert set(ROUTES) == set(MAY) | set(PUBLIC)
    assert all(PUBLIC.values())


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("role", Role)
def test_a_member_is_admitted_by_role(signed_in, sandbox, role, method):
    browser = signed_in(role)
    for name in OURS:
        answer = status(browser, method, name)

        refused = role not in MAY[name]
        assert answer == NO_SUCH_METHOD or (answer == 403) is refused, name


@pytest.mark.parametrize("method", ["get", "post", "put", "delete", "options", "head"])
def test_a_stranger_is_told_that_there_is_nothing(signed_in, sandbox, method):
    browser = signed_in()

    answers = {status(browser, method, name) for name in OURS}
    assert answers - {NO_SUCH_METHOD} == {404}
    assert not sandbox.calls


@pytest.mark.parametrize("name", OURS)
def test_what_is_not_theirs_looks_as_what_is_not_there(signed_in, name):
    browser = signed_in()

    found = [browser.get(path(name, organization=slug)) for slug in ("acme", "nope")]

    assert plain(found[0]) == plain(found[1])


@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_comes_in_without_signing_in(acme, sandbox, client, method):
    for name, may in MAY.items():
        response = getattr(client, method)(path(name))

        assert response.status_code == 302, (name, may)
        assert response["Location"].startswith("/accounts/login/?next="), name


@pytest.mark.parametrize("method", ["get", "post"])
def test_who_is_disabled_does_not_come_in(signed_in, sandbox, method):
    browser = signed_in(Role.ADMIN)
    User.objects.update(is_active=False)

    answers = {status(browser, method, name) for name in OURS}
    assert answers - {NO_SUCH_METHOD} == {302}


def test_a_page_of_another_organization_opens_nothing(signed_in, sandbox):
    """The admin of one organization is a stranger in the other."""
    browser = signed_in(Role.ADMIN)
    Organization.objects.create(slug="other", name="Other")

    for name in OURS:
        for method in (browser.get, browser.post):
            answer = method(path(name, organization="other")).status_code
            assert answer in (404, NO_SUCH_METHOD), name
    assert not sandbox.calls


@pytest.mark.parametrize(
    ("role", "event", "effect"),
    [
        (Role.VIEWER, "access.denied", "change"),
        (None, "access.stranger", "change"),
    ],
)
def test_the_record_keeps_who_was_refused(acme, signed_in, role, event, effect):
    signed_in(role).get(path("services:edit"))

    kept = AuditEntry.objects.get(operation=event)
    assert (kept.outcome, kept.effect, kept.object) == (
        "refused",
        effect,
        "services:edit",
    )
    assert (kept.organization_id, kept.organization) == (acme.pk, "acme")
    assert kept.actor.endswith(".example")
    assert kept.role == (role or "")
    assert kept.page


def test_the_record_keeps_a_guess_at_an_organization(signed_in):
    signed_in().get(path("members:index", organization="nope"))

    kept = AuditEntry.objects.get(operation="access.stranger")
    assert (kept.organization_id, kept.label) == (0, "/nope/members/")


def test_looking_changes_nothing(signed_in, sandbox):
    """GET, HEAD and OPTIONS are harmless everywhere; what they open is recorded."""
    browser = signed_in(Role.ADMIN)
    before, quiet = tables(), set()

    for name in sorted({*OURS, *MAY} - {"account_logout"}):
        quiet |= {name} if is_quiet(browser, path(name)) else set()
        for method in ("head", "options"):
            status(browser, method, name)

    assert quiet & {*OURS} == QUIET.keys()
    assert tables() == before
    assert not AuditEntry.objects.exclude(effect="read").exists()


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options"])
def test_no_other_method_reaches_authlete(signed_in, sandbox, method):
    browser = signed_in(Role.ADMIN)

    for name in OURS:
        assert status(browser, method, name) == NO_SUCH_METHOD
    assert not sandbox.calls


def tables():
    """What people keep here, row by row; sessions and the record aside."""
    people = (User, Membership, Organization, Credential, Authenticator)
    kept = (*people, Draft, Lookup, Receipt, Selection, Spending)
    return {model: list(model.objects.order_by("pk").values()) for model in kept}


def plain(response):
    """An answer without what is new in each: its id, and the forms' tokens."""
    text = response.content.decode().replace(response["X-Page-Id"], "")
    text = re.sub(r'(csrf\w*"[^>]*value|X-CSRFToken"?:? ?)=?"[^"]*"', "", text)
    text = text.replace("/acme/", "/nope/")
    named = {name: value for name, value in response.items() if name != "X-Page-Id"}
    return response.status_code, text, named
