from tenants.models import Membership, Organization
from tenants.organizations.roles import Role


def test_single_organization_opens_directly(member):
    assert member(Role.VIEWER).get("/")["Location"] == "/acme/"


def test_missing_membership_is_explained(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("x", email="x@a.example"))

    page = client.get("/").content.decode()

    assert "Ask an administrator to invite x@a.example" in page


def test_own_organizations_are_listed(member, django_user_model):
    browser = member(Role.VIEWER)
    user = django_user_model.objects.get()
    other = Organization.objects.create(slug="other", name="Other")
    Organization.objects.create(slug="third", name="Third")
    Membership.objects.create(organization=other, user=user, role=Role.ADMIN)

    page = browser.get("/").content.decode()

    assert 'href="/acme/"' in page
    assert 'href="/other/"' in page
    assert "Third" not in page


def test_anonymous_visitors_are_sent_to_sign_in(client):
    assert client.get("/")["Location"] == "/accounts/login/?next=/"
