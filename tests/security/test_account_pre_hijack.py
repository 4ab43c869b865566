"""Threat: an admin gets into another organization with an account prepared there.

Mallory is the admin of Acme and creates an account for Vera before Vera's own organization,
Other, adds her.
"""

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client

from tenants.audit.actor import Actor
from tenants.audit.models import AuditEntry
from tenants.models import Invitation, Membership, Organization, PrivateCredentials
from tenants.organizations.members import add_member, remove_member
from tenants.organizations.roles import Role
from tests.support.accounts import CODE, sign_in
from tests.support.authentication import set_last_authentication
from tests.support.members import (
    PASSWORD,
    current_code,
    enroll_authenticator,
    link_in,
    link_mailed,
    open_link,
    set_password,
)

VERA = "vera@other.example"
NEW = "lamp river seven orchard"
SETUP = Actor(0, "setup")


@pytest.fixture
def mallory(member):
    """A browser of Acme's admin."""
    return member(Role.ADMIN)


@pytest.fixture
def other(db):
    return Organization.objects.create(slug="other", name="Other")


@pytest.fixture
def olga(other):
    """A browser of Other's admin."""
    user = User.objects.create_user("olga@other.example", password=PASSWORD)
    Membership.objects.create(organization=other, user=user, role=Role.ADMIN)
    browser = Client()
    browser.force_login(user)
    return set_last_authentication(browser)


def invite(browser, slug, email=VERA, role="editor"):
    return browser.post(f"/{slug}/members/new/", {"email": email, "role": role, "name": "Vera"})


def is_member(slug, email=VERA):
    return Membership.objects.filter(organization__slug=slug, user__username=email).exists()


@pytest.fixture
def hijacked(mallory, no_mail, totp_step_start):
    """A session and seed of Mallory in the account that he set up for Vera in Acme."""
    browser = Client()
    set_password(browser, link_in(invite(mallory, "acme")))
    sign_in(browser, VERA)
    seed = enroll_authenticator(browser)
    assert browser.get("/acme/").status_code == 200
    return browser, seed


@pytest.fixture
def mailed(settings):
    """Mail works from here on."""

    def turn_on():
        settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}

    return turn_on


@pytest.mark.parametrize("has_mail", [True, False])
def test_admin_who_created_the_account_stays_out(hijacked, olga, mailed, has_mail):
    browser, _seed = hijacked
    if has_mail:
        mailed()

    invite(olga, "other")

    assert not is_member("other")
    assert browser.get("/other/").status_code == 404
    assert browser.get("/accounts/invitation/").content.decode().count("no longer works") == 1
    assert not is_member("other")


def test_password_alone_is_not_replaced_without_signing_in(hijacked, olga, mailed):
    mailed()
    invite(olga, "other")
    vera = Client()

    page = open_link(vera, link_mailed(VERA))
    vera.post("/accounts/invitation/", {"password1": NEW, "password2": NEW})

    assert "Sign in to accept" in page.content.decode()
    assert not is_member("other")
    assert User.objects.get(username=VERA).check_password(PASSWORD)


def test_known_credentials_are_replaced_before_the_person_joins(hijacked, olga, mailed):
    """Vera knows the credentials as well; afterwards only she knows the new ones."""
    attacker, seed = hijacked
    mailed()
    invite(olga, "other")
    vera = Client()
    open_link(vera, link_mailed(VERA))
    sign_in(vera, VERA)
    vera.post(CODE, {"code": current_code(seed, 1)})

    page = vera.get("/accounts/invitation/")
    assert "Replace your password and 2FA" in page.content.decode()
    vera.post("/accounts/invitation/", {})
    assert not is_member("other")
    assert set_password(vera, link_mailed(VERA), NEW).status_code == 302

    assert is_member("other")
    assert not Authenticator.objects.filter(user__username=VERA).exists()
    assert attacker.get("/other/").status_code == 302  # to sign-in
    sign_in(Client(), VERA)
    assert not User.objects.get(username=VERA).check_password(PASSWORD)
    sign_in(vera, VERA, NEW)
    enroll_authenticator(vera, step=-1)  # the other steps were used
    assert vera.get("/other/").status_code == 200
    events = AuditEntry.objects.filter(organization="acme", actor=VERA, outcome="done")
    assert {"password.change", "second_factor.remove"} <= {event.operation for event in events}


def test_admin_of_the_first_organization_gets_no_new_link(hijacked, olga, mallory, mailed):
    test_known_credentials_are_replaced_before_the_person_joins(hijacked, olga, mailed)
    membership = Membership.objects.get(organization__slug="acme", user__username=VERA)

    for page in ("link", "factor"):
        mallory.post(f"/acme/members/{membership.pk}/{page}/")

    assert not Invitation.objects.exists()
    assert Authenticator.objects.filter(user__username=VERA).exists()


def test_password_link_from_before_is_void_afterwards(mallory, olga, acme, no_mail, mailed):
    vera = add_member(SETUP, acme, VERA, Role.VIEWER, "Vera").membership
    vera.user.set_password(PASSWORD)
    vera.user.save()
    link = link_in(mallory.post(f"/acme/members/{vera.pk}/link/"))

    add_member(SETUP, Organization.objects.get(slug="other"), VERA, Role.EDITOR)

    assert "no longer works" in open_link(Client(), link).content.decode()
    set_password(Client(), link, NEW)
    assert User.objects.get(username=VERA).check_password(PASSWORD)


def test_link_that_an_admin_saw_ends_privacy(mallory, olga, no_mail, mailed, settings):
    """Mallory mails first and looks later: the credentials count as known to him."""
    unset = settings.MAILERS
    mailed()
    invite(mallory, "acme")
    set_password(Client(), link_mailed(VERA))
    assert PrivateCredentials.objects.get().user.username == VERA
    membership = Membership.objects.get(organization__slug="acme", user__username=VERA)
    settings.MAILERS = unset
    link_in(mallory.post(f"/acme/members/{membership.pk}/link/"))

    assert not PrivateCredentials.objects.exists()


def test_admin_of_the_second_organization_cannot_take_over_with_a_shown_link(
    mallory, olga, acme, no_mail
):
    """Without a mail server, Mallory invites a person of Other and opens the link himself."""
    victim = add_member(SETUP, Organization.objects.get(slug="other"), VERA, Role.EDITOR).membership
    link = link_in(invite(mallory, "acme"))

    page = set_password(Client(), link, NEW)  # Vera hasn't set a password yet

    assert "Ask the operator" in page.content.decode()
    victim.user.set_password(PASSWORD)
    victim.user.save()
    for used in (link, link_in(invite(mallory, "acme"))):
        set_password(Client(), used, NEW)
    assert User.objects.get(username=VERA).check_password(PASSWORD)
    assert not is_member("acme")


def test_removal_and_re_adding_voids_the_link(mallory, acme, no_mail):
    vera = add_member(SETUP, acme, VERA, Role.EDITOR).membership
    link = link_in(mallory.post(f"/acme/members/{vera.pk}/link/"))
    remove_member(SETUP, vera)
    add_member(SETUP, acme, VERA, Role.EDITOR)

    set_password(Client(), link, NEW)

    assert not User.objects.get(username=VERA).has_usable_password()


def test_invitation_is_void_once_another_was_accepted(mallory, olga):
    invite(mallory, "acme")
    first = link_mailed(VERA)
    invite(olga, "other")
    set_password(Client(), first)

    assert is_member("acme")
    set_password(Client(), link_mailed(VERA), NEW)

    assert not is_member("other")
    assert User.objects.get(username=VERA).check_password(PASSWORD)
    assert "no longer valid" in olga.get("/other/members/?list=invitations").content.decode()


def test_private_credentials_carry_over_after_acceptance(mallory, olga):
    invite(mallory, "acme", role="viewer")
    set_password(Client(), link_mailed(VERA))
    invite(olga, "other", role="viewer")
    vera = Client()
    page = open_link(vera, link_mailed(VERA))
    assert "Sign in to accept" in page.content.decode()
    assert sign_in(vera, VERA).status_code == 302

    assert "Accept invitation" in vera.get("/accounts/invitation/").content.decode()
    assert not is_member("other")
    assert vera.post("/accounts/invitation/")["Location"] == "/other/"

    assert is_member("other")
    assert vera.get("/other/").status_code == 200


def test_invitation_is_for_the_invited_address_only(olga, member):
    add_member(SETUP, Organization.objects.get(slug="other"), "x@other.example", Role.VIEWER)
    user = User.objects.create_user(VERA, VERA, PASSWORD)
    PrivateCredentials.objects.create(user=user)
    invite(olga, "other")
    stranger = member(Role.VIEWER)

    page = open_link(stranger, link_mailed(VERA))
    stranger.post("/accounts/invitation/")

    assert "signed in as VIEWER" in page.content.decode()
    assert not is_member("other")
    assert not is_member("other", "VIEWER")


def test_command_invites_people_who_have_an_account(hijacked, other, capsys, monkeypatch):
    """The operator's command doesn't trust them either, even with a password."""
    monkeypatch.setenv("MEMBER_PASSWORD", NEW)

    call_command("add_member", "--organization=other", f"--email={VERA}", "--role=editor")

    assert "/accounts/invitation/" in capsys.readouterr().out
    assert not is_member("other")
    assert User.objects.get(username=VERA).check_password(PASSWORD)


def test_operator_frees_an_address_for_the_person(hijacked, other, mailed, settings):
    attacker, _seed = hijacked
    mailed()
    settings.CONSOLE_URL = "http://testserver"

    call_command(
        "add_member",
        "--organization=other",
        f"--email={VERA}",
        "--role=editor",
        "--reset-credentials",
    )
    set_password(Client(), link_mailed(VERA), NEW)

    assert is_member("other")
    assert User.objects.get(username=VERA).check_password(NEW)
    assert attacker.get("/other/").status_code == 302


def test_audit_log_says_who_saw_the_link(mallory, mailed, no_mail):
    token = link_in(invite(mallory, "acme")).strip("/").rpartition("/")[2]
    mailed()
    invite(mallory, "acme")

    entries = AuditEntry.objects.filter(operation="invitation.create").order_by("seq")
    shown_values = [
        [c["after"] for c in entry.changes if c["field"] == "link"] for entry in entries
    ]
    assert shown_values == [["shown"], ["mailed"]]
    page = mallory.get(f"/acme/audit/{entries[0].entry}/").content.decode()
    assert "link shown to admin" in page
    stored = [str(vars(row)) for row in (*AuditEntry.objects.all(), *Invitation.objects.all())]
    assert not any(token in row for row in stored)
