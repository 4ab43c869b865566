import pytest
from django.conf import settings
from pytest_django.asserts import assertContains, assertTemplateUsed

from console.templatetags import layout

URL = "/help/patterns/"
PARTIALS = settings.BASE_DIR / "console" / "templates" / "components"
PARTS = {path.stem for path in PARTIALS.glob("*.html")}
ELSEWHERE = {"icons", "swap"}  # drawn by the icon tag; the attributes of a list


@pytest.fixture(autouse=True)
def nothing_kept():
    """So that the frame is drawn anew, and seen to be."""
    layout._render_cached.cache_clear()


@pytest.fixture
def response(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("mara"))
    return client.get(URL)


def test_every_user_has_access(response, client):
    client.logout()

    assert response.status_code == 200
    assert client.get(URL).status_code == 302


@pytest.mark.parametrize("partial", sorted(PARTS - ELSEWHERE))
def test_every_component_is_shown(response, partial):
    assertTemplateUsed(response, f"components/{partial}.html")


def test_foreign_text_is_escaped(response):
    assertContains(response, "&lt;script&gt;alert(1)&lt;/script&gt;")
    assertContains(response, "<bdi>javascript:alert(1)</bdi>")


def test_no_inline_script_or_style_is_used(response):
    page = response.content.decode()

    assert " style=" not in page
    assert "<style" not in page
    assert page.count("<script") == page.count("<script src=")
