from tenants.models import Membership, Organization
from tenants.organizations.roles import Role


def test_a_single_organization_opens_by_itself(member):
    assert member(Role.VIEWER).get("/")["Location"] == "/acme/"


def test_says_whom_to_ask_when_there_is_none(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("x", email="x@a.example"))

    page = client.get("/").content.decode()

    assert "Ask an administrator to invite x@a.example" in page


def test_lists_several_and_no_others(member, django_user_model):
    browser = member(Role.VIEWER)
    user = django_user_model.objects.get()
    other = Organization.objects.create(slug="other", name="Other")
    Organization.objects.create(slug="third", name="Third")
    Membership.objects.create(organization=other, user=user, role=Role.ADMIN)

    page = browser.get("/").content.decode()

    assert 'href="/acme/"' in page
    assert 'href="/other/"' in page
    assert "Third" not in page


def test_strangers_sign_in_first(client):
    assert client.get("/")["Location"] == "/accounts/login/?next=/"
