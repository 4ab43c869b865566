import pytest
import time_machine
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains

from console.models import AccountPreferences
from tests.support.accounts import PASSWORD, sign_in

URL = "/help/zone/"


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel("2026-11-24T12:00:00Z", tick=False):
        yield


@pytest.fixture
def reader(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("mara"))
    return client


def test_times_are_in_the_chosen_zone(reader):
    response = reader.post(URL, {"zone": "Asia/Tokyo"}, follow=True)

    assertContains(response, "24 Nov 2026, 21:00:00 +09:00")


def test_default_zone_is_that_of_the_console(reader):
    assertContains(reader.get(URL), "24 Nov 2026, 12:00:00 +00:00")


@pytest.mark.parametrize("name", ["../../etc/passwd", "Mars/Olympus", "", "localtime"])
def test_unknown_zone_is_refused(reader, name):
    response = reader.post(URL, {"zone": name})

    assert response.status_code == (422 if name else 200)
    assert not AccountPreferences.objects.exists()


def test_time_zone_is_searchable(reader):
    page = reader.get(URL)

    assertContains(page, 'list="zones"')
    assertContains(page, '<option value="Europe/Berlin"></option>', html=True)


def test_time_zone_belongs_to_the_account(reader, django_user_model):
    reader.post(URL, {"zone": "Asia/Tokyo"})

    other_browser = Client()
    other_browser.force_login(django_user_model.objects.get(username="mara"))
    assertContains(other_browser.get(URL), "+09:00")
    other_browser.force_login(django_user_model.objects.create_user("ada"))
    assertNotContains(other_browser.get(URL), "+09:00")


@pytest.mark.parametrize(
    ("browser_zone", "offset"), [("Asia/Tokyo", "+09:00"), ("../../etc/passwd", "+00:00")]
)
def test_first_sign_in_takes_the_time_zone_of_the_browser(
    client, django_user_model, browser_zone, offset
):
    user = django_user_model.objects.create_user("mara", "mara@acme.example", PASSWORD)
    client.cookies["zone"] = browser_zone
    sign_in(client, user.email, PASSWORD)

    assertContains(client.get(URL), offset)


def test_later_sign_ins_keep_the_time_zone_of_the_account(client, django_user_model):
    user = django_user_model.objects.create_user("mara", "mara@acme.example", PASSWORD)
    AccountPreferences.objects.create(user=user, time_zone="Asia/Tokyo")
    client.cookies["zone"] = "America/New_York"
    sign_in(client, user.email, PASSWORD)

    assertContains(client.get(URL), "+09:00")
