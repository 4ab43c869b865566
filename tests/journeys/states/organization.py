from datetime import timedelta

from django.contrib.auth.models import User
from django.test import override_settings
from django.utils import timezone
from pydantic import SecretStr

from console.inventory.statistics import LATENCY_BOUNDS_MS, server_today
from console.models import CallCount, InventoryCount, KnownClient
from tenants.audit.actor import Actor
from tenants.models import Credential, Invitation, Membership, Organization
from tenants.organizations import invitations
from tenants.organizations.roles import Role
from tests.journeys.states.webhooks import add_webhook
from tests.support.keys import certificate
from tests.support.scene import NO_MAIL, page_state


def busy(scene):
    """Some changes, and calls that went well and badly."""
    scene.client.get(scene.path("services:index"))
    if scene.user.membership_set.get().role in (Role.ADMIN, Role.EDITOR):
        scene.save_change()
    scene.sandbox.fault("html502", region="jp", times=1)
    scene.client.get(scene.path("services:index"))


@page_state("dashboard:home", Role.EDITOR)
def two_organizations(scene):
    other = Organization.objects.create(slug="northwind", name="Northwind Retail")
    Membership.objects.create(organization=other, user=scene.user, role=Role.VIEWER)
    scene.goto("dashboard:home")


@page_state("dashboard:home", Role.VIEWER)
def no_organization(scene):
    Membership.objects.filter(user=scene.user).delete()
    scene.goto("dashboard:home")


@page_state("dashboard:index", Role.ADMIN)
def admin(scene):
    busy(scene)
    scene.goto("dashboard:index")


@page_state("dashboard:index", Role.ADMIN)
def with_late_webhook(scene):
    add_webhook(pause="failed")
    scene.goto("dashboard:index")


@page_state("dashboard:index", Role.EDITOR)
def editor(scene):
    busy(scene)
    scene.goto("dashboard:index")


@page_state("dashboard:index", Role.VIEWER)
def new(scene):
    scene.goto("dashboard:index")


@page_state("dashboard:index", Role.AUDITOR)
def auditor(scene):
    busy(scene)
    scene.goto("dashboard:index")


@page_state("dashboard:index", Role.HELP_DESK)
def help_desk(scene):
    scene.goto("dashboard:index")


@page_state("dashboard:dismiss_overdue", Role.EDITOR)
def confirming_dismissal(scene):
    scene.goto("dashboard:dismiss_overdue")


@page_state("dashboard:index", Role.EDITOR)
def expired_and_overdue(scene):
    busy(scene)
    certificate(
        Organization.objects.get(slug="harbor"),
        timezone.now() - timedelta(days=2),
        subject="CN=late",
    )
    old = {"seen_at": timezone.now(), "created_at": 1, "auth_method": "CLIENT_SECRET_BASIC"}
    KnownClient.objects.create(
        organization=Organization.objects.get(slug="harbor"),
        region="us",
        service_id=17,
        client_id=1,
        name="Old",
        **old,
    )
    scene.goto("dashboard:index")


def add_counts(organization):
    """Add counted numbers of a month for two regions, with good and bad days."""
    today, now = server_today(), timezone.now()
    for number in range(30):
        for size, region in enumerate(("us", "jp"), 1):
            day = today - timedelta(days=number)
            calls = size * (900 + number * number % 37 * 20)
            busy_day = day.weekday() < 5
            CallCount.objects.create(
                organization=organization,
                region=region,
                day=day,
                counted_at=now,
                calls=calls,
                failed=calls // (90 if number != 11 else 6),
                changes={"done": busy_day * (12 + number * 7 % 23), "refused": number % 4}
                | ({"unknown": 5, "not sent": 9} if number == 11 else {}),
                latencies=[0, 0, calls // 4, calls // 3, calls // 4, calls // 8, size * 40]
                + [number] * (len(LATENCY_BOUNDS_MS) - 6),
            )
            InventoryCount.objects.create(
                organization=organization,
                region=region,
                day=day,
                counted_at=now,
                checked=1_200 * size,
                at_risk=140 + number * 9,
                grants={"AUTHORIZATION_CODE": 900, "REFRESH_TOKEN": 720, "CIBA": 4}
                | {"CLIENT_CREDENTIALS": 310, "urn:example:custom-grant-of-the-partner": 17},
                auth_methods={"PRIVATE_KEY_JWT": 640, "CLIENT_SECRET_BASIC": 410, "NONE": 130}
                | {"SELF_SIGNED_TLS_CLIENT_AUTH": 20},
                secret_ages=[120, 90, 60, 85, 40, 15],
            )


@page_state("dashboard:index", Role.AUDITOR)
def with_charts(scene):
    harbor = Organization.objects.get(slug="harbor")
    add_counts(harbor)
    for number in range(30):
        ends_at = timezone.now() + timedelta(days=number * number // 9 - 3)
        certificate(harbor, ends_at, f"ab{number}", subject=f"CN=partner-{number}")
    scene.goto("dashboard:index")


@page_state("help:index", Role.VIEWER)
def initial(scene):
    scene.goto("help:index")


@page_state("help:organizations", Role.VIEWER)
def initial_(scene):
    scene.goto("help:organizations")


@page_state("help:display", Role.VIEWER)
def initial__(scene):
    scene.goto("help:display")


@page_state("help:zone", Role.VIEWER)
def initial___(scene):
    scene.goto("help:zone")


@page_state("members:index", Role.ADMIN)
def five(scene):
    for role in set(Role) - {Role.ADMIN}:
        scene.add_member(role)
    scene.goto("members:index")


@page_state("members:new", Role.ADMIN)
def initial____(scene):
    scene.goto("members:new")


@page_state("members:new", Role.ADMIN)
def invalid(scene):
    scene.goto("members:new")
    scene.page.get_by_label("Email").fill("nobody@nowhere")
    scene.click_button("Invite")


@page_state("members:new", Role.ADMIN)
def with_link(scene):
    with override_settings(MAILERS=NO_MAIL):
        scene.goto("members:new")
        scene.page.get_by_label("Email").fill("mei@harbor.example")
        scene.click_button("Invite")
        scene.page.get_by_text("Copy it now").wait_for()


def invite(scene, email="mei@harbor.example"):
    harbor = Organization.objects.get(slug="harbor")
    actor = Actor(0, "setup", organization_id=harbor.pk, organization=harbor.slug)
    sent = invitations.invite(actor, harbor, email, Role.EDITOR, "Mei", scene.url)
    return sent.invitation


@page_state("members:index", Role.ADMIN)
def pending_invitations(scene):
    invite(scene)
    Invitation.objects.filter(pk=invite(scene, "void@harbor.example").pk).update(state_digest="")
    expired = invite(scene, "late@harbor.example")
    Invitation.objects.filter(pk=expired.pk).update(expires_at=expired.created_at)
    scene.goto("members:index", "?list=invitations")


@page_state("members:resend_invitation", Role.ADMIN)
def resending(scene):
    scene.goto("members:resend_invitation", pk=invite(scene).pk)


@page_state("members:withdraw_invitation", Role.ADMIN)
def withdrawing(scene):
    scene.goto("members:withdraw_invitation", pk=invite(scene).pk)


@page_state("members:edit", Role.ADMIN)
def other_member(scene):
    scene.goto("members:edit", pk=scene.add_member(Role.EDITOR).pk)


@page_state("members:edit", Role.ADMIN)
def self(scene):
    scene.goto("members:edit", pk=scene.user.membership_set.get().pk)


@page_state("members:remove", Role.ADMIN)
def confirming(scene):
    scene.goto("members:remove", pk=scene.add_member(Role.EDITOR).pk)


@page_state("members:remove", Role.ADMIN)
def last_admin(scene):
    scene.goto("members:remove", pk=scene.user.membership_set.get().pk)
    scene.click_button("Remove")


@page_state("members:close", Role.ADMIN)
def closing(scene):
    scene.goto("members:close", pk=scene.add_member(Role.EDITOR).pk)


@page_state("members:edit", Role.ADMIN)
def closed(scene):
    person = scene.add_member(Role.EDITOR)
    User.objects.filter(pk=person.user_id).update(is_active=False)
    scene.goto("members:edit", pk=person.pk)


@page_state("members:reopen", Role.ADMIN)
def reopening(scene):
    person = scene.add_member(Role.EDITOR)
    User.objects.filter(pk=person.user_id).update(is_active=False)
    scene.goto("members:reopen", pk=person.pk)


@page_state("members:password_link", Role.ADMIN)
def confirming_(scene):
    scene.goto("members:password_link", pk=scene.add_member(Role.EDITOR).pk)


@page_state("members:reset_2fa", Role.ADMIN)
def confirming__(scene):
    scene.goto("members:reset_2fa", pk=scene.add_member(Role.EDITOR).pk)


@page_state("members:reset_2fa", Role.ADMIN)
def self_(scene):
    scene.goto("members:reset_2fa", pk=scene.user.membership_set.get().pk)


@page_state("credentials:index", Role.ADMIN)
def all_states(scene):
    """One that works, one that is refused, one not tried, and none."""
    credential = Credential.objects.get(region="br")
    credential.delete()
    wrong = Credential.objects.get(region="eu")
    wrong.set_token(SecretStr("of-somebody-else-0123456789")).save()
    for region in ("us", "eu"):
        scene.client.post(scene.path("credentials:check", region=region))
    scene.goto("credentials:index")


@page_state("credentials:edit", Role.ADMIN)
def with_credential(scene):
    scene.goto("credentials:edit")


@page_state("credentials:edit", Role.ADMIN)
def none(scene):
    Credential.objects.filter(region="us").delete()
    scene.goto("credentials:edit")


@page_state("credentials:edit", Role.ADMIN)
def rejected(scene):
    scene.goto("credentials:edit")
    scene.page.get_by_label("token").first.fill("of-somebody-else-0123456789")
    scene.click_button("Test and save")
    scene.page.get_by_role("alert").first.wait_for()


@page_state("credentials:check", Role.ADMIN)
def confirming___(scene):
    scene.goto("credentials:check")


@page_state("credentials:check", Role.ADMIN)
def failed(scene):
    scene.sandbox.fault("down")
    scene.goto("credentials:check")
    scene.click_button("Test now")
    scene.page.get_by_role("alert").first.wait_for()


@page_state("credentials:remove", Role.ADMIN)
def confirming____(scene):
    scene.goto("credentials:remove")
