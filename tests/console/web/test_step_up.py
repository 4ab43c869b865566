"""Pages that need a recent sign-in, from a table written by hand."""

import json

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.urls import resolve
from pytest_django.asserts import assertContains

from console.clients.rotation.activation import ACTIVATION_JOB
from console.models import Batch, BatchRequest, Lookup, Policy, Stream
from tenants.audit.actor import Actor
from tenants.audit.events import SUBJECT_SEARCH
from tenants.audit.models import AuditEntry
from tenants.audit.recorder import record_event
from tenants.jobs.models import Job, JobState
from tenants.models import Credential, Membership
from tenants.organizations.invitations import invite
from tenants.organizations.roles import Role
from tenants.sandbox.state import StoredToken
from tests.support.access import PATH_PARAMS, page_path
from tests.support.authentication import expire_authentication, set_last_authentication
from tests.support.keys import rollover
from tests.support.routes import ROUTES
from tests.support.sessions import stored_sessions
from tests.support.webhooks import make_webhook

ASKS = {
    "audit:export",
    "audit:export_file",
    "keys:new_jwk",
    "keys:move_jwk",
    "keys:new_hsm_key",
    "keys:remove_jwk",
    "keys:start_rollover",
    "keys:start_hsm_rollover",
    "keys:advance",
    "keys:undo",
    "services:remove",
    "jobs:retry",
    "clients:create",
    "clients:remove",
    "streams:new",
    "streams:remove",
    "policies:new",
    "policies:edit",
    "policies:remove",
    "webhooks:new",
    "webhooks:edit",
    "webhooks:replay",
    "webhooks:rotate",
    "webhooks:remove",
    "members:new",
    "members:resend_invitation",
    "members:withdraw_invitation",
    "members:edit",
    "members:remove",
    "members:close",
    "members:reopen",
    "members:password_link",
    "members:reset_2fa",
    "credentials:edit",
    "credentials:remove",
    "clients:reveal",
    "clients:reveal_unknown",
    "services:reveal_unknown",
    "clients:rotate",
    "clients:set_secret",
    "clients:stage",
    "clients:reveal_staged",
    "clients:confirm_stored",
    "clients:activate",
    "clients:undo",
    "clients:discard_staged",
    "clients:delete_old_secret",
    "clients:bulk_action",
    "clients:bulk_preview",
    "services:bulk_action",
    "services:bulk_preview",
    "batches:submit",
    "batches:resolve",
    "users:export",
    "users:reveal",
    "tokens:new",
    "tokens:delete",
    "tokens:reveal",
    "keys:delete_hsm_key",
    "tokens:revoke_client",
    "tokens:revoke_subject",
    "tokens:revoke_pair",
    "users:revoke_all",
}
# They lead elsewhere where no rotation is under way, or nothing was entered or chosen.
LATER = {
    "clients:reveal_unknown",
    "services:reveal_unknown",
    "batches:submit",
    "keys:remove_jwk",
    "keys:start_rollover",
    "clients:create",
    "clients:reveal_staged",
    "clients:confirm_stored",
    "clients:activate",
    "clients:undo",
    "clients:discard_staged",
    "clients:delete_old_secret",
    "keys:start_hsm_rollover",  # keys in hardware are switched off
    "keys:delete_hsm_key",  # keys in hardware are switched off
    "keys:new_hsm_key",  # keys in hardware are switched off
    "keys:move_jwk",
}
CANARY = "kestrel-4471-canary"
PASSWORD = "/accounts/reauthenticate/"
CODE = "/accounts/2fa/reauthenticate/"
SETUP = "/accounts/2fa/totp/activate/"


@pytest.fixture
def admin(member, sandbox):
    Credential.objects.update(number=1)
    sandbox.clients[44] = {"clientId": 44, "clientName": "Ledger sync"}
    issued = StoredToken("h" * 43, 44, "AUTHORIZATION_CODE", (), 1, 0, "somebody")
    sandbox.region("us").tokens[17].append(issued)
    browser = member(Role.ADMIN)
    User.objects.update(email="ada@acme.example")
    return browser


@pytest.fixture
def page_urls(admin, acme):
    """Paths of pages that need a step-up, with objects that exist."""
    bo = User.objects.create_user("bo@acme.example")
    pk = Membership.objects.create(organization=acme, user=bo, role=Role.EDITOR).pk
    job = Job.objects.create(organization=acme, kind=ACTIVATION_JOB, state=JobState.COMPLETED)
    stream = Stream.objects.create(organization=acme, name="SIEM", created_by="x")
    admin = User.objects.get(username="ADMIN")
    lookup = Lookup(user=admin, organization=acme).seal_subject("somebody")
    lookup.save()
    batch = Batch.objects.create(organization=acme, region="us", service_id=17)
    BatchRequest.objects.create(batch=batch, position=1, state="unknown")
    record_event(Actor(1, "x", organization_id=acme.pk), SUBJECT_SEARCH, subject="somebody")
    ids = {
        "pk": pk,
        "job": job.pk,
        "lookup": lookup.pk,
        "entry": AuditEntry.objects.get(operation=SUBJECT_SEARCH.name).entry,
        "rollover": rollover(acme).pk,
        "stream": stream.pk,
        "policy": Policy.objects.create(organization=acme).pk,
        "webhook": make_webhook(acme).pk,
        "batch": batch.pk,
    }
    sent = invite(Actor(0, "x"), acme, "mei@acme.example", Role.EDITOR, "", "http://testserver")
    others = {
        name: {"pk": sent.invitation.pk}
        for name in ("members:resend_invitation", "members:withdraw_invitation")
    }
    return lambda name: page_path(name, **ids | others.get(name, {}))


def sessions():
    return json.dumps(stored_sessions())


def test_every_step_up_page_is_in_the_table():
    pages = {
        name
        for name, places in ROUTES.items()
        if "organization" in places and getattr(resolve(page_path(name)).func, "steps_up", False)
    }
    assert pages == ASKS
    assert PATH_PARAMS


@pytest.mark.parametrize("name", sorted(ASKS))
def test_stale_session_is_sent_to_confirm_and_back(admin, page_urls, sandbox, name):
    response = expire_authentication(admin).get(page_urls(name))

    assert response.status_code == 302
    back = page_urls(name).replace("/", "%2F")
    assert response["Location"] == f"{PASSWORD}?next={back}"
    assert not sandbox.calls


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize("name", sorted(ASKS))
def test_form_of_a_stale_session_is_dropped(admin, page_urls, sandbox, name, htmx):
    people = list(Membership.objects.values())
    current = f"http://testserver{page_urls(name)}"
    headers = {"HX-Request": "true", "HX-Current-URL": current} if htmx else {}

    response = expire_authentication(admin).post(
        page_urls(name), {"reason": CANARY, "typed": CANARY}, headers=headers
    )

    place = response["HX-Redirect"] if htmx else response["Location"]
    assert response.status_code == (204 if htmx else 302)
    assert place.startswith(PASSWORD)
    assert CANARY not in sessions()
    assert CANARY not in str(response.headers) + str(response.cookies)
    assert not response.content
    assert not sandbox.calls
    assert list(Membership.objects.values()) == people
    assert Credential.objects.exists()


@pytest.mark.parametrize("name", sorted(ASKS))
def test_recent_sign_in_passes(admin, page_urls, name):
    response = admin.get(page_urls(name))

    assert response.status_code == (302 if name in LATER else 200)
    assert "/accounts/" not in response.headers.get("Location", "")


@pytest.mark.parametrize(
    ("method", "ago", "status"),
    [
        ("password", 299, 200),
        ("mfa", 299, 200),
        ("password", 305, 302),
        ("mfa", 305, 302),
        ("password", -3600, 302),  # a clock that jumped
        ("socialaccount", 0, 302),
    ],
)
def test_password_and_code_count_for_a_while(admin, page_urls, method, ago, status):
    set_last_authentication(admin, ago, method)

    assert admin.get(page_urls("members:edit")).status_code == status


def test_step_up_time_is_a_setting(admin, page_urls, settings):
    settings.STEP_UP_SECONDS = 20
    set_last_authentication(admin, seconds_ago=30)

    assert admin.get(page_urls("members:edit")).status_code == 302


def test_confirmation_of_another_user_does_not_count(admin, page_urls):
    session = admin.session
    session["account_authentication_methods_user"] = "999"
    session.save()

    assert admin.get(page_urls("members:edit")).status_code == 302


def test_users_with_2fa_are_asked_for_a_code(admin, page_urls):
    user = User.objects.get(username="ADMIN")
    Authenticator.objects.create(user=user, type="totp", data={})

    assert expire_authentication(admin).get(page_urls("members:edit"))["Location"].startswith(CODE)


def test_users_with_2fa_cannot_confirm_by_password(admin, page_urls):
    user = User.objects.get(username="ADMIN")
    Authenticator.objects.create(user=user, type="totp", data={})

    answer = expire_authentication(admin).post(f"{PASSWORD}?next=/x", {"password": "some password"})

    assert answer["Location"] == f"{CODE}?next=%2Fx"
    assert admin.get(page_urls("members:edit"))["Location"].startswith(CODE)


def test_users_without_password_or_2fa_must_set_one_up(admin, page_urls):
    user = User.objects.get(username="ADMIN")
    user.set_unusable_password()
    user.save()
    admin.force_login(user)
    set_last_authentication(admin, method="socialaccount")

    response = admin.get(page_urls("members:edit"), follow=True)

    assert response.redirect_chain[0][0].startswith(SETUP)
    assertContains(response, "Set up an authenticator app")


def test_confirmation_returns_and_says_nothing_was_changed(admin, page_urls):
    response = expire_authentication(admin).post(page_urls("members:password_link"))
    page = admin.get(response["Location"])
    assertContains(page, "Nothing was sent yet")

    back = admin.post(response["Location"], {"password": "some password"})

    assert back["Location"] == page_urls("members:password_link")
    assert admin.get(back["Location"]).status_code == 200


def test_confirmation_redirects_to_no_other_site(admin, page_urls):
    other = f"{PASSWORD}?next=https%3A%2F%2Fevil.example%2F"

    response = expire_authentication(admin).post(other, {"password": "some password"})

    assert "evil" not in response["Location"]


def test_users_without_permission_get_403_first(member, page_urls):
    assert (
        expire_authentication(member(Role.VIEWER)).get(page_urls("members:edit")).status_code == 403
    )
