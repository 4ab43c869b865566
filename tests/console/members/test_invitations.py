"""Pending invitations: resend and withdraw."""

import pytest
from django.test import Client

from tenants.models import Invitation, Membership, Organization
from tenants.organizations.roles import Role
from tests.support.members import entries, link_mailed, open_link, set_password

EMAIL = "new@acme.example"


@pytest.fixture
def invitation(admin):
    admin.post("/acme/members/new/", {"email": EMAIL, "role": "viewer", "name": "New"})
    return Invitation.objects.get()


def url(invitation, page):
    return f"/acme/members/invitations/{invitation.pk}/{page}/"


def test_resending_replaces_the_link(admin, invitation, role_of):
    first = link_mailed(EMAIL)
    assert "previous link" in admin.get(url(invitation, "resend")).content.decode()

    admin.post(url(invitation, "resend"))

    assert "no longer works" in open_link(Client(), first).content.decode()
    set_password(Client(), link_mailed(EMAIL))
    assert role_of(EMAIL) == "viewer"
    assert len(entries("invitation.create")) == 2
    assert admin.get(url(invitation, "resend")).status_code == 404


def test_withdrawing_voids_the_link(admin, invitation, role_of):
    admin.post(url(invitation, "withdraw"))

    set_password(Client(), link_mailed(EMAIL))

    assert role_of(EMAIL) is None
    assert "Pending invitations" not in admin.get("/acme/members/").content.decode()
    role = {"field": "role", "before": "viewer", "after": None}
    assert entries("invitation.withdraw") == [(EMAIL, "done", [role])]


def test_pending_invitations_are_filtered_sorted_and_exported(admin, invitation):
    admin.post("/acme/members/new/", {"email": "old@acme.example", "role": "auditor", "name": ""})

    def emails(query):
        page = admin.get(f"/acme/members/?list=invitations{query}").context["list_page"]
        return [row.invitation.email for row in page.rows]

    assert emails("&sort=-person") == ["old@acme.example", EMAIL]
    assert emails("&role=auditor") == ["old@acme.example"]
    assert emails("&q=new") == [EMAIL]
    exported = admin.get("/acme/members/?list=invitations&state=pending&download=csv").getvalue()
    assert [line.split(",")[:3] for line in exported.decode().splitlines()[1:]] == [
        [EMAIL, "viewer", "pending"],
        ["old@acme.example", "auditor", "pending"],
    ]


def test_inviting_again_with_another_role_replaces_the_invitation(admin, invitation, role_of):
    first = link_mailed(EMAIL)
    admin.post("/acme/members/new/", {"email": EMAIL, "role": "auditor"})

    set_password(Client(), first)
    assert role_of(EMAIL) is None
    set_password(Client(), link_mailed(EMAIL))

    assert role_of(EMAIL) == "auditor"


@pytest.mark.parametrize("page", ["resend", "withdraw"])
def test_invitation_of_another_organization_is_not_found(admin, invitation, page):
    other = Organization.objects.create(slug="other", name="Other")
    Invitation.objects.update(organization=other)

    assert admin.post(url(invitation, page)).status_code == 404
    assert Invitation.objects.exists()


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
def test_needs_an_admin(member, invitation, role):
    assert member(role).post(url(invitation, "withdraw")).status_code == 403


@pytest.mark.parametrize(
    "loss",
    [
        lambda admin_membership: Membership.objects.filter(pk=admin_membership.pk).update(
            role=Role.EDITOR
        ),
        lambda admin_membership: admin_membership.delete(),
        lambda admin_membership: (
            type(admin_membership.user)
            .objects.filter(pk=admin_membership.user.pk)
            .update(is_active=False)
        ),
    ],
    ids=["demoted", "removed", "closed"],
)
def test_links_are_void_once_the_inviter_cannot_invite(invitation, loss, admin_membership, role_of):
    loss(admin_membership())

    page = open_link(Client(), link_mailed(EMAIL))

    assert "no longer works" in page.content.decode()
    set_password(Client(), link_mailed(EMAIL))
    assert role_of(EMAIL) is None


def test_links_per_hour_are_limited(admin, invitation, settings, mailoutbox, bo):
    settings.INVITATIONS_PER_HOUR = 2
    admin.post(url(invitation, "resend"))
    sent = len(mailoutbox)

    pages = [
        admin.post(url(invitation, "resend")),
        admin.post("/acme/members/new/", {"email": "b@acme.example", "role": "viewer"}),
        admin.post(f"/acme/members/{bo.pk}/link/"),
    ]

    for page in pages:
        assert page.status_code == 422
        assert "limit of 2 invitations" in page.text
    assert len(mailoutbox) == sent == 2
