import pytest
from django.test import Client

from tenants.models import Membership
from tests.support.members import PASSWORD, entries, link_in

NEW = "lamp river seven orchard"


def url(person):
    return f"/acme/members/{person.pk}/link/"


def test_asks_before_it_makes_one(admin, bo):
    assert "password/new/" not in admin.get(url(bo)).content.decode()
    assert entries("password.link") == []


def test_the_old_password_works_until_the_link_is_used(admin, bo):
    link = link_in(admin.post(url(bo)))
    bo.user.refresh_from_db()
    assert bo.user.check_password(PASSWORD)

    browser = Client()
    form = browser.get(link, follow=True).redirect_chain[-1][0]
    browser.post(form, {"password1": NEW, "password2": NEW})

    bo.user.refresh_from_db()
    assert bo.user.check_password(NEW)
    assert [one for one, *_ in entries("password.link")] == ["bo@acme.example"]


def test_using_it_signs_nobody_in(admin, bo):
    browser = Client()
    form = browser.get(link_in(admin.post(url(bo))), follow=True).redirect_chain[-1][0]

    browser.post(form, {"password1": NEW, "password2": NEW})

    assert browser.get("/acme/")["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("help", ["link", "factor"])
def test_not_for_somebody_who_counts_elsewhere(admin, bo, elsewhere, help):
    Membership.objects.create(organization=elsewhere.organization, user=bo.user, role="admin")
    place = f"/acme/members/{bo.pk}/{help}/"

    response = admin.post(place)

    assert "other organizations" in response.content.decode()
    assert entries("password.link") == entries("second_factor.remove") == []


def test_not_for_oneself(admin, me):
    assert "your own password" in admin.post(url(me())).content.decode()
