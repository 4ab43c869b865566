import pytest
import time_machine
from pytest_django.asserts import assertContains, assertNotContains

URL = "/help/zone/"


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel("2026-11-24T12:00:00Z", tick=False):
        yield


@pytest.fixture
def reader(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("mara"))
    return client


def test_tells_times_in_the_chosen_zone(reader):
    response = reader.post(URL, {"zone": "Asia/Tokyo"}, follow=True)

    assertContains(response, "24 Nov 2026, 21:00:00 +09:00")


def test_tells_times_in_the_zone_of_the_console_until_then(reader):
    assertContains(reader.get(URL), "24 Nov 2026, 12:00:00 +00:00")


@pytest.mark.parametrize("name", ["../../etc/passwd", "Mars/Olympus", "", "localtime"])
def test_takes_no_zone_that_there_is_not(reader, name):
    response = reader.post(URL, {"zone": name})

    assert response.status_code == 200
    assert "zone" not in response.cookies


def test_is_not_led_by_a_cookie_of_somebody_else(reader):
    reader.cookies["zone"] = "../../etc/passwd"

    assertContains(reader.get(URL), "+00:00")


def test_keeps_the_next_reader_out_of_it(reader):
    reader.post(URL, {"zone": "Asia/Tokyo"}, follow=True)
    del reader.cookies["zone"]

    assertNotContains(reader.get(URL), "+09:00")


def test_proposes_nothing_until_one_is_chosen(reader):
    assertContains(reader.get(URL), '<option value="">Choose one</option>')

    reader.post(URL, {"zone": "Asia/Tokyo"})
    assertContains(reader.get(URL), "<option selected>Asia/Tokyo</option>")
