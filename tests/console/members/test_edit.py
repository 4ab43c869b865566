import pytest
from django.contrib.auth.models import User

from tenants.audit.actor import Actor
from tenants.models import Membership
from tenants.organizations.members import MembershipRuleError, change_role, remove_member
from tenants.organizations.roles import Role
from tests.support.members import entries


def url(person):
    return f"/acme/members/{person.pk}/"


def test_changes_a_role_from_the_next_page_on(admin, bo, role_of, client, sandbox):
    client.force_login(bo.user)
    assert client.get("/acme/members/").status_code == 403

    admin.post(url(bo), {"role": "admin"})

    assert role_of("bo@acme.example") == "admin"
    assert client.get("/acme/members/").status_code == 200


def test_role_change_is_logged_with_both_roles(admin, bo):
    admin.post(url(bo), {"role": "auditor"})

    role = {"field": "role", "before": "editor", "after": "auditor"}
    assert entries("member.change") == [("bo@acme.example", "done", [role])]


def test_same_role_is_no_change(admin, bo):
    admin.post(url(bo), {"role": "editor"})

    assert entries("member.change") == []


def test_last_admin_cannot_be_demoted(admin, admin_membership):
    response = admin.post(url(admin_membership()), {"role": "viewer"})

    assert response.status_code == 422
    assert "only administrator" in response.content.decode()
    assert admin_membership().role == "admin"
    ((_, outcome, _),) = entries("member.change")
    assert outcome == "refused"


def test_disabled_admins_do_not_count(admin, admin_membership, bo):
    admin.post(url(bo), {"role": "admin"})
    bo.user.is_active = False
    bo.user.save()

    assert admin.post(url(admin_membership()), {"role": "viewer"}).status_code == 422


def test_changing_the_own_role_warns_and_redirects_home(admin, admin_membership, bo):
    admin.post(url(bo), {"role": "admin"})
    assert "Your own role" in admin.get(url(admin_membership())).content.decode()

    response = admin.post(url(admin_membership()), {"role": "viewer"})

    assert response["Location"] == "/acme/"


def test_member_of_another_organization_is_not_found(admin, elsewhere):
    assert admin.get(url(elsewhere)).status_code == 404
    assert admin.post(url(elsewhere), {"role": "admin"}).status_code == 404
    elsewhere.refresh_from_db()
    assert elsewhere.role == "viewer"


def test_sets_nothing_but_the_role(admin, bo):
    admin.post(url(bo), {"role": "viewer", "is_superuser": "on", "organization": "2", "user": "1"})

    bo.user.refresh_from_db()
    assert not bo.user.is_superuser
    assert Membership.objects.get(pk=bo.pk).user == bo.user


@pytest.mark.django_db(transaction=True)
def test_two_admins_cannot_remove_each_other(bo, acme):
    """Each has loaded the page before the other's change."""
    actor = Actor(0, "test")
    user = User.objects.create_user("cy@acme.example")
    cy = Membership.objects.create(organization=acme, user=user, role=Role.ADMIN)
    change_role(actor, bo, Role.ADMIN)
    seen_by_bo = Membership.objects.get(pk=cy.pk)

    remove_member(actor, bo)
    with pytest.raises(MembershipRuleError):
        remove_member(actor, seen_by_bo)


def test_stale_change_is_refused(bo):
    actor = Actor(0, "test")
    stale = Membership.objects.get(pk=bo.pk)
    change_role(actor, bo, Role.VIEWER)

    with pytest.raises(MembershipRuleError, match="Someone else changed"):
        change_role(actor, stale, Role.ADMIN)
