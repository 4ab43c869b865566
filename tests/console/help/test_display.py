import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

URL = "/help/display/"


@pytest.fixture
def reader(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("mara"))
    return client


def test_theme_is_applied_to_the_page(reader):
    reader.post(URL, {"theme": "dark"})

    assertContains(reader.get(URL), 'data-theme="dark"')


def test_density_is_applied_to_the_page(reader):
    reader.post(URL, {"density": "compact"})

    assertContains(reader.get(URL), 'data-density="compact"')


def test_default_theme_follows_the_system(reader):
    assertNotContains(reader.get(URL), "data-theme=")


def test_choice_redirects_back(reader):
    back = "http://testserver/help/display/?a=1"

    response = reader.post(URL, {"theme": "light"}, headers={"Referer": back})

    assertRedirects(response, back)


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", ""])
def test_redirect_stays_in_the_console(reader, elsewhere):
    response = reader.post(URL, {"theme": "light"}, headers={"Referer": elsewhere})

    assertRedirects(response, URL)


def test_unknown_theme_is_ignored(reader):
    response = reader.post(URL, {"theme": '"><script>'})

    assert response.status_code == 200
    assert "theme" not in response.cookies


def test_choices_follow_the_account_to_another_browser(reader, django_user_model):
    reader.post(URL, {"theme": "dark"})
    other_browser = Client()
    other_browser.force_login(django_user_model.objects.get(username="mara"))

    assertContains(other_browser.get(URL), 'data-theme="dark"')


def test_account_without_a_choice_shows_that_of_the_browser(reader):
    reader.cookies["theme"] = "dark"

    assertContains(reader.get(URL), 'data-theme="dark"')
